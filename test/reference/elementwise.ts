// The elementwise ops (assembly/elementwise/) in plain TypeScript. A single operation needs no rounding of its own:
// storing into a Float32Array rounds, and sum, difference, product, quotient and square root of two float32 are the same
// whether they are rounded once or by way of float64.

import { exp, float32, float64, log, type Precision, sigmoid, tanh } from "./math.ts";
import type { Floats } from "./matmul.ts";

/** The format of an array's elements. */
export function precisionOf(array: Floats): Precision {
  return array instanceof Float32Array ? float32 : float64;
}

/** An array of the same type, of zeros. */
export function zerosLike(array: Floats, length: number): Floats {
  return array instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

/** A line for each op: its formula, which rounds where it must before storing does, and what operands may be (default "any"). */
type Row<F> = readonly [formula: F, ...kinds: Domain[]];
/** Where an op is defined, or smooth, operands that are `apart` being never equal: kinds of op-cases.ts. */
export type Domain = "any" | "positive" | "apart";

type Unary = (x: number, precision: Precision) => number;
type Binary = (a: number, b: number, precision: Precision) => number;

const unaryRows: Readonly<Record<string, Row<Unary>>> = {
  relu: [(x) => (x < 0 ? 0 : x)],
  sigmoid: [sigmoid],
  tanh: [tanh],
  exp: [exp],
  log: [log, "positive"],
  sqrt: [Math.sqrt, "positive"],
  abs: [Math.abs],
};

/** For the gradients a is the gradient arriving at y and b is y, or x for that of abs x. */
const binaryRows: Readonly<Record<string, Row<Binary>>> = {
  add: [(a, b) => a + b],
  subtract: [(a, b) => a - b],
  multiply: [(a, b) => a * b],
  divide: [(a, b) => a / b, "any", "positive"],
  reluGradient: [(g, y) => (y > 0 ? g : 0)],
  sigmoidGradient: [(g, y, { round }) => round(g * y) * round(1 - y)],
  maximum: [(a, b) => Math.max(a, b), "apart", "apart"],
  minimum: [(a, b) => Math.min(a, b), "apart", "apart"],
  greater: [(a, b) => (a > b ? 1 : 0), "apart", "apart"],
  greaterEqual: [(a, b) => (a >= b ? 1 : 0), "apart", "apart"],
  less: [(a, b) => (a < b ? 1 : 0), "apart", "apart"],
  lessEqual: [(a, b) => (a <= b ? 1 : 0), "apart", "apart"],
  equal: [(a, b) => (a === b ? 1 : 0), "apart", "apart"],
  notEqual: [(a, b) => (a !== b ? 1 : 0), "apart", "apart"],
  absGradient: [(g, x) => (x > 0 ? g : 0) - (x < 0 ? g : 0)],
  tanhGradient: [(g, y, { round }) => g * round(1 - round(y * y))],
};

const kindsOf = (rows: Readonly<Record<string, Row<unknown>>>) =>
  Object.fromEntries(Object.entries(rows).map(([name, [, ...kinds]]) => [name, kinds]));

/** By the op's name, what its operands may be. */
export const unaryKinds: Readonly<Record<string, readonly Domain[]>> = kindsOf(unaryRows);
export const binaryKinds: Readonly<Record<string, readonly Domain[]>> = kindsOf(binaryRows);

/** The formula of an op of one operand, for one element: rounded. */
export function formula(name: string): Unary {
  const [f] = unaryRows[name]!;
  return (x, precision) => precision.round(f(x, precision));
}

export function unary(name: string, x: Floats): Floats {
  const [f] = unaryRows[name]!;
  const precision = precisionOf(x);
  const y = zerosLike(x, x.length);
  for (let i = 0; i < x.length; i++) y[i] = f(x[i]!, precision);
  return y;
}

export function scale(x: Floats, factor: number): Floats {
  const by = precisionOf(x).round(factor);
  const y = zerosLike(x, x.length);
  for (let i = 0; i < x.length; i++) y[i] = x[i]! * by;
  return y;
}

/** x^p: products of squares for a whole p, else e^(p·log x) in float64. */
export function power(x: Floats, exponent: number): Floats {
  const { round } = precisionOf(x);
  const y = zerosLike(x, x.length);
  const by = round(exponent);
  for (let i = 0; i < x.length; i++) {
    if (!Number.isInteger(exponent)) {
      y[i] = exp(log(x[i]!, float64) * by, float64);
      continue;
    }
    let result = 1;
    let square = x[i]!;
    for (let bits = Math.abs(exponent); bits > 0; bits >>= 1) {
      if (bits & 1) result = round(result * square);
      square = round(square * square);
    }
    y[i] = exponent < 0 ? 1 / result : result;
  }
  return y;
}

type Shape = readonly number[];

const product = (sizes: Shape) => sizes.reduce((total, size) => total * size, 1);

/** Element strides of a tensor of `shape` read as `target`: 0 where it repeats. */
function strides(shape: Shape, target: Shape): number[] {
  const missing = target.length - shape.length;
  return target.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || shape[own] === 1 ? 0 : product(shape.slice(own + 1));
  });
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

interface Operand {
  readonly data: Floats;
  readonly shape: Shape;
}

/** out = f(a, b) with NumPy's broadcasting, index by index. */
export function binary(name: string, target: Shape, a: Operand, b: Operand): Floats {
  const [f] = binaryRows[name]!;
  const precision = precisionOf(a.data);
  const out = zerosLike(a.data, product(target));
  const [i, j] = [indices(a.shape, target), indices(b.shape, target)];
  for (let o = 0; o < out.length; o++) out[o] = f(a.data[i(o)]!, b.data[j(o)]!, precision);
  return out;
}

type Index = (index: number) => number;

/** From the index of an element of `target` to that of the element of a tensor of `shape` that stands there. */
export function indices(shape: Shape, target: Shape): Index {
  if (sameShape(shape, target)) return (index) => index;
  if (product(shape) === 1) return () => 0;
  const steps = strides(shape, target);
  return (index) => {
    let rest = index;
    let at = 0;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const along = rest % target[axis]!;
      at += along * steps[axis]!;
      rest = (rest - along) / target[axis]!;
    }
    return at;
  };
}

/** a where the condition is not 0, else b; all three broadcast. */
export function where(target: Shape, condition: Operand, a: Operand, b: Operand): Floats {
  const out = zerosLike(a.data, product(target));
  const [c, i, j] = [condition, a, b].map(({ shape }) => indices(shape, target)) as Index[];
  for (let o = 0; o < out.length; o++) {
    out[o] = condition.data[c!(o)] === 0 ? b.data[j!(o)]! : a.data[i!(o)]!;
  }
  return out;
}
