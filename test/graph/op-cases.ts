// Every op in one table: what its operands are, at which awkward sizes it is tried, and what its derivative is.

import type { Shape, Value } from "../../src/graph/value.ts";
import * as ops from "../../src/ops.ts";
import {
  type Axes,
  binaryCrossEntropy,
  broadcastTo,
  logSoftmax,
  matmul,
  mean,
  multiply,
  reshape,
  type SumOptions,
  scale,
  softmax,
  softmaxCrossEntropy,
  sum,
  sumSquaredError,
} from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { binaryKinds, type Domain, unaryKinds } from "../reference/elementwise.ts";
import { indexingCases } from "./cases/indexing.ts";
import { normalizeCases } from "./cases/normalize.ts";
import { poolCases } from "./cases/pool.ts";
import { convolutions } from "./conv-cases.ts";

/**
 * What an operand's elements are; `labels` are class indices (int32), `words` the same as floats, the rows of `oneHot` and `distribution`
 * sum to 1.
 */
export type Kind = Domain | "labels" | "words" | "oneHot" | "distribution";

export interface OpCase {
  readonly name: string;
  readonly apply: (...operands: Value[]) => Value;
  /** shapes of the operands, for each size that is tried */
  readonly shapes: readonly (readonly Shape[])[];
  /** of each operand; default "any" */
  readonly kinds?: readonly Kind[];
  /** the sizes at which gradients are tried against differences; default all */
  readonly smooth?: (shapes: readonly Shape[]) => boolean;
}

const lengths = [1, 3, 4, 5, 7, 8, 9, 31, 33];
const vectors = [[], [65], [3, 5], [2, 3, 4], ...lengths.map((n) => [n])].map((shape) => [shape]);
/** About where a sum becomes one of partial sums. */
const long = [1023, 1024, 1025, 1537, 2047, 3073];
const short = [[1], [9], [1, 1], [1, 10], [3, 5], [4, 4], [5, 3], [2, 3, 7], [7, 33], [31, 10], [2, 2]];
const rows = [...short, ...long.map((n) => [2, n]), [1025, 3]];
const batches = rows.filter((shape) => shape.length === 2);

/** Pairs that broadcast: a scalar, rows, columns, missing and alternating axes, of up to five axes. */
const pairs: readonly (readonly Shape[])[] = [
  ...lengths.map((n) => [[n], [n]]),
  [[], []],
  [[], [5]],
  [[9], []],
  [[33, 31], [31]],
  [[7], [3, 7]],
  [
    [4, 5],
    [1, 5],
  ],
  [
    [3, 9],
    [3, 1],
  ],
  [
    [3, 1],
    [1, 9],
  ],
  [[1], [3, 5]],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [2, 1, 5],
    [1, 3, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [2, 1, 4, 1],
  ],
  [
    [3, 1, 5, 1],
    [1, 4, 1, 9],
  ],
  [
    [2, 1, 3, 1, 5],
    [1, 4, 1, 2, 1],
  ],
  // Their gradients are long sums.
  [[1025, 3], [3]],
  [[2, 1025], []],
];

/** [m, k] and [k, n] as stored, for each orientation. */
function products(transposeA: boolean, transposeB: boolean): Shape[][] {
  const sizes = [
    [1, 1, 1],
    [3, 4, 5],
    [5, 7, 3],
    [8, 9, 1],
    [1, 33, 31],
    [33, 10, 9],
    [31, 33, 8],
    // Long sums in the product, and in the gradients.
    ...long.map((k) => [3, 5, k] as const),
    [5, 1025, 3],
    [2047, 3, 2],
  ] as const;
  return sizes.map(([m, n, k]) => [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]]);
}

/** Shapes to reduce, for each choice of axes; those of `several` in as many spans as they have numbers that are no neighbours. */
const axes: readonly (readonly [axis: Axes | undefined, shapes: readonly Shape[]])[] = [
  [undefined, [[], [1], [9], [33], [3, 5], [2, 3, 4], ...long.map((n) => [n]), [3, 1025]]],
  [0, [[1], [7], [1, 5], [33, 1], [5, 33], [9, 16], [3, 2, 5], ...long.map((n) => [n, 5]), [1025, 33]]],
  [
    1,
    [
      [3, 1],
      [5, 33],
      [2, 9, 1],
      [3, 4, 17],
      [2, 3, 4, 5],
      [2, 1025, 3],
    ],
  ],
  [-1, [[8], [3, 7], [2, 3, 31], [2, 1025]]],
  [
    [0, 1],
    [
      [3, 5],
      [4, 2, 7],
      [1, 3, 2, 2],
      [40, 30, 3],
    ],
  ],
  [
    [-1, 0],
    [
      [3, 4, 5],
      [2, 1, 7],
      [3, 2, 2, 9],
      [1030, 2, 3],
    ],
  ],
  [[0, 2, 4], [[2, 3, 2, 2, 3]]],
];

/** How many elements become one. */
const countOf = (shape: Shape, axis: Axes | undefined) =>
  (axis === undefined ? shape : [axis].flat().map((each) => shape.at(each)!)).reduce(
    (n, length) => n * length,
    1,
  );

/** An op that reduces axes, for each choice of them. */
const reduces = (
  name: string,
  apply: (x: Value, options: SumOptions) => Value,
  fits: (shape: Shape, axis: Axes | undefined) => boolean = () => true,
): OpCase[] =>
  axes.flatMap(([axis, shapes]) =>
    [false, true].map((keepAxis) => ({
      name: `${name}, axis ${axis ?? "all"}${keepAxis ? ", kept" : ""}`,
      apply: (x: Value) => apply(x, axis === undefined ? { keepAxis } : { axis, keepAxis }),
      shapes: shapes.filter((shape) => fits(shape, axis)).map((shape) => [shape]),
    })),
  );

/** Shapes of a condition and what is chosen from. */
const triples: readonly (readonly Shape[])[] = [
  ...lengths.map((n) => [[n], [n], [n]]),
  [[], [], []],
  [[9], [9], []],
  [[33], [], [33]],
  [[9], [], []],
  [[], [9], [9]],
  [[3, 1], [9], [3, 9]],
  [[3, 9], [9], [3, 1]],
  [
    [2, 1, 5],
    [1, 3, 1],
    [2, 3, 5],
  ],
  [
    [2, 1, 3, 1],
    [1, 4, 1, 5],
    [2, 4, 3, 1],
  ],
];

/** The op of a name, if it is one of `kobai/ops`: the gradients of activations are not. */
export const opNamed = (name: string) =>
  (ops as unknown as Readonly<Record<string, OpCase["apply"] | undefined>>)[name];

/** Those of the reference's table that are ops. */
function elementwise(table: Readonly<Record<string, readonly Domain[]>>, shapes: OpCase["shapes"]): OpCase[] {
  return Object.entries(table).flatMap(([name, kinds]) => {
    const apply = opNamed(name);
    return apply ? [{ name, apply, shapes, kinds }] : [];
  });
}

export const cases: readonly OpCase[] = [
  ...convolutions,
  // C = A·B: ∂/∂A = G·Bᵀ, ∂/∂B = Aᵀ·G; a factor that is stored transposed has its gradient stored so, too.
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      name: `matmul${transposeA ? ", a transposed" : ""}${transposeB ? ", b transposed" : ""}`,
      apply: (a: Value, b: Value) => matmul(a, b, { transposeA, transposeB }),
      shapes: products(transposeA, transposeB),
    })),
  ),
  // Elementwise: the table of the reference. What was repeated in broadcasting has its gradients summed.
  ...elementwise(unaryKinds, vectors),
  ...elementwise(binaryKinds, pairs),
  // An operand that comes twice gets both gradients: ∂(x·x) = 2x·∂x
  { name: "multiply by itself", apply: (x) => multiply(x, x), shapes: vectors },
  // ∂(c·x) = c·∂x
  { name: "scale", apply: (x) => scale(x, 1 / 3), shapes: vectors },
  // ∂ Σ x = Σ ∂x; the mean is that over n
  ...reduces("sum", sum),
  ...reduces("mean", mean),
  // ∂ max x = ∂x of the largest; that of min likewise
  ...reduces("max", ops.max),
  ...reduces("min", ops.min),
  // ∂ Σ (x − x̄)² / n = 2/n·Σ (x − x̄)·∂x
  ...reduces("variance", ops.variance),
  ...reduces(
    "variance of a sample",
    (x, options) => ops.variance(x, { ...options, correction: 1 }),
    (shape, axis) => countOf(shape, axis) > 1,
  ),
  // The same elements under another shape, and so are their gradients.
  {
    name: "reshape",
    apply: (x) => reshape(x, [x.shape.reduce((product, length) => product * length, 1), 1]),
    shapes: vectors,
  },
  // Repeated elements: their gradients are summed.
  {
    name: "broadcastTo",
    apply: (x) => broadcastTo(x, [2, 3, 5]),
    shapes: [[[]], [[5]], [[3, 1]], [[2, 1, 5]]],
  },
  // ∂|x|ᵖ = p·xᵖ⁻¹·∂x
  ...[0, 1, 2, 3, -1, -2, 10].map((p) => ({
    name: `power ${p}`,
    apply: (x: Value) => ops.power(x, p),
    shapes: vectors,
  })),
  ...[0.5, -0.5, 1 / 3, 2.5].map((p) => ({
    name: `power ${p}`,
    apply: (x: Value) => ops.power(x, p),
    shapes: vectors,
    kinds: ["positive"] as const,
  })),
  { name: "negate", apply: ops.negate, shapes: vectors },
  { name: "square", apply: ops.square, shapes: vectors },
  { name: "reciprocal", apply: ops.reciprocal, shapes: vectors },
  { name: "clip", apply: (x) => ops.clip(x, -0.5, 1), shapes: vectors },
  // What was taken gets the gradient.
  { name: "where", apply: ops.where, shapes: triples },
  {
    name: "where, on a comparison",
    apply: (a, b) => ops.where(ops.less(a, b), a, ops.scale(b, 2)),
    shapes: pairs,
    kinds: ["apart", "apart"],
  },
  ...poolCases,
  ...normalizeCases,
  ...indexingCases,
  // y = softmax x: ∂yᵢ = yᵢ·(∂xᵢ − Σⱼ yⱼ·∂xⱼ)
  { name: "softmax", apply: softmax, shapes: rows.map((shape) => [shape]) },
  // ∂ log softmax(x)ᵢ = ∂xᵢ − Σⱼ softmax(x)ⱼ·∂xⱼ
  { name: "logSoftmax", apply: logSoftmax, shapes: rows.map((shape) => [shape]) },
  // L = −1/m·Σ log softmax(x)ₜ: ∂L/∂x = (softmax(x) − e_t) / m
  {
    name: "softmaxCrossEntropy of class indices",
    apply: softmaxCrossEntropy,
    shapes: batches.map((shape) => [shape, [shape[0]!]]),
    kinds: ["any", "labels"],
  },
  // L = −1/m·Σ t·log softmax(x): ∂L/∂x = (softmax(x)·Σt − t) / m, ∂L/∂t = −log softmax(x) / m
  ...(["oneHot", "distribution", "any"] as const).map((kind) => ({
    name: `softmaxCrossEntropy of rows (${kind})`,
    apply: softmaxCrossEntropy,
    shapes: batches.map((shape) => [shape, shape]),
    kinds: ["any", kind] as const,
  })),
  // L = ½/m·Σ (y − t)²: ∂L/∂y = (y − t) / m = −∂L/∂t
  {
    name: "sumSquaredError",
    apply: sumSquaredError,
    shapes: [...batches, [9], [2, 3, 7]].map((shape) => [shape, shape]),
  },
  // L = 1/mn·Σ (log(1 + eʸ) − y·t): ∂L/∂y = (σ(y) − t) / mn, ∂L/∂t = −y / mn
  {
    name: "binaryCrossEntropy",
    apply: binaryCrossEntropy,
    shapes: [...batches, [9], [2, 3, 7]].map((shape) => [shape, shape]),
    kinds: ["any", "positive"],
  },
];

/** Fractions spread over (0, 1), another sequence for each seed. */
function fractions(seed: number): () => number {
  let state = Math.imul(seed + 1, 2_654_435_769) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/**
 * Elements of a kind. Those of either sign have many magnitudes, so that rounding errors show in every sum, and some are zeros; unless
 * `smooth`: then all lie from 0.1 to 2.1, or −2.1 to −0.1, where no op has a kink.
 */
export function elements(
  kind: Kind,
  shape: Shape,
  dtype: "float32" | "float64",
  { seed, classes, smooth = false }: { seed: number; classes: number; smooth?: boolean },
): TypedArray {
  const n = shape.reduce((product, length) => product * length, 1);
  const next = fractions(seed);
  if (kind === "labels") return Int32Array.from({ length: n }, () => Math.floor(next() * classes));
  const out = dtype === "float32" ? new Float32Array(n) : new Float64Array(n);
  if (kind === "words") return out.map(() => Math.floor(next() * classes));
  if (kind === "oneHot") {
    for (let at = 0; at < n; at += classes) out[at + Math.floor(next() * classes)] = 1;
    return out;
  }
  for (let i = 0; i < n; i++) {
    const u = next();
    if (kind === "positive" || kind === "distribution") out[i] = 0.1 + 2 * u;
    // Multiples of 1/64, a little more for each operand.
    else if (smooth && kind === "apart") {
      out[i] = (u < 0.5 ? -1 : 1) * (0.1 + Math.floor(next() * 128) / 64) + seed / 200;
    } else if (smooth) out[i] = (u < 0.5 ? -1 : 1) * (0.1 + 2 * next());
    else if (u < 0.1) out[i] = u < 0.05 ? 0 : -0;
    else out[i] = (next() - 0.5) * 2 ** Math.floor(next() * 7 - 2);
  }
  if (kind === "distribution") {
    for (let at = 0; at < n; at += classes) {
      const total = Array.from(out.subarray(at, at + classes)).reduce((s, x) => s + x);
      for (let j = at; j < at + classes; j++) out[j] = out[j]! / total;
    }
  }
  return out;
}
