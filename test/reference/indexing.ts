// What moves elements, or finds them by index (assembly/indexing/), in plain TypeScript: index by index.

import type { Value } from "../../src/graph/value.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { zerosLike } from "./elementwise.ts";
import type { Kernel } from "./graph.ts";
import type { Floats } from "./matmul.ts";
import { around } from "./reduce.ts";

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

function permute<A extends TypedArray>(x: A, shape: Shape, axes: readonly number[]): A {
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

function slice<A extends TypedArray>(x: A, whole: Shape, part: Slice): A {
  return x.slice(0, product(part.shape)).map((_, index) => x[inWhole(part, whole, index)]!) as A;
}

function pad(x: Floats, { whole, value, ...part }: Slice & { whole: Shape; value: number }): Floats {
  const y = zerosLike(x, product(whole)).fill(value);
  for (let index = 0; index < x.length; index++) y[inWhole(part, whole, index)] = x[index]!;
  return y;
}

function concatenate<A extends TypedArray>(values: readonly A[], shapes: readonly Shape[], axis: number): A {
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

/** Floats count where they are whole. */
type Indices = Int32Array | Floats;

const isIndex = (index: number, n: number) => Number.isInteger(index) && index >= 0 && index < n;

function gather(x: Floats, indices: Indices, { outer, n, inner }: Around): Floats {
  const count = indices.length;
  return zerosLike(x, outer * count * inner).map((_, at) => {
    const index = indices[Math.floor(at / inner) % count]!;
    const row = Math.floor(at / (inner * count)) * n + index;
    return !isIndex(index, n) ? Number.NaN : x[row * inner + (at % inner)]!;
  }) as Floats;
}

function scatterSum(g: Floats, indices: Indices, { outer, n, inner }: Around): Floats {
  const x = zerosLike(g, outer * n * inner);
  for (let at = 0; at < g.length; at++) {
    const index = indices[Math.floor(at / inner) % indices.length]!;
    if (!isIndex(index, n)) continue;
    const to = (Math.floor(at / (inner * indices.length)) * n + index) * inner + (at % inner);
    x[to] = x[to]! + g[at]!;
  }
  return x;
}

function oneHot(out: Floats, indices: Indices, depth: number): Floats {
  return out.map((_, at) => (at % depth === indices[Math.floor(at / depth)] ? 1 : 0)) as Floats;
}

const axisOf = (attributes: object) => (attributes as { axis: number }).axis;
const along = (shape: Shape, axis: number) => around(shape, { from: axis, to: axis + 1 });
const integers = (elements: TypedArray | undefined) => elements as Indices;
const zerosOf = ({ shape, dtype }: Value): Floats =>
  dtype === "float64" ? new Float64Array(product(shape)) : new Float32Array(product(shape));

/** By the ops' names. */
export const indexingKernels: readonly (readonly [name: string, kernel: Kernel])[] = [
  [
    "permute",
    ({ inputs: [x], attributes }, [a]) => [permute(a!, x!.shape, (attributes as { axes: Shape }).axes)],
  ],
  ["slice", ({ inputs: [x], attributes }, [a]) => [slice(a!, x!.shape, attributes)]],
  ["pad", ({ attributes }, [x]) => [pad(x!, attributes)]],
  [
    "concatenate",
    ({ inputs, attributes }, values) => [
      concatenate(
        values,
        inputs.map(({ shape }) => shape),
        axisOf(attributes),
      ),
    ],
  ],
  [
    "gather",
    ({ inputs: [x], attributes }, [a, i]) => [gather(a!, integers(i), along(x!.shape, axisOf(attributes)))],
  ],
  [
    "scatterSum",
    ({ outputs: [x], attributes }, [g, i]) => [
      scatterSum(g!, integers(i), along(x!.shape, axisOf(attributes))),
    ],
  ],
  ["oneHot", ({ outputs: [y] }, [i]) => [oneHot(zerosOf(y!), integers(i), y!.shape.at(-1)!)]],
];
