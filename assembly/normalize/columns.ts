// Sums over rows of channels, whichever is summed: rows in increasing order, each channel by itself. Long ones are made of partial sums
// (sums.ts), which lanes can share; whoever needs the totals adds those up (totalOf).

import { ColumnsArg } from "../isa/normalize";
import { ExtensionOp } from "../isa";
import { arg, chunkStart, pointer, storeFirst, storePair, vectorLength } from "../memory";
import { PARTIAL_TERMS } from "../sums";
import { high, low, partialTerms, rounded } from "../totals";

/** How many partial sums a sum over so many rows has. */
@inline
export function partsOf(rows: i32): i32 {
  return rows == partialTerms(rows) ? 1 : (rows + PARTIAL_TERMS - 1) / PARTIAL_TERMS;
}

/**
 * One block of four vectors of channels, of which `left` channels count, all where `isWhole`: the sum over `rows` rows of x (ExtensionOp.columnSums), of (x − mean)²
 * (columnSquares), or of g into `out` and of g·(x − mean) into `products` (columnProducts; mean may be absent). `stride` is bytes between
 * rows. Reads past the last row, by less than 64 bytes.
 */
@inline
function block<T>(
  op: i32, isWhole: bool, out: usize, products: usize, x: usize, g: usize, mean: usize, rows: i32, stride: usize, left: i32,
): void {
  const length = vectorLength<T>();
  const zero = v128.splat<T>(<T>0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero, t0 = zero, t1 = zero, t2 = zero, t3 = zero;
  let m0 = zero, m1 = zero, m2 = zero, m3 = zero;
  if (op != ExtensionOp.columnSums && mean) {
    m0 = v128.load(mean);
    m1 = v128.load(mean, 16);
    m2 = v128.load(mean, 32);
    m3 = v128.load(mean, 48);
  }
  for (; rows > 0; rows--) {
    if (op == ExtensionOp.columnSums) {
      s0 = v128.add<T>(s0, v128.load(x));
      s1 = v128.add<T>(s1, v128.load(x, 16));
      s2 = v128.add<T>(s2, v128.load(x, 32));
      s3 = v128.add<T>(s3, v128.load(x, 48));
    } else {
      const d0 = v128.sub<T>(v128.load(x), m0), d1 = v128.sub<T>(v128.load(x, 16), m1);
      if (op == ExtensionOp.columnSquares) {
        s0 = v128.add<T>(s0, v128.mul<T>(d0, d0));
        s1 = v128.add<T>(s1, v128.mul<T>(d1, d1));
      } else {
        const g0 = v128.load(g), g1 = v128.load(g, 16);
        s0 = v128.add<T>(s0, g0);
        s1 = v128.add<T>(s1, g1);
        t0 = v128.add<T>(t0, v128.mul<T>(g0, d0));
        t1 = v128.add<T>(t1, v128.mul<T>(g1, d1));
      }
      const d2 = v128.sub<T>(v128.load(x, 32), m2), d3 = v128.sub<T>(v128.load(x, 48), m3);
      if (op == ExtensionOp.columnSquares) {
        s2 = v128.add<T>(s2, v128.mul<T>(d2, d2));
        s3 = v128.add<T>(s3, v128.mul<T>(d3, d3));
      } else {
        const g2 = v128.load(g, 32), g3 = v128.load(g, 48);
        s2 = v128.add<T>(s2, g2);
        s3 = v128.add<T>(s3, g3);
        t2 = v128.add<T>(t2, v128.mul<T>(g2, d2));
        t3 = v128.add<T>(t3, v128.mul<T>(g3, d3));
        g += stride;
      }
    }
    x += stride;
  }
  storeBlock<T>(isWhole, out, s0, s1, s2, s3, left);
  if (op == ExtensionOp.columnProducts) storeBlock<T>(isWhole, products, t0, t1, t2, t3, left);
}

@inline
function storeBlock<T>(isWhole: bool, out: usize, v0: v128, v1: v128, v2: v128, v3: v128, left: i32): void {
  const length = vectorLength<T>();
  if (isWhole) {
    storePair(out + 32, v2, v3);
    storePair(out, v0, v1);
    return;
  }
  storeFirst<T>(out, v0, left);
  if (left > length) storeFirst<T>(out + 16, v1, left - length);
  if (left > 2 * length) storeFirst<T>(out + 32, v2, left - 2 * length);
  if (left > 3 * length) storeFirst<T>(out + 48, v3, left - 3 * length);
}

/**
 * The partial sums of channels, a lane's part of them: [parts, channels] at `partials`, those of products behind them. A lane's part is
 * some blocks of channels of some parts.
 */
@inline
export function columns<T>(
  op: i32, partials: usize, x: usize, g: usize, mean: usize, rows: i32, channels: i32, lane: i32, lanes: i32,
): void {
  const width = 4 * vectorLength<T>();
  const blocks = (channels + width - 1) / width;
  const parts = partsOf(rows);
  const stride = <usize>channels * sizeof<T>();
  const end = chunkStart(parts * blocks, 1, lane + 1, lanes);
  for (let item = chunkStart(parts * blocks, 1, lane, lanes); item < end; item++) {
    const part = item / blocks;
    const channel = (item % blocks) * width;
    const at = <usize>channel * sizeof<T>();
    const row = part * PARTIAL_TERMS;
    const from = <usize>row * stride + at;
    const out = partials + <usize>part * stride + at;
    const count = parts == 1 ? rows : min(PARTIAL_TERMS, rows - row);
    const products = out + <usize>parts * stride;
    const left = channels - channel;
    const means = mean ? mean + at : 0;
    // In the wide build the vectors of a whole block are pairs.
    if (WIDE && left >= width) block<T>(op, true, out, products, x + from, g + from, means, count, stride, left);
    else block<T>(op, false, out, products, x + from, g + from, means, count, stride, left);
  }
}

/** The sums of a vector of channels out of their partial sums, `stride` bytes apart. */
@inline
export function totalOf<T>(partials: usize, parts: i32, stride: usize): v128 {
  if (parts == 1) return v128.load(partials);
  let t0 = f64x2.splat(0), t1 = t0;
  for (; parts > 0; parts--) {
    const s = v128.load(partials);
    t0 = f64x2.add(t0, low<T>(s));
    if (sizeof<T>() == 4) t1 = f64x2.add(t1, high<T>(s));
    partials += stride;
  }
  return rounded<T>(t0, t1);
}

@inline
function instruction<T>(op: i32, i: usize, lane: i32, lanes: i32): void {
  columns<T>(
    op, pointer(i, ColumnsArg.partials), pointer(i, ColumnsArg.x), pointer(i, ColumnsArg.g), pointer(i, ColumnsArg.mean),
    arg(i, ColumnsArg.rows), arg(i, ColumnsArg.channels), lane, lanes,
  );
}

export function columnSums<T>(i: usize, lane: i32, lanes: i32): void {
  instruction<T>(ExtensionOp.columnSums, i, lane, lanes);
}

export function columnSquares<T>(i: usize, lane: i32, lanes: i32): void {
  instruction<T>(ExtensionOp.columnSquares, i, lane, lanes);
}

export function columnProducts<T>(i: usize, lane: i32, lanes: i32): void {
  instruction<T>(ExtensionOp.columnProducts, i, lane, lanes);
}
