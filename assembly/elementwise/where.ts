// A choice between two operands, element by element, with broadcasting (WhereArg).

import { WhereArg } from "../isa/elementwise";
import { arg, chunkStart, pointer, storePair, storePart, vectorLength } from "../memory";

/** A lane's part: rows, or of a flat operation (1 × n) chunks of a vector or more. */
export function where<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, WhereArg.out);
  const c = pointer(i, WhereArg.c);
  const a = pointer(i, WhereArg.a);
  const b = pointer(i, WhereArg.b);
  const d0 = arg(i, WhereArg.d0);
  const d1 = arg(i, WhereArg.d1);
  const repeatC = arg(i, WhereArg.c1) == 0;
  const repeatA = arg(i, WhereArg.a1) == 0;
  const repeatB = arg(i, WhereArg.b1) == 0;
  const c0 = <usize>arg(i, WhereArg.c0) * sizeof<T>();
  const a0 = <usize>arg(i, WhereArg.a0) * sizeof<T>();
  const b0 = <usize>arg(i, WhereArg.b0) * sizeof<T>();
  const flat = d0 == 1;
  const from = flat ? chunkStart(d1, 16, lane, lanes) : 0;
  const to = flat ? chunkStart(d1, 16, lane + 1, lanes) : d1;
  const rowFrom = flat ? 0 : chunkStart(d0, 1, lane, lanes);
  const rowTo = flat ? 1 : chunkStart(d0, 1, lane + 1, lanes);
  if (to <= from) return;
  const offset = <usize>from * sizeof<T>();
  for (let row = <usize>rowFrom; row < <usize>rowTo; row++) {
    const o = out + (row * d1 + from) * sizeof<T>();
    const r = c + row * c0 + (repeatC ? 0 : offset);
    const p = a + row * a0 + (repeatA ? 0 : offset);
    const q = b + row * b0 + (repeatB ? 0 : offset);
    if (repeatC) repeated<T>(o, v128.load_splat<T>(r), p, q, to - from, repeatA, repeatB);
    else if (repeatA) span<T>(o, r, p, q, to - from, true, repeatB);
    else if (repeatB) span<T>(o, r, p, q, to - from, false, true);
    else span<T>(o, r, p, q, to - from, false, false);
  }
}

@inline
function choose<T>(c: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, v128.ne<T>(c, v128.splat<T>(<T>0)));
}

/** One condition for the whole row. */
function repeated<T>(out: usize, c: v128, a: usize, b: usize, n: i32, repeatA: bool, repeatB: bool): void {
  const takesA = v128.any_true(v128.ne<T>(c, v128.splat<T>(<T>0)));
  const from = takesA ? a : b;
  const repeats = takesA ? repeatA : repeatB;
  const step: usize = repeats ? 0 : 16;
  const first = v128.load_splat<T>(from);
  let p = from;
  for (let left = n; left > 0; left -= vectorLength<T>()) {
    const v = repeats ? first : v128.load(p);
    if (left >= vectorLength<T>()) v128.store(out, v);
    else storePart<T>(out, v, left);
    out += 16;
    p += step;
  }
}

@inline
function span<T>(out: usize, c: usize, a: usize, b: usize, n: i32, repeatA: bool, repeatB: bool): void {
  const length = vectorLength<T>();
  const a0 = v128.load_splat<T>(a), b0 = v128.load_splat<T>(b);
  let left = n;
  if (WIDE) {
    for (; left >= 2 * length; left -= 2 * length) {
      const low = choose<T>(v128.load(c), repeatA ? a0 : v128.load(a), repeatB ? b0 : v128.load(b));
      const high = choose<T>(v128.load(c, 16), repeatA ? a0 : v128.load(a, 16), repeatB ? b0 : v128.load(b, 16));
      storePair(out, low, high);
      out += 32;
      c += 32;
      if (!repeatA) a += 32;
      if (!repeatB) b += 32;
    }
  }
  for (; left > 0; left -= length) {
    const y = choose<T>(v128.load(c), repeatA ? a0 : v128.load(a), repeatB ? b0 : v128.load(b));
    if (left >= length) v128.store(out, y);
    else storePart<T>(out, y, left);
    out += 16;
    c += 16;
    if (!repeatA) a += 16;
    if (!repeatB) b += 16;
  }
}
