// Elements by index: gathering slices along an axis, its gradient, and one-hot rows. An index that is out of range is one that a program
// computed, since what comes from outside is checked there: it shows as NaN, and reads and writes nothing.

import { DType } from "../isa";
import { GatherAxisArg, OneHotArg } from "../isa/indexing";
import { arg, chunkStart, pointer, storePair, vectorLength } from "../memory";
import { copyRun, fillRun } from "./copy";

/** Index j, of the type `source`; −1 where it is a float that is no whole number. */
function indexAt(indices: usize, source: i32, j: i32): i32 {
  if (source == DType.int32) return load<i32>(indices + ((<usize>j) << 2));
  const value = source == DType.float64 ? load<f64>(indices + ((<usize>j) << 3)) : <f64>load<f32>(indices + ((<usize>j) << 2));
  // Saturating: what is no int32 is none of the whole numbers either that it becomes.
  const index = <i32>value;
  return <f64>index == value ? index : -1;
}

/** Lanes split the slices of the result. */
export function gatherAxis<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, GatherAxisArg.out);
  const x = pointer(i, GatherAxisArg.x);
  const indices = pointer(i, GatherAxisArg.indices);
  const source = arg(i, GatherAxisArg.source);
  const count = arg(i, GatherAxisArg.count);
  const n = arg(i, GatherAxisArg.n);
  const inner = arg(i, GatherAxisArg.inner);
  const rows = arg(i, GatherAxisArg.outer) * count;
  const bytes = <usize>inner * sizeof<T>();
  const to = chunkStart(rows, 1, lane + 1, lanes);
  for (let row = chunkStart(rows, 1, lane, lanes); row < to; row++) {
    const index = indexAt(indices, source, row % count);
    const at = out + <usize>row * bytes;
    if (<u32>index >= <u32>n) fillRun<T>(at, <T>NaN, inner);
    else copyRun<T>(at, x + <usize>((row / count) * n + index) * bytes, inner);
  }
}

/** Lanes split the slices of x: each looks at all indices, and adds what belongs to its own, in the order of the indices. */
export function scatterAxis<T>(i: usize, lane: i32, lanes: i32): void {
  const g = pointer(i, GatherAxisArg.out);
  const x = pointer(i, GatherAxisArg.x);
  const indices = pointer(i, GatherAxisArg.indices);
  const source = arg(i, GatherAxisArg.source);
  const count = arg(i, GatherAxisArg.count);
  const n = arg(i, GatherAxisArg.n);
  const inner = arg(i, GatherAxisArg.inner);
  const rows = arg(i, GatherAxisArg.outer) * n;
  const bytes = <usize>inner * sizeof<T>();
  let from = chunkStart(rows, 1, lane, lanes);
  const to = chunkStart(rows, 1, lane + 1, lanes);
  fillRun<T>(x + <usize>from * bytes, <T>0, (to - from) * inner);
  while (from < to) {
    const o = from / n;
    const base = o * n;
    const end = min(to, base + n);
    for (let j = 0; j < count; j++) {
      const index = indexAt(indices, source, j);
      const row = base + index;
      if (<u32>index >= <u32>n || row < from || row >= end) continue;
      addRun<T>(x + <usize>row * bytes, g + <usize>(o * count + j) * bytes, inner);
    }
    from = end;
  }
}

@inline
function addRun<T>(out: usize, a: usize, n: i32): void {
  const length = vectorLength<T>();
  let left = n;
  if (WIDE) {
    for (; left >= 2 * length; left -= 2 * length) {
      storePair(out, v128.add<T>(v128.load(out), v128.load(a)), v128.add<T>(v128.load(out, 16), v128.load(a, 16)));
      out += 32;
      a += 32;
    }
  }
  for (; left >= length; left -= length) {
    v128.store(out, v128.add<T>(v128.load(out), v128.load(a)));
    out += 16;
    a += 16;
  }
  for (; left > 0; left--) {
    store<T>(out, <T>(load<T>(out) + load<T>(a)));
    out += sizeof<T>();
    a += sizeof<T>();
  }
}

/** Lanes split the rows. */
export function oneHot<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, OneHotArg.out);
  const indices = pointer(i, OneHotArg.indices);
  const source = arg(i, OneHotArg.source);
  const m = arg(i, OneHotArg.m);
  const depth = arg(i, OneHotArg.depth);
  const from = chunkStart(m, 1, lane, lanes);
  const to = chunkStart(m, 1, lane + 1, lanes);
  fillRun<T>(out + <usize>from * depth * sizeof<T>(), <T>0, (to - from) * depth);
  for (let row = from; row < to; row++) {
    const index = indexAt(indices, source, row);
    if (<u32>index < <u32>depth) store<T>(out + <usize>(row * depth + index) * sizeof<T>(), <T>1);
  }
}
