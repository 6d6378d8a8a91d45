// The elementwise ops (assembly/unary.ts, assembly/binary.ts) in plain TypeScript. A single operation needs no rounding of its own:
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

function map(f: (x: number, precision: Precision) => number): (x: Floats) => Floats {
  return (x) => {
    const y = zerosLike(x, x.length);
    const precision = precisionOf(x);
    for (let i = 0; i < x.length; i++) y[i] = f(x[i]!, precision);
    return y;
  };
}

function relu(x: Floats): Floats {
  const y = x.slice();
  for (let i = 0; i < y.length; i++) if (y[i]! < 0) y[i] = 0;
  return y;
}

function sqrt(x: Floats): Floats {
  const y = zerosLike(x, x.length);
  for (let i = 0; i < x.length; i++) y[i] = Math.sqrt(x[i]!);
  return y;
}

function abs(x: Floats): Floats {
  const y = zerosLike(x, x.length);
  for (let i = 0; i < x.length; i++) y[i] = Math.abs(x[i]!);
  return y;
}

export function scale(x: Floats, factor: number): Floats {
  const by = precisionOf(x).round(factor);
  const y = zerosLike(x, x.length);
  for (let i = 0; i < x.length; i++) y[i] = x[i]! * by;
  return y;
}

/** By the op's name. */
export const unary: Readonly<Record<string, (x: Floats) => Floats>> = {
  relu,
  sqrt,
  abs,
  sigmoid: map(sigmoid),
  tanh: map(tanh),
  exp: map(exp),
  log: map(log),
};

/** What a loop of two operands runs over: `n` elements of `out` from `o` on; the operands advance by a step of 1 or 0. */
interface Span {
  readonly out: Floats;
  readonly a: Floats;
  readonly b: Floats;
  readonly stepA: number;
  readonly stepB: number;
  readonly n: number;
}

type Loop = (span: Span, o: number, i: number, j: number) => void;

/** By the op's name; for the gradients a is the gradient arriving at y and b is y, for that of abs x. */
const loops: Readonly<Record<string, Loop>> = {
  add({ out, a, b, stepA, stepB, n }, o, i, j) {
    for (let l = 0; l < n; l++) out[o + l] = a[i + l * stepA]! + b[j + l * stepB]!;
  },
  subtract({ out, a, b, stepA, stepB, n }, o, i, j) {
    for (let l = 0; l < n; l++) out[o + l] = a[i + l * stepA]! - b[j + l * stepB]!;
  },
  multiply({ out, a, b, stepA, stepB, n }, o, i, j) {
    for (let l = 0; l < n; l++) out[o + l] = a[i + l * stepA]! * b[j + l * stepB]!;
  },
  divide({ out, a, b, stepA, stepB, n }, o, i, j) {
    for (let l = 0; l < n; l++) out[o + l] = a[i + l * stepA]! / b[j + l * stepB]!;
  },
  reluGradient({ out, a, b, stepA, stepB, n }, o, i, j) {
    for (let l = 0; l < n; l++) out[o + l] = b[j + l * stepB]! > 0 ? a[i + l * stepA]! : 0;
  },
  sigmoidGradient({ out, a, b, stepA, stepB, n }, o, i, j) {
    const { round } = precisionOf(out);
    for (let l = 0; l < n; l++) {
      const y = b[j + l * stepB]!;
      out[o + l] = round(a[i + l * stepA]! * y) * round(1 - y);
    }
  },
  absGradient({ out, a, b, stepA, stepB, n }, o, i, j) {
    for (let l = 0; l < n; l++) {
      const [g, x] = [a[i + l * stepA]!, b[j + l * stepB]!];
      out[o + l] = (x > 0 ? g : 0) - (x < 0 ? g : 0);
    }
  },
  tanhGradient({ out, a, b, stepA, stepB, n }, o, i, j) {
    const { round } = precisionOf(out);
    for (let l = 0; l < n; l++) {
      const y = b[j + l * stepB]!;
      out[o + l] = a[i + l * stepA]! * round(1 - round(y * y));
    }
  },
};

export const binaryNames: readonly string[] = Object.keys(loops);

type Shape = readonly number[];

/** Element strides of a tensor of `shape` read as `target`: 0 where it repeats. */
function strides(shape: Shape, target: Shape): number[] {
  const missing = target.length - shape.length;
  return target.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || shape[own] === 1
      ? 0
      : shape.slice(own + 1).reduce((product, size) => product * size, 1);
  });
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

interface Operand {
  readonly data: Floats;
  readonly shape: Shape;
}

/** out = f(a, b) with NumPy's broadcasting: index by index over all axes but the last, which is a loop. */
export function binary(name: string, target: Shape, a: Operand, b: Operand): Floats {
  const loop = loops[name]!;
  const length = target.reduce((product, size) => product * size, 1);
  const out = zerosLike(a.data, length);
  if (sameShape(a.shape, target) && sameShape(b.shape, target)) {
    loop({ out, a: a.data, b: b.data, stepA: 1, stepB: 1, n: length }, 0, 0, 0);
    return out;
  }
  const stridesA = strides(a.shape, target);
  const stridesB = strides(b.shape, target);
  const last = target.length - 1;
  const n = target[last]!;
  const span = { out, a: a.data, b: b.data, stepA: stridesA[last]!, stepB: stridesB[last]!, n };
  for (let o = 0; o < length; o += n) {
    let rest = o / n;
    let i = 0;
    let j = 0;
    for (let axis = last - 1; axis >= 0; axis--) {
      const at = rest % target[axis]!;
      rest = (rest - at) / target[axis]!;
      i += at * stridesA[axis]!;
      j += at * stridesB[axis]!;
    }
    loop(span, o, i, j);
  }
  return out;
}
