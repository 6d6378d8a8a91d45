// Tensors as users hold them: plain objects over ordinary typed arrays, so they can be cloned, posted to a worker and collected.

import { DataError, OptionError, ShapeError } from "./errors.ts";

/** Names of the element types, as NumPy spells them. */
export type DTypeName = "float32" | "float64" | "uint8" | "int32";

/** An array that can hold a tensor's elements. */
export type TypedArray = Float32Array | Float64Array | Uint8Array | Int32Array;

/** An n-dimensional array: `data` holds the elements in row-major order, its length is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: DTypeName;
  readonly data: TypedArray;
}

/** Numbers nested to any depth: `1`, `[1, 2]`, `[[1, 2], [3, 4]]`. */
export type NestedArray = number | readonly NestedArray[];

/** The array type that holds each element type. */
export const typedArrays = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int32: Int32Array,
} as const satisfies Record<DTypeName, unknown>;

/** The array type of one element type. */
export type TypedArrayOf<D extends DTypeName> = InstanceType<(typeof typedArrays)[D]>;

/** Bytes of one element. */
export function bytesPerElement(dtype: DTypeName): number {
  return typedArrays[dtype].BYTES_PER_ELEMENT;
}

const integerRange = { uint8: [0, 255], int32: [-(2 ** 31), 2 ** 31 - 1] } as const;

/**
 * The number of elements of a shape: the product of its axes, 1 for the empty shape of a scalar.
 *
 * @example size([32, 784]); // 25088
 */
export function size(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1);
}

/**
 * A shape as messages show it.
 *
 * @example formatShape([32, 784]); // "[32, 784]"
 */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Makes a tensor from a number, from nested arrays of numbers, or from a typed array.
 *
 * @param data - a typed array is used as it is, without a copy, unless `dtype` asks for another type
 * @param shape - by default what the nesting says, or one axis for a typed array
 * @param dtype - by default the typed array's own type, and `"float32"` for plain numbers
 * @throws DataError where the arrays are ragged, an element is not a number, or an integer type cannot hold it
 * @throws ShapeError where the sizes disagree
 * @throws OptionError for an unknown dtype
 * @example tensor([[1, 2, 3], [4, 5, 6]]).shape; // [2, 3]
 * @example tensor(new Uint8Array(784 * 2), [2, 784]).dtype; // "uint8"
 */
export function tensor(data: NestedArray | TypedArray, shape?: readonly number[], dtype?: DTypeName): Tensor {
  if (shape !== undefined) checkShape(shape);
  let elements: ArrayLike<number>;
  let ownShape: readonly number[];
  if (ArrayBuffer.isView(data)) {
    const ownDtype = dtypeOf(data);
    ownShape = [data.length];
    elements = data;
    dtype ??= ownDtype;
  } else {
    ownShape = nestedShape(data);
    const flat: number[] = [];
    flatten(data, ownShape, [], flat);
    elements = flat;
    dtype ??= "float32";
  }
  shape ??= ownShape;
  if (size(shape) !== elements.length) {
    throw new ShapeError(
      "tensor",
      `shape ${formatShape(shape)} has ${size(shape)} elements, but the data has ${elements.length}`,
      shape,
    );
  }
  return { shape: [...shape], dtype, data: convert(elements, dtype) };
}

/**
 * The element type of a typed array.
 *
 * @throws DataError where the array is of a type that no tensor has
 */
export function dtypeOf(data: ArrayBufferView): DTypeName {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Uint8Array) return "uint8";
  if (data instanceof Int32Array) return "int32";
  throw new DataError(
    `tensor: ${data.constructor.name} is not an element type; use Float32Array, Float64Array, Uint8Array or Int32Array`,
  );
}

/**
 * Whether something that calls itself a tensor is one; `name` is what messages call it.
 *
 * @throws DataError where it is not `{ shape, dtype, data }`, or its data is of another type or length than it says
 */
export function checkTensor(name: string, value: Tensor): void {
  const { shape, dtype, data } = (value ?? {}) as Partial<Tensor>;
  if (!Array.isArray(shape) || !ArrayBuffer.isView(data)) {
    throw new DataError(`${name}: must be a tensor { shape, dtype, data }, which tensor(…) makes`);
  }
  if (dtypeOf(data) !== dtype) {
    throw new DataError(`${name}: its dtype is ${dtype}, but its data is a ${data.constructor.name}`);
  }
  if (size(shape) !== data.length) {
    throw new DataError(
      `${name}: its shape ${formatShape(shape)} has ${size(shape)} elements, but its data has ${data.length}`,
    );
  }
}

function checkShape(shape: readonly number[]): void {
  if (shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0)) return;
  throw new ShapeError(
    "tensor",
    `every axis of a shape must be a whole number of at least 0, this one is ${formatShape(shape)}`,
    shape,
  );
}

function nestedShape(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let level = data; typeof level === "object"; ) {
    shape.push(level.length);
    if (level.length === 0) break;
    level = level[0] as NestedArray;
  }
  return shape;
}

/** Appends the numbers of `data` to `out`; `path` says where in the whole `data` lies, for the messages. */
function flatten(data: NestedArray, shape: readonly number[], path: readonly number[], out: number[]): void {
  const place = path.length > 0 ? `element ${formatShape(path)}` : "the data";
  if (path.length === shape.length) {
    if (typeof data === "number") out.push(data);
    else if (Array.isArray(data)) throw ragged(place, "an array", "a number");
    else throw new DataError(`tensor: ${place} is not a number but ${data === null ? "null" : typeof data}`);
    return;
  }
  const length = shape[path.length] as number;
  if (!Array.isArray(data)) throw ragged(place, "a number", `an array of ${length}`);
  if (data.length !== length) throw ragged(place, `an array of ${data.length}`, `an array of ${length}`);
  for (let i = 0; i < length; i++) flatten(data[i], shape, [...path, i], out);
}

function ragged(place: string, got: string, expected: string): DataError {
  return new DataError(
    `tensor: the nested arrays are ragged: ${place} is ${got} where the first of its kind is ${expected}`,
  );
}

function convert(elements: ArrayLike<number>, dtype: DTypeName): TypedArray {
  const Target = typedArrays[dtype];
  if (Target === undefined) {
    throw new OptionError(
      `tensor: there is no dtype "${dtype}"; there are ${Object.keys(typedArrays).join(", ")}`,
    );
  }
  if (elements instanceof Target) return elements;
  if (dtype === "uint8" || dtype === "int32") {
    const [low, high] = integerRange[dtype];
    for (let i = 0; i < elements.length; i++) {
      const value = elements[i] as number;
      if (Number.isInteger(value) && value >= low && value <= high) continue;
      throw new DataError(
        `tensor: ${value} at index ${i} does not fit ${dtype}, which holds whole numbers from ${low} to ${high}`,
      );
    }
  }
  return Target.from(elements);
}
