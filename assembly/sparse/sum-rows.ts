// What both products of a mostly empty matrix do: sums of multiples of rows, c[i, …] = Σ value·b[j, …], with the sums in registers. The terms of one
// c[i, …] are a list of entries, each the address of a row of b, or of a panel that it was copied into, and a value (rows.ts).

import { addProduct } from "../gemm/vectors";
import { storeFirst, storePair, storePart, vectorLength } from "../memory";
import { PANEL_BYTES, WIDE_PANEL_BYTES, WIDE_TAIL_BYTES } from "./blocking";
import { entryBytes } from "./rows";

/** A row of a panel. */
@inline
export const ROW_BYTES: i32 = WIDE ? WIDE_PANEL_BYTES : PANEL_BYTES;

/** Room for the last pair of a row, where it is cut. */
@inline
export const TAIL_BYTES: i32 = WIDE ? WIDE_TAIL_BYTES : 0;

/** What a row's sums begin with. */
const ZEROS: usize = WIDE ? memory.data(WIDE_PANEL_BYTES) : 0;

/** The widest tile, in vectors: with the value and one product, all that sixteen registers hold; in the wide build what a panel holds. */
@inline
const WIDEST: i32 = ROW_BYTES / 16;

/**
 * The widest tile below that. Between the two, one tile takes longer than the widest itself (V8 11, [100, 784]·[784, n]: 22 µs for 7
 * vectors, 48 for 8 to 12, 36 for 13): so small a loop the engine unrolls, and then has too few registers.
 */
const NARROW: i32 = 7;

/** How many vectors the next tile takes; in the wide build whole pairs. */
export function tileWidth<T>(columns: i32): i32 {
  const vectors = (columns + vectorLength<T>() - 1) / vectorLength<T>();
  if (vectors >= WIDEST) return WIDEST;
  if (WIDE) return (vectors + 1) & ~1;
  return vectors > NARROW ? (vectors + 1) / 2 : vectors;
}

/** Copies `width` vectors of each of m rows, `stride` bytes apart, into rows of a panel. May read past a row's end. */
export function pack(panel: usize, from: usize, stride: usize, m: i32, width: i32): void {
  for (let row = m; row > 0; row--) {
    if (WIDE) {
      for (let at: usize = 0; at < <usize>width << 4; at += 32) {
        v128.store(panel + at, v128.load(from + at, 16), 16);
        v128.store(panel + at, v128.load(from + at));
      }
    } else {
      for (let at: usize = 0; at < <usize>width << 4; at += 16) v128.store(panel + at, v128.load(from + at));
    }
    panel += ROW_BYTES;
    from += stride;
  }
}

/** sumRows for a width that is a constant in each case; `left` columns are left of the rows. */
export function sumTile<T>(
  width: i32, c: usize, stride: usize, left: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  const last = left - (width - (WIDE ? 2 : 1)) * vectorLength<T>();
  if (WIDE) {
    switch (width) {
      case 2:
        return sumRows2<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 4:
        return sumRows4<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 6:
        return sumRows6<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 8:
        return sumRows8<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 10:
        return sumRows10<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 12:
        return sumRows12<T>(c, stride, last, fresh, count, starts, ends, tail);
      default:
        return sumRows14<T>(c, stride, last, fresh, count, starts, ends, tail);
    }
  } else {
    switch (width) {
      case 1:
        return sumRows<T>(1, c, stride, last, fresh, count, starts, ends, tail);
      case 2:
        return sumRows<T>(2, c, stride, last, fresh, count, starts, ends, tail);
      case 3:
        return sumRows<T>(3, c, stride, last, fresh, count, starts, ends, tail);
      case 4:
        return sumRows<T>(4, c, stride, last, fresh, count, starts, ends, tail);
      case 5:
        return sumRows<T>(5, c, stride, last, fresh, count, starts, ends, tail);
      case 6:
        return sumRows<T>(6, c, stride, last, fresh, count, starts, ends, tail);
      case 7:
        return sumRows<T>(7, c, stride, last, fresh, count, starts, ends, tail);
      default:
        return sumRows<T>(PANEL_BYTES / 16, c, stride, last, fresh, count, starts, ends, tail);
    }
  }
}

// Of the wide build one function for each width: within one, Binaryen finds their loops alike and makes one of them, whose width is a variable.

function sumRows2<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(2, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows4<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(4, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows6<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(6, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows8<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(8, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows10<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(10, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows12<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(12, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows14<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(14, c, stride, last, fresh, count, starts, ends, tail);
}

/**
 * c[r, …] = Σ value·(row of b) over the entries from the r-th address of `starts` to that of `ends`, or c[r, …] plus as much where not
 * `fresh`, for `count` rows of `width` vectors; of the last vector (in the wide build of the last pair), the first `last` elements are
 * stored. What a narrower tile does not need is not in its code.
 */
@inline
function sumRows<T>(
  width: i32, c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  // A pair that is cut goes by way of memory: of sums that are also used one by one, V8 would take the upper half apart at every entry.
  const isCut = WIDE && last < 2 * vectorLength<T>();
  for (; count > 0; count--) {
    let list = <usize>load<u32>(starts);
    const end = <usize>load<u32>(ends);
    if (fresh || list < end) {
      let s0 = v128.splat<T>(<T>0);
      let s1 = v128.splat<T>(<T>0);
      let s2 = v128.splat<T>(<T>0);
      let s3 = v128.splat<T>(<T>0);
      let s4 = v128.splat<T>(<T>0);
      let s5 = v128.splat<T>(<T>0);
      let s6 = v128.splat<T>(<T>0);
      let s7 = v128.splat<T>(<T>0);
      let s8 = v128.splat<T>(<T>0);
      let s9 = v128.splat<T>(<T>0);
      let s10 = v128.splat<T>(<T>0);
      let s11 = v128.splat<T>(<T>0);
      let s12 = v128.splat<T>(<T>0);
      let s13 = v128.splat<T>(<T>0);
      if (WIDE) {
        // Without a branch, in whose two ways V8 would have to find the same pairs.
        const from = fresh ? ZEROS : c;
        s0 = v128.load(from); s1 = v128.load(from, 16);
        if (width > 2) { s2 = v128.load(from, 32); s3 = v128.load(from, 48); }
        if (width > 4) { s4 = v128.load(from, 64); s5 = v128.load(from, 80); }
        if (width > 6) { s6 = v128.load(from, 96); s7 = v128.load(from, 112); }
        if (width > 8) { s8 = v128.load(from, 128); s9 = v128.load(from, 144); }
        if (width > 10) { s10 = v128.load(from, 160); s11 = v128.load(from, 176); }
        if (width > 12) { s12 = v128.load(from, 192); s13 = v128.load(from, 208); }
      } else if (!fresh) {
        s0 = v128.load(c);
        if (width > 1) s1 = v128.load(c, 16);
        if (width > 2) s2 = v128.load(c, 32);
        if (width > 3) s3 = v128.load(c, 48);
        if (width > 4) s4 = v128.load(c, 64);
        if (width > 5) s5 = v128.load(c, 80);
        if (width > 6) s6 = v128.load(c, 96);
        if (width > 7) s7 = v128.load(c, 112);
        if (width > 8) s8 = v128.load(c, 128);
        if (width > 9) s9 = v128.load(c, 144);
        if (width > 10) s10 = v128.load(c, 160);
        if (width > 11) s11 = v128.load(c, 176);
        if (width > 12) s12 = v128.load(c, 192);
      }
      for (; list < end; list += entryBytes<T>()) {
        const value = v128.load_splat<T>(list + sizeof<T>());
        const p = <usize>load<u32>(list);
        s0 = addProduct<T>(s0, value, v128.load(p));
        if (width > 1) s1 = addProduct<T>(s1, value, v128.load(p, 16));
        if (width > 2) s2 = addProduct<T>(s2, value, v128.load(p, 32));
        if (width > 3) s3 = addProduct<T>(s3, value, v128.load(p, 48));
        if (width > 4) s4 = addProduct<T>(s4, value, v128.load(p, 64));
        if (width > 5) s5 = addProduct<T>(s5, value, v128.load(p, 80));
        if (width > 6) s6 = addProduct<T>(s6, value, v128.load(p, 96));
        if (width > 7) s7 = addProduct<T>(s7, value, v128.load(p, 112));
        if (width > 8) s8 = addProduct<T>(s8, value, v128.load(p, 128));
        if (width > 9) s9 = addProduct<T>(s9, value, v128.load(p, 144));
        if (width > 10) s10 = addProduct<T>(s10, value, v128.load(p, 160));
        if (width > 11) s11 = addProduct<T>(s11, value, v128.load(p, 176));
        if (width > 12) s12 = addProduct<T>(s12, value, v128.load(p, 192));
        if (width > 13) s13 = addProduct<T>(s13, value, v128.load(p, 208));
      }
      if (WIDE) {
        const lastPair = isCut ? tail : c + (width - 2) * 16;
        if (width == 2) storePair(lastPair, s0, s1);
        else storePair(c, s0, s1);
        if (width == 4) storePair(lastPair, s2, s3);
        else if (width > 4) { v128.store(c, s3, 48); v128.store(c, s2, 32); }
        if (width == 6) storePair(lastPair, s4, s5);
        else if (width > 6) { v128.store(c, s5, 80); v128.store(c, s4, 64); }
        if (width == 8) storePair(lastPair, s6, s7);
        else if (width > 8) { v128.store(c, s7, 112); v128.store(c, s6, 96); }
        if (width == 10) storePair(lastPair, s8, s9);
        else if (width > 10) { v128.store(c, s9, 144); v128.store(c, s8, 128); }
        if (width == 12) storePair(lastPair, s10, s11);
        else if (width > 12) { v128.store(c, s11, 176); v128.store(c, s10, 160); }
        if (width == 14) storePair(lastPair, s12, s13);
        if (isCut) {
          const to = c + (width - 2) * 16;
          storeFirst<T>(to, v128.load(tail), last);
          if (last > vectorLength<T>()) storePart<T>(to + 16, v128.load(tail, 16), last - vectorLength<T>());
        }
      } else {
        storeFirst<T>(c, s0, width == 1 ? last : vectorLength<T>());
        if (width > 1) storeFirst<T>(c + 16, s1, width == 2 ? last : vectorLength<T>());
        if (width > 2) storeFirst<T>(c + 32, s2, width == 3 ? last : vectorLength<T>());
        if (width > 3) storeFirst<T>(c + 48, s3, width == 4 ? last : vectorLength<T>());
        if (width > 4) storeFirst<T>(c + 64, s4, width == 5 ? last : vectorLength<T>());
        if (width > 5) storeFirst<T>(c + 80, s5, width == 6 ? last : vectorLength<T>());
        if (width > 6) storeFirst<T>(c + 96, s6, width == 7 ? last : vectorLength<T>());
        if (width > 7) v128.store(c + 112, s7);
        if (width > 8) v128.store(c + 128, s8);
        if (width > 9) v128.store(c + 144, s9);
        if (width > 10) v128.store(c + 160, s10);
        if (width > 11) v128.store(c + 176, s11);
        if (width > 12) storeFirst<T>(c + 192, s12, width == 13 ? last : vectorLength<T>());
      }
    }
    c += stride;
    starts += 4;
    ends += 4;
  }
}
