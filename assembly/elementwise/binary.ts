// Elementwise kernels of two operands, with broadcasting (BinaryArg).

import { BinaryArg } from "../isa/elementwise";
import { ExtensionOp, Op } from "../isa";
import { arg, chunkStart, pointer, storePair, storePart, vectorLength } from "../memory";

/** The vector f(a, b); for the gradients a is the gradient arriving at y and b is y, for that of abs x. `op` is a constant at every call. */
@inline
function apply<T>(op: i32, a: v128, b: v128): v128 {
  if (op == Op.add) return v128.add<T>(a, b);
  if (op == Op.subtract) return v128.sub<T>(a, b);
  if (op == Op.multiply) return v128.mul<T>(a, b);
  if (op == Op.divide) return v128.div<T>(a, b);
  if (op == Op.reluGradient) return v128.and(a, v128.gt<T>(b, v128.splat<T>(<T>0)));
  if (op == ExtensionOp.absGradient) {
    const zero = v128.splat<T>(<T>0);
    return v128.sub<T>(v128.and(a, v128.gt<T>(b, zero)), v128.and(a, v128.lt<T>(b, zero)));
  }
  const one = v128.splat<T>(<T>1);
  if (op == Op.sigmoidGradient) return v128.mul<T>(v128.mul<T>(a, b), v128.sub<T>(one, b));
  return v128.mul<T>(a, v128.sub<T>(one, v128.mul<T>(b, b)));
}

/** Reads a vector at `address`, or its first element into every place where the operand repeats. */
@inline
function read<T>(address: usize, repeats: bool): v128 {
  return repeats ? v128.load_splat<T>(address) : v128.load(address);
}

/** out[0…n) = f(a, b) for operands that advance by one element or stay. */
@inline
function span<T>(op: i32, out: usize, a: usize, b: usize, n: i32, repeatA: bool, repeatB: bool): void {
  const length = vectorLength<T>();
  let left = n;
  if (WIDE) {
    // An operand that repeats is read once: two loads of the same are no pair.
    const a0 = read<T>(a, repeatA), b0 = read<T>(b, repeatB);
    for (; left >= 2 * length; left -= 2 * length) {
      const low = apply<T>(op, repeatA ? a0 : v128.load(a), repeatB ? b0 : v128.load(b));
      const high = apply<T>(op, repeatA ? a0 : v128.load(a, 16), repeatB ? b0 : v128.load(b, 16));
      storePair(out, low, high);
      out += 32;
      if (!repeatA) a += 32;
      if (!repeatB) b += 32;
    }
  }
  for (; left >= length; left -= length) {
    v128.store(out, apply<T>(op, read<T>(a, repeatA), read<T>(b, repeatB)));
    out += 16;
    if (!repeatA) a += 16;
    if (!repeatB) b += 16;
  }
  if (left > 0) storePart<T>(out, apply<T>(op, read<T>(a, repeatA), read<T>(b, repeatB)), left);
}

/**
 * The planner merges axes, so an operand's innermost stride is 1 or 0. Lanes split the outermost axis that is longer than one,
 * and a flat operation (1 × 1 × n) in chunks of a vector or more.
 */
@inline
function binary<T>(op: i32, i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, BinaryArg.out);
  const a = pointer(i, BinaryArg.a);
  const b = pointer(i, BinaryArg.b);
  const d0 = arg(i, BinaryArg.d0);
  const d1 = arg(i, BinaryArg.d1);
  const d2 = arg(i, BinaryArg.d2);
  const repeatA = arg(i, BinaryArg.a2) == 0;
  const repeatB = arg(i, BinaryArg.b2) == 0;
  const a0 = <usize>arg(i, BinaryArg.a0) * sizeof<T>();
  const b0 = <usize>arg(i, BinaryArg.b0) * sizeof<T>();
  const a1 = <usize>arg(i, BinaryArg.a1) * sizeof<T>();
  const b1 = <usize>arg(i, BinaryArg.b1) * sizeof<T>();

  let from = 0;
  let to = d2;
  let rowFrom = 0;
  let rowTo = d0 * d1;
  if (rowTo == 1) {
    from = chunkStart(d2, 16, lane, lanes);
    to = chunkStart(d2, 16, lane + 1, lanes);
  } else {
    rowFrom = chunkStart(rowTo, 1, lane, lanes);
    rowTo = chunkStart(rowTo, 1, lane + 1, lanes);
  }
  const offset = <usize>from * sizeof<T>();
  const n = to - from;
  if (n <= 0) return;
  for (let row = rowFrom; row < rowTo; row++) {
    const i0 = <usize>(row / d1);
    const i1 = <usize>(row % d1);
    const o = out + (<usize>row * d2 + from) * sizeof<T>();
    const p = a + i0 * a0 + i1 * a1 + (repeatA ? 0 : offset);
    const q = b + i0 * b0 + i1 * b1 + (repeatB ? 0 : offset);
    if (WIDE && repeatA && !repeatB) {
      span<T>(op, o, p, q, n, true, false);
    } else if (repeatA) {
      span<T>(op, o, p, q, n, true, repeatB);
    } else if (repeatB) {
      span<T>(op, o, p, q, n, false, true);
    } else {
      span<T>(op, o, p, q, n, false, false);
    }
  }
}

export function add<T>(i: usize, lane: i32, lanes: i32): void {
  binary<T>(Op.add, i, lane, lanes);
}

export function subtract<T>(i: usize, lane: i32, lanes: i32): void {
  binary<T>(Op.subtract, i, lane, lanes);
}

export function multiply<T>(i: usize, lane: i32, lanes: i32): void {
  binary<T>(Op.multiply, i, lane, lanes);
}

export function divide<T>(i: usize, lane: i32, lanes: i32): void {
  binary<T>(Op.divide, i, lane, lanes);
}

/** g where y > 0, else 0: at x = 0 the derivative is taken as 0, as in the book (5.5.1). */
export function reluGradient<T>(i: usize, lane: i32, lanes: i32): void {
  binary<T>(Op.reluGradient, i, lane, lanes);
}

/** (g·y)·(1 − y) (book 5.5.2) */
export function sigmoidGradient<T>(i: usize, lane: i32, lanes: i32): void {
  binary<T>(Op.sigmoidGradient, i, lane, lanes);
}

/** g·(1 − y²) */
export function tanhGradient<T>(i: usize, lane: i32, lanes: i32): void {
  binary<T>(Op.tanhGradient, i, lane, lanes);
}

// Of the extension.

/** g where x > 0, −g where x < 0, else 0 */
export function absGradient<T>(i: usize, lane: i32, lanes: i32): void {
  binary<T>(ExtensionOp.absGradient, i, lane, lanes);
}
