// What is trained on. Points are computed without functions whose last bits are a browser's own affair, and rounded to thousandths: everybody
// has the same.

import type { Dataset } from "kobai";
import { randomNumbers } from "../../shared/random.ts";
import { tensor } from "../../shared/tensor.ts";
import type { DataKind, FetchedKind, LabelledPoint } from "./data-kinds.ts";

export interface Prepared {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly classes: number;
  readonly input: readonly number[];
  /** of the classes, where they are one's own */
  readonly names?: readonly string[];
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
export const isTest = (i: number, of: number) => of >= 40 && (i % 8 === 3 || i % 8 === 6);

/** Points as data to train on and to test. */
export function prepared(points: readonly LabelledPoint[]): Prepared {
  const classes = points.reduce((most, [, , label]) => Math.max(most, label + 1), 2);
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

/** A data set is moved into the worker: what is to stay here is copied first. */
export function copyOf({ x, t, ...rest }: Dataset): Dataset {
  return { ...rest, x: { ...x, data: x.data.slice() }, t: { ...t, data: t.data.slice() } };
}

/** MNIST and its like, fetched once. @throws an AbortError where that is cancelled */
export const images = async (kind: FetchedKind): Promise<Prepared> =>
  (await import("./fetch-images.ts")).fetching(kind).found;

/** Whether there are so many samples that to measure on all of them takes a while. */
export const isLarge = ({ train }: Prepared) => train.t.shape[0]! > 10_000;

/** Images in their own shape, [28, 28, 1] each, or as rows. */
export function shaped(data: Prepared, asImages: boolean): Prepared {
  const input = asImages ? [28, 28, 1] : [784];
  const as = ({ x, ...rest }: Dataset): Dataset => ({ ...rest, x: { ...x, shape: [x.shape[0]!, ...input] } });
  return { ...data, train: as(data.train), test: as(data.test), input };
}
