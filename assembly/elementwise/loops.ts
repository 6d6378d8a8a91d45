// The loops of elementwise kernels, generic over the formula: a class F with a method `of<T>`. A formula has no instances: the loops
// call its method on null, and it is inlined. Each formula gets a function of its own, since within one function Binaryen finds
// the loops of several alike and makes one of them, in which the formula is a variable.

import { BinaryArg, UnaryArg } from "../isa/elementwise";
import { arg, chunkStart, pointer, storePair, storePart, vectorLength } from "../memory";

/** out[i] = F(a[i], parameter), i < n (UnaryArg). `out` may be `a`. */
export function map<T, F>(i: usize, lane: i32, lanes: i32): void {
  const f = changetype<F>(0);
  const n = arg(i, UnaryArg.n);
  const unit = 64 / <i32>sizeof<T>();
  const begin = chunkStart(n, unit, lane, lanes);
  const end = chunkStart(n, unit, lane + 1, lanes);
  const offset = <usize>begin * sizeof<T>();
  let a = pointer(i, UnaryArg.a) + offset;
  let out = pointer(i, UnaryArg.out) + offset;
  // Of an op that has none, it is what lies at address 0, which nobody reads.
  const parameter = v128.splat<T>(<T>load<f64>(pointer(i, UnaryArg.parameter)));
  let rest = end - begin;
  if (WIDE) {
    for (; rest >= 2 * vectorLength<T>(); rest -= 2 * vectorLength<T>()) {
      storePair(out, f.of<T>(v128.load(a), parameter), f.of<T>(v128.load(a, 16), parameter));
      a += 32;
      out += 32;
    }
  }
  for (; rest > 0; rest -= vectorLength<T>()) {
    const y = f.of<T>(v128.load(a), parameter);
    if (rest >= vectorLength<T>()) v128.store(out, y);
    else storePart<T>(out, y, rest);
    a += 16;
    out += 16;
  }
}

/**
 * out = F(a, b), broadcast (BinaryArg). The planner merges axes, so an operand's innermost stride is 1 or 0. Lanes split the outermost axis
 * that is longer than one, and a flat operation (1 × 1 × n) in chunks of a vector or more.
 */
export function combine<T, F>(i: usize, lane: i32, lanes: i32): void {
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
      span<T, F>(o, p, q, n, true, false);
    } else if (repeatA) {
      span<T, F>(o, p, q, n, true, repeatB);
    } else if (repeatB) {
      span<T, F>(o, p, q, n, false, true);
    } else {
      span<T, F>(o, p, q, n, false, false);
    }
  }
}

/** Reads a vector at `address`, or its first element into every place where the operand repeats. */
@inline
function read<T>(address: usize, repeats: bool): v128 {
  return repeats ? v128.load_splat<T>(address) : v128.load(address);
}

/** out[0…n) = F(a, b) for operands that advance by one element or stay. */
@inline
function span<T, F>(out: usize, a: usize, b: usize, n: i32, repeatA: bool, repeatB: bool): void {
  const f = changetype<F>(0);
  const length = vectorLength<T>();
  let left = n;
  if (WIDE) {
    // An operand that repeats is read once: two loads of the same are no pair.
    const a0 = read<T>(a, repeatA), b0 = read<T>(b, repeatB);
    for (; left >= 2 * length; left -= 2 * length) {
      const low = f.of<T>(repeatA ? a0 : v128.load(a), repeatB ? b0 : v128.load(b));
      const high = f.of<T>(repeatA ? a0 : v128.load(a, 16), repeatB ? b0 : v128.load(b, 16));
      storePair(out, low, high);
      out += 32;
      if (!repeatA) a += 32;
      if (!repeatB) b += 32;
    }
  }
  for (; left >= length; left -= length) {
    v128.store(out, f.of<T>(read<T>(a, repeatA), read<T>(b, repeatB)));
    out += 16;
    if (!repeatA) a += 16;
    if (!repeatB) b += 16;
  }
  if (left > 0) storePart<T>(out, f.of<T>(read<T>(a, repeatA), read<T>(b, repeatB)), left);
}
