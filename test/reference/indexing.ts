// What moves elements, or finds them by index (assembly/indexing/), in plain TypeScript: index by index.

import type { TypedArray } from "../../src/tensor.ts";
import { zerosLike } from "./elementwise.ts";
import type { Floats } from "./matmul.ts";

type Shape = readonly number[];

const product = (sizes: Shape) => sizes.reduce((total, size) => total * size, 1);

/** The indices along each axis of an element of a tensor. */
function place(shape: Shape, index: number): number[] {
  return shape.map((length, axis) => Math.floor(index / product(shape.slice(axis + 1))) % length);
}

/** The index of an element. */
function indexOf(shape: Shape, at: Shape): number {
  return at.reduce((index, i, axis) => index * shape[axis]! + i, 0);
}

export function permute<A extends TypedArray>(x: A, shape: Shape, axes: readonly number[]): A {
  const target = axes.map((axis) => shape[axis]!);
  return x.map((_, index) => {
    const at = place(target, index);
    return x[
      indexOf(
        shape,
        shape.map((_, axis) => at[axes.indexOf(axis)]!),
      )
    ]!;
  }) as A;
}

interface Slice {
  readonly begin: readonly number[];
  readonly steps: readonly number[];
  readonly shape: Shape;
}

/** Where an element of a slice is in the whole. */
function inWhole({ begin, steps, shape }: Slice, whole: Shape, index: number): number {
  return indexOf(
    whole,
    place(shape, index).map((i, axis) => begin[axis]! + i * steps[axis]!),
  );
}

export function slice<A extends TypedArray>(x: A, whole: Shape, part: Slice): A {
  return x.slice(0, product(part.shape)).map((_, index) => x[inWhole(part, whole, index)]!) as A;
}

export function pad(x: Floats, { whole, value, ...part }: Slice & { whole: Shape; value: number }): Floats {
  const y = zerosLike(x, product(whole)).fill(value);
  for (let index = 0; index < x.length; index++) y[inWhole(part, whole, index)] = x[index]!;
  return y;
}

export function concatenate<A extends TypedArray>(
  values: readonly A[],
  shapes: readonly Shape[],
  axis: number,
): A {
  const inner = shapes.map((shape) => product(shape.slice(axis)));
  const outer = product(shapes[0]!.slice(0, axis));
  const all = Array.from({ length: outer }, (_, o) =>
    values.map((x, i) => Array.from(x.subarray(o * inner[i]!, (o + 1) * inner[i]!))),
  );
  return new (values[0]!.constructor as new (elements: number[]) => A)(all.flat(2));
}

interface Around {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

export function gather(x: Floats, indices: Int32Array, { outer, n, inner }: Around): Floats {
  const count = indices.length;
  return zerosLike(x, outer * count * inner).map((_, at) => {
    const index = indices[Math.floor(at / inner) % count]!;
    const row = Math.floor(at / (inner * count)) * n + index;
    return index < 0 || index >= n ? Number.NaN : x[row * inner + (at % inner)]!;
  }) as Floats;
}

export function scatterSum(g: Floats, indices: Int32Array, { outer, n, inner }: Around): Floats {
  const x = zerosLike(g, outer * n * inner);
  for (let at = 0; at < g.length; at++) {
    const index = indices[Math.floor(at / inner) % indices.length]!;
    if (index < 0 || index >= n) continue;
    const to = (Math.floor(at / (inner * indices.length)) * n + index) * inner + (at % inner);
    x[to] = x[to]! + g[at]!;
  }
  return x;
}

export function oneHot(out: Floats, indices: Int32Array, depth: number): Floats {
  return out.map((_, at) => (at % depth === indices[Math.floor(at / depth)] ? 1 : 0)) as Floats;
}
