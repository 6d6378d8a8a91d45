// What is trained on. Points are computed without functions whose last bits are a browser's own affair, and rounded to thousandths: everybody
// has the same.

import type { Dataset } from "kobai";
import { mnist } from "kobai/data";
import { randomNumbers } from "../../shared/random.ts";
import { tensor } from "../../shared/tensor.ts";

export type DataKind = "spiral" | "circles" | "xor" | "clusters" | "points" | "csv" | "mnist";

/** A point of the plane with its class. */
export type LabelledPoint = readonly [x: number, y: number, label: number];

export interface Prepared {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly classes: number;
  readonly input: readonly number[];
  /** where samples are points of the plane */
  readonly points?: readonly LabelledPoint[];
  /** of the test set, where samples are images */
  readonly images?: { readonly x: Uint8Array; readonly t: Uint8Array };
}

const POINTS = 200;
const thousandths = (value: number) => Math.round(value * 1000) / 1000;

/** Points of a kind, from -1 to 1 or so. */
export function pointsOf(kind: DataKind, noise: number): LabelledPoint[] {
  const random = randomNumbers(7);
  const jitter = () => (random() + random() + random() - 1.5) * noise;
  const around = (x: number, y: number, label: number): LabelledPoint => [
    thousandths(x + jitter()),
    thousandths(y + jitter()),
    label,
  ];
  const each = (make: (i: number) => LabelledPoint) => Array.from({ length: POINTS }, (_, i) => make(i));
  if (kind === "spiral") {
    // Turned by the same angle from one to the next: cos and sin of 0.06.
    const [c, s] = [0.99820054, 0.059964006];
    let [x, y] = [1, 0];
    return each((i) => {
      if (i % 2 === 0) [x, y] = [x * c - y * s, x * s + y * c];
      const radius = (0.1 + (0.9 * i) / POINTS) * (i % 2 === 0 ? 1 : -1);
      return around(radius * x, radius * y, i % 2);
    });
  }
  const inSquare = () => [2 * random() - 1, 2 * random() - 1] as const;
  if (kind === "circles") {
    return each(() => {
      const [x, y] = inSquare();
      return around(x, y, x * x + y * y < 0.45 ? 0 : 1);
    });
  }
  if (kind === "xor") {
    return each(() => {
      const [x, y] = inSquare();
      return around(x, y, x * y > 0 ? 0 : 1);
    });
  }
  const centres = [
    [-0.55, -0.4],
    [0.6, -0.45],
    [0, 0.55],
  ] as const;
  return each((i) => {
    const [x, y] = centres[i % 3]!;
    return around(x + 0.5 * (random() - 0.5), y + 0.5 * (random() - 0.5), i % 3);
  });
}

function datasetOf(points: readonly LabelledPoint[], classes: number): Dataset {
  return {
    x: tensor(Float32Array.from(points.flatMap((point) => point.slice(0, 2))), [points.length, 2]),
    t: tensor(Uint8Array.from(points, ([, , label]) => label)),
    classes,
  };
}

/** Whether a sample is kept for the test: a quarter of them, of every class, where there are enough. */
const isTest = (i: number, of: number) => of >= 40 && (i % 8 === 3 || i % 8 === 6);

/** Points as data to train on and to test. */
export function prepared(points: readonly LabelledPoint[]): Prepared {
  const classes = Math.max(2, ...points.map(([, , label]) => label + 1));
  const train = points.filter((_, i) => !isTest(i, points.length));
  const test = points.filter((_, i) => isTest(i, points.length));
  return {
    train: datasetOf(train, classes),
    test: datasetOf(test.length > 0 ? test : train, classes),
    classes,
    input: [2],
    points,
  };
}

/** Rows of numbers whose last is the class, or a word for it, with or without a line of names. */
export function parseCsv(text: string): Prepared {
  const rows = text
    .split(/\r?\n/)
    .map((line) => line.split(/[,;\t]/).map((cell) => cell.trim()))
    .filter((cells) => cells.length > 1);
  const isHeading = rows[0]?.slice(0, -1).some((cell) => !Number.isFinite(Number(cell)));
  const samples = isHeading ? rows.slice(1) : rows;
  const width = (samples[0]?.length ?? 0) - 1;
  if (samples.length < 4) throw new Error(`${samples.length} < 4`);
  const names = [...new Set(samples.map((row) => row.at(-1)!))].sort();
  for (const [i, row] of samples.entries()) {
    if (
      row.length !== width + 1 ||
      row.slice(0, -1).some((cell) => cell === "" || !Number.isFinite(Number(cell)))
    ) {
      throw new Error(`${i + 1}: ${row.join(", ")}`);
    }
  }
  if (names.length < 2 || names.length > 20)
    throw new Error(`${names.length}: ${names.slice(0, 9).join(", ")}`);
  const columns = Array.from({ length: width }, (_, j) => samples.map((row) => Number(row[j])));
  // Each column from -1 to 1: features of any unit.
  const spans = columns.map((column) => [Math.min(...column), Math.max(...column)] as const);
  const scaled = samples.map((row) =>
    spans.map(([low, high], j) => (high > low ? (2 * (Number(row[j]) - low)) / (high - low) - 1 : 0)),
  );
  const labels = samples.map((row) => names.indexOf(row.at(-1)!));
  if (width === 2) return prepared(scaled.map(([x, y], i) => [x!, y!, labels[i]!] as const));
  const pick = (keep: (i: number) => boolean): Dataset => {
    const chosen = scaled.flatMap((row, i) => (keep(i) ? [[row, labels[i]!] as const] : []));
    return {
      x: tensor(Float32Array.from(chosen.flatMap(([row]) => row)), [chosen.length, width]),
      t: tensor(Uint8Array.from(chosen, ([, label]) => label)),
      classes: names.length,
    };
  };
  return {
    train: pick((i) => !isTest(i, samples.length)),
    test: pick((i) => samples.length < 40 || isTest(i, samples.length)),
    classes: names.length,
    input: [width],
  };
}

/** A data set is moved into the worker: what is to stay here is copied first. */
export function copyOf({ x, t, ...rest }: Dataset): Dataset {
  return { ...rest, x: { ...x, data: x.data.slice() }, t: { ...t, data: t.data.slice() } };
}

let fetched: Promise<Prepared> | undefined;

/** MNIST, fetched once. */
export function digits(): Promise<Prepared> {
  fetched ??= mnist({ dir: new URL("mnist/", document.baseURI).href }).then(
    ({ train, test }) => ({
      train,
      test,
      classes: 10,
      input: [784],
      images: { x: test.x.data as Uint8Array, t: test.t.data as Uint8Array },
    }),
    (error: unknown) => {
      fetched = undefined;
      throw error;
    },
  );
  return fetched;
}

/** Images in their own shape, [28, 28, 1] each, or as rows. */
export function shaped(data: Prepared, asImages: boolean): Prepared {
  const input = asImages ? [28, 28, 1] : [784];
  const as = ({ x, ...rest }: Dataset): Dataset => ({ ...rest, x: { ...x, shape: [x.shape[0]!, ...input] } });
  return { ...data, train: as(data.train), test: as(data.test), input };
}
