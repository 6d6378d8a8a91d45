// Moving elements as they are: parts of tensors, and their axes in another order (CopyArg), and one element everywhere (FillArg). W is an
// integer as wide as an element.

import { CopyArg, FillArg } from "../isa/indexing";
import { arg, chunkStart, pointer } from "../memory";

/** From so many bytes on memory.copy is worth its call. */
@inline
const LONG_RUN: i32 = 256;

/** Copies `n` elements that lie side by side, writing none behind them. */
@inline
export function copyRun<W>(out: usize, a: usize, n: i32): void {
  let left = n * <i32>sizeof<W>();
  if (left >= LONG_RUN) {
    memory.copy(out, a, left);
    return;
  }
  for (; left >= 16; left -= 16) {
    v128.store(out, v128.load(a));
    out += 16;
    a += 16;
  }
  for (; left > 0; left -= <i32>sizeof<W>()) {
    store<W>(out, load<W>(a));
    out += sizeof<W>();
    a += sizeof<W>();
  }
}

/** A lane's rows of the box, or its part of the only row. */
export function copy<W>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, CopyArg.out);
  const a = pointer(i, CopyArg.a);
  const d1 = arg(i, CopyArg.d1);
  const d2 = arg(i, CopyArg.d2);
  const d3 = arg(i, CopyArg.d3);
  const n = arg(i, CopyArg.d4);
  const scatters = arg(i, CopyArg.scatters) != 0;
  const step = arg(i, CopyArg.s4) * <i32>sizeof<W>();
  const rows = arg(i, CopyArg.d0) * d1 * d2 * d3;
  const from = rows == 1 ? 0 : chunkStart(rows, 1, lane, lanes);
  const to = rows == 1 ? 1 : chunkStart(rows, 1, lane + 1, lanes);
  const first = rows == 1 ? chunkStart(n, 16, lane, lanes) : 0;
  const last = rows == 1 ? chunkStart(n, 16, lane + 1, lanes) : n;
  if (last <= first) return;
  // Where the elements of a column lie side by side, a whole part of a plane is transposed at once.
  const transposes = !scatters && arg(i, CopyArg.s4) != 1 && arg(i, CopyArg.s3) == 1;
  let row = from;
  while (row < to) {
    const i3 = row % d3;
    const i2 = (row / d3) % d2;
    const i1 = (row / (d3 * d2)) % d1;
    const i0 = row / (d3 * d2 * d1);
    const offset =
      i0 * arg(i, CopyArg.s0) + i1 * arg(i, CopyArg.s1) + i2 * arg(i, CopyArg.s2) + i3 * arg(i, CopyArg.s3);
    const walked = (scatters ? out : a) + <usize>(offset * <i32>sizeof<W>() + first * step);
    const plain = (scatters ? a : out) + (<usize>row * n + first) * sizeof<W>();
    // Rows to the end of the plane.
    const count = min(to - row, d3 - i3);
    if (transposes) {
      transpose<W>(plain, walked, count, n, step);
    } else {
      const stride = arg(i, CopyArg.s3) * <i32>sizeof<W>();
      for (let r = 0; r < count; r++) {
        const p = walked + <usize>(r * stride);
        const q = plain + <usize>r * n * sizeof<W>();
        if (step == <i32>sizeof<W>()) copyRun<W>(scatters ? p : q, scatters ? q : p, last - first);
        else if (scatters) spread<W>(p, q, last - first, step);
        else collect<W>(q, p, last - first, step);
      }
    }
    row += count;
  }
}

/** `n` elements that lie `step` bytes apart, side by side. */
function collect<W>(out: usize, a: usize, n: i32, step: i32): void {
  for (; n > 0; n--) {
    store<W>(out, load<W>(a));
    out += sizeof<W>();
    a += step;
  }
}

/** The other way. */
function spread<W>(out: usize, a: usize, n: i32, step: i32): void {
  for (; n > 0; n--) {
    store<W>(out, load<W>(a));
    out += step;
    a += sizeof<W>();
  }
}

/**
 * out[j, l] = a[l, j], j < m and l < n, rows of `a` being `step` bytes apart: squares of four by four (two by two in float64), of which a
 * column of 64 bytes is done together, since they come in the same lines of the cache.
 */
function transpose<W>(out: usize, a: usize, m: i32, n: i32, step: i32): void {
  const side = 16 / <i32>sizeof<W>();
  const row = <usize>n * sizeof<W>();
  const wholeM = m - (m % side);
  const wholeN = n - (n % side);
  for (let block = 0; block < wholeM; block += 4 * side) {
    const end = min(wholeM, block + 4 * side);
    for (let l = 0; l < wholeN; l += side) {
      for (let j = block; j < end; j += side) {
        square<W>(
          out + <usize>j * row + <usize>l * sizeof<W>(), row,
          a + <usize>(l * step) + <usize>j * sizeof<W>(), step,
        );
      }
    }
  }
  for (let j = 0; j < m; j++) {
    const l = j < wholeM ? wholeN : 0;
    const at = out + <usize>j * row + <usize>l * sizeof<W>();
    collect<W>(at, a + <usize>(l * step) + <usize>j * sizeof<W>(), n - l, step);
  }
}

@inline
function square<W>(out: usize, row: usize, a: usize, step: i32): void {
  const a0 = v128.load(a), a1 = v128.load(a + <usize>step);
  if (sizeof<W>() == 8) {
    v128.store(out, i64x2.shuffle(a0, a1, 0, 2));
    v128.store(out + row, i64x2.shuffle(a0, a1, 1, 3));
    return;
  }
  const a2 = v128.load(a + <usize>(2 * step)), a3 = v128.load(a + <usize>(3 * step));
  const low01 = i32x4.shuffle(a0, a1, 0, 4, 1, 5), high01 = i32x4.shuffle(a0, a1, 2, 6, 3, 7);
  const low23 = i32x4.shuffle(a2, a3, 0, 4, 1, 5), high23 = i32x4.shuffle(a2, a3, 2, 6, 3, 7);
  v128.store(out, i64x2.shuffle(low01, low23, 0, 2));
  v128.store(out + row, i64x2.shuffle(low01, low23, 1, 3));
  v128.store(out + 2 * row, i64x2.shuffle(high01, high23, 0, 2));
  v128.store(out + 3 * row, i64x2.shuffle(high01, high23, 1, 3));
}

export function fill<W>(i: usize, lane: i32, lanes: i32): void {
  const n = arg(i, FillArg.n);
  const from = chunkStart(n, 16, lane, lanes);
  fillRun<W>(
    pointer(i, FillArg.out) + <usize>from * sizeof<W>(),
    load<W>(pointer(i, FillArg.value)),
    chunkStart(n, 16, lane + 1, lanes) - from,
  );
}

@inline
export function fillRun<W>(out: usize, value: W, n: i32): void {
  const whole = v128.splat<W>(value);
  let left = n;
  for (; left >= 16 / <i32>sizeof<W>(); left -= 16 / <i32>sizeof<W>()) {
    v128.store(out, whole);
    out += 16;
  }
  for (; left > 0; left--) {
    store<W>(out, value);
    out += sizeof<W>();
  }
}
