// A data set in two: what a network is trained on, and what it is measured on meanwhile.

import { options, type Rule, seed as seedRule } from "../check.ts";
import { DataError } from "../errors.ts";
import { withMemory } from "../io/bytes.ts";
import { randomOrder } from "../random.ts";
import { formatShape, size, type Tensor, typedArrays } from "../tensor.ts";
import { type AnyDataset, type Apart, apart, onePart, together } from "./apart.ts";

/** Options of `splitDataset`. */
export interface SplitOptions {
  /** The share of the samples that is kept apart, between 0 and 1. Default 0.2. */
  test?: number;
  /** What the choice follows from. Default 0. */
  seed?: number;
  /** Whether each class has the same share in both parts; of several targets, the name of those that say the class. Default false. */
  stratify?: boolean | string;
}

const share: Rule = [
  (value) => typeof value === "number" && value > 0 && value < 1,
  "a number between 0 and 1",
];

const stratifyRule: Rule = [
  (value) => typeof value === "boolean" || typeof value === "string",
  "true or false, or the name of a target",
];

/**
 * Keeps some samples apart at random, to measure a network on that has not seen them: `fit(train, { evaluate: { data: test }, … })`. The same
 * seed chooses the same ones on every machine. Both parts keep the order, the type and the scale of the data.
 *
 * @param dataset { x, t }, or for a `model` with several inputs or outputs { x: { image, extra }, t: { digit, even } }
 * @param given test: default 0.2; seed: default 0; stratify: default false
 * @returns copies: round(n · test) samples in `test`, at least one in each part
 * @throws DataError where it is no data set, as `sampleCount` says, has less than two samples, or is to be stratified and has no classes:
 * labels [n], or rows [n, classes] of which the largest element counts; or has several targets, and stratify names none of them
 * @throws OptionError for options out of their range
 * @example
 * const data = { x: tensor(new Float32Array(20), [10, 2]), t: tensor(new Uint8Array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])) };
 * const { train, test } = splitDataset(data, { test: 0.5, stratify: true });
 * Array.from(test.t.data); // [0,0,0,1,1]
 * train.x.shape; // [5, 2]
 */
export function splitDataset<D extends AnyDataset>(dataset: D, given?: SplitOptions): { train: D; test: D } {
  const data = apart("splitDataset: the data set", dataset);
  const rules = { test: share, seed: seedRule, stratify: stratifyRule };
  const { test = 0.2, seed = 0, stratify = false } = options("splitDataset", given, rules);
  const { n } = data;
  if (n < 2)
    throw new DataError(
      `splitDataset: the data set has ${n === 1 ? "1 sample" : "no samples"}; two parts need two`,
    );
  const count = Math.min(n - 1, Math.max(1, Math.round(n * test)));
  const chosen =
    stratify === false
      ? randomOrder(n, seed).subarray(0, count)
      : perClass(data, count, seed, stratify === true ? undefined : stratify);
  const isTest = new Uint8Array(n);
  for (const row of chosen) isTest[row] = 1;
  const part = (side: number): D => {
    const rows = Uint32Array.from({ length: n }, (_, row) => row).filter((row) => isTest[row] === side);
    const [x, t] = [data.x, data.t].map((parts) =>
      together(parts, ({ label, tensor }) => taken(label, tensor, rows)),
    );
    return { ...dataset, x, t };
  };
  return { train: part(0), test: part(1) };
}

/** So many rows that each class has its share of them: the fractions that are left over are rounded up for those classes where they are largest. */
function perClass({ t, n }: Apart, count: number, seed: number, target: string | undefined): number[] {
  const { label: name, tensor } = onePart(
    "splitDataset",
    t,
    target,
    "stratify must be true for one target, or the name of one of several",
  );
  const classes = new Map<number, number[]>();
  const order = randomOrder(n, seed);
  const labelOf = labels(name, tensor);
  for (const row of order) {
    const label = labelOf(row);
    const rows = classes.get(label);
    if (rows) rows.push(row);
    else classes.set(label, [row]);
  }
  const shares = [...classes]
    .sort(([a], [b]) => a - b)
    .map(([, rows]) => ({
      rows,
      whole: Math.floor((rows.length * count) / n),
      left: (rows.length * count) % n,
    }));
  let missing = count - shares.reduce((sum, { whole }) => sum + whole, 0);
  for (const each of shares.toSorted((a, b) => b.left - a.left)) {
    if (missing-- > 0) each.whole++;
  }
  return shares.flatMap(({ rows, whole }) => rows.slice(0, whole));
}

function labels(name: string, { data, shape }: Tensor): (row: number) => number {
  if (shape.length === 1) return (row) => data[row]!;
  if (shape.length !== 2) {
    throw new DataError(
      `splitDataset: ${name} is ${formatShape(shape)}; to stratify takes labels [n] or rows [n, classes]: leave { stratify } out`,
    );
  }
  const width = shape[1]!;
  return (row) => {
    const values = data.subarray(row * width, (row + 1) * width);
    return values.indexOf(Math.max(...values));
  };
}

function taken(name: string, { shape, dtype, data }: Tensor, rows: Uint32Array): Tensor {
  const width = size(shape.slice(1));
  const own = [rows.length, ...shape.slice(1)];
  return withMemory("splitDataset", `${name} ${formatShape(own)}`, () => {
    const out = new typedArrays[dtype](size(own));
    for (const [i, row] of rows.entries()) out.set(data.subarray(row * width, (row + 1) * width), i * width);
    return { shape: own, dtype, data: out };
  });
}
