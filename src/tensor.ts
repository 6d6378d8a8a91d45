// Tensors as users hold them: plain objects over ordinary typed arrays, so they can be cloned, posted to a worker and collected.

import { isObject, isShape, kindOf, MOST_AXES, show } from "./check.ts";
import { DataError, OptionError, ShapeError } from "./errors.ts";

/** Names of the element types, as NumPy spells them. */
export type DTypeName = "float32" | "float64" | "uint8" | "int32";

/** An array that can hold a tensor's elements. */
export type TypedArray = (Float32Array | Float64Array | Uint8Array | Int32Array) & Reductions;

/** What all of them have, in words that are the same for each: TypeScript calls no method of a union whose members word it differently. */
interface Reductions {
  reduce(callback: (sum: number, value: number, index: number) => number, initial?: number): number;
  reduce<T>(callback: (sum: T, value: number, index: number) => T, initial: T): T;
  reduceRight(callback: (sum: number, value: number, index: number) => number, initial?: number): number;
  reduceRight<T>(callback: (sum: T, value: number, index: number) => T, initial: T): T;
}

/**
 * An array whose elements can become a tensor's. What no tensor has as its type is taken as the next type that holds it: clamped bytes
 * as uint8, other integers as int32.
 */
export type NumericArray =
  | TypedArray
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** An n-dimensional array: `data` holds the elements in row-major order, its length is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: DTypeName;
  readonly data: TypedArray;
}

/** Numbers nested to any depth: `1`, `[1, 2]`, `[[1, 2], [3, 4]]`; the innermost may be typed arrays. */
export type NestedArray = number | NumericArray | readonly NestedArray[];

/** What a call takes as a tensor. */
export type TensorLike = Tensor | NestedArray;

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

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((axis, index) => axis === b[index]);
}

/**
 * Makes a tensor from a number, from nested arrays of numbers, or from a typed array.
 *
 * @param data - a typed array is used as it is, without a copy, unless `dtype` asks for another type, or its own is none that a tensor
 *   has: Uint8ClampedArray is taken as uint8, 8- and 16-bit integers as int32, longer ones too where they fit
 * @param shape - by default what the nesting says, or one axis for a typed array
 * @param dtype - by default the typed array's own type (that of the first, where several are nested), and `"float32"` for plain numbers
 * @throws DataError where the arrays are ragged, an element is not a number, or an integer type cannot hold it
 * @throws ShapeError where the sizes disagree
 * @throws OptionError for an unknown dtype
 * @example tensor([[1, 2, 3], [4, 5, 6]]).shape; // [2, 3]
 * @example tensor(new Uint8Array(784 * 2), [2, 784]).dtype; // "uint8"
 */
export function tensor(data: TensorLike, shape?: readonly number[], dtype?: DTypeName): Tensor {
  if (dtype !== undefined && !(typeof dtype === "string" && Object.hasOwn(typedArrays, dtype))) {
    throw new OptionError(
      `tensor: there is no dtype ${show(dtype)}; there are ${Object.keys(typedArrays).join(", ")}`,
    );
  }
  if (shape !== undefined) checkShape("tensor", shape);
  const checked = toTensor("tensor", data, dtype === undefined ? {} : { dtype });
  // What needs no other form is used as it is.
  const isPlain =
    ArrayBuffer.isView(data) && Object.getPrototypeOf(data) === Object.getPrototypeOf(checked.data);
  const made =
    isPlain && checked.data.buffer === data.buffer ? { ...checked, data: data as TypedArray } : checked;
  if (shape === undefined) return made;
  if (size(shape) !== made.data.length) {
    throw new ShapeError(
      "tensor",
      `shape ${formatShape(shape)} has ${size(shape)} elements, but the data has ${made.data.length}`,
      shape,
    );
  }
  return { ...made, shape: [...shape] };
}

/**
 * The one door through which tensors of users enter: tensors, typed arrays of any realm, nested arrays and numbers, all checked.
 *
 * @param name what messages call it
 * @param options dtype: what to convert to, by default nothing; plain: the type of plain numbers, default float32
 * @throws DataError where it is none of these, or cannot be converted
 */
export function toTensor(
  name: string,
  data: TensorLike,
  { dtype, plain = "float32" }: { readonly dtype?: DTypeName; readonly plain?: DTypeName } = {},
): Tensor {
  if (typeof data === "number" || Array.isArray(data))
    return fromNested(name, data as NestedArray, dtype, plain);
  if (!ArrayBuffer.isView(data) && !isObject(data)) {
    throw new DataError(
      `${name}: must be a tensor, a typed array or nested arrays of numbers; got ${show(data)}`,
    );
  }
  const given = ArrayBuffer.isView(data) ? fromView(name, data) : checkTensor(name, data as Tensor);
  return dtype === undefined || dtype === given.dtype
    ? given
    : { ...given, dtype, data: convert(name, given.data, dtype) };
}

function fromView(name: string, view: ArrayBufferView): Tensor {
  const data = toTypedArray(name, view);
  return { shape: [data.length], dtype: dtypeOf(data), data };
}

/**
 * A user's tensor, checked, its shape and array of this realm.
 *
 * @param name what messages call it
 * @throws DataError where it is not `{ shape, dtype, data }`, or its data is of another type or length than it says
 */
export function checkTensor(name: string, value: Tensor): Tensor {
  const { shape: axes, dtype, data: given } = (isObject(value) ? value : {}) as Partial<Tensor>;
  const shape = Array.isArray(axes) ? Array.from(axes as number[]) : undefined;
  if (shape === undefined || !ArrayBuffer.isView(given)) {
    throw new DataError(
      `${name}: must be a tensor { shape, dtype, data }, which tensor(…) makes; got ${show(value)}`,
    );
  }
  const data = toTypedArray(name, given);
  const own = dtypeOf(data);
  if (own !== dtype) {
    throw new DataError(`${name}: its dtype is ${show(dtype)}, but its data is a ${tagOf(given)}`);
  }
  checkShape(name, shape);
  if (size(shape) !== data.length) {
    throw new DataError(
      `${name}: its shape ${formatShape(shape)} has ${size(shape)} elements, but its data has ${data.length}`,
    );
  }
  return { shape, dtype: own, data };
}

function checkShape(name: string, shape: readonly number[]): void {
  if (isShape(shape, 0) && Number.isSafeInteger(size(shape))) return;
  throw new ShapeError(
    name,
    `a shape is an array of at most ${MOST_AXES} whole numbers of at least 0; this one is ${show(shape)}`,
    ...(Array.isArray(shape) ? [shape] : []),
  );
}

// The getters that all typed arrays have, whatever somebody has written onto one of them.
const getters = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(Uint8Array.prototype));
const tag = getters[Symbol.toStringTag as unknown as string]!.get!;
const [buffer, byteOffset, byteLength] = ["buffer", "byteOffset", "byteLength"].map(
  (name) => getters[name]!.get!,
) as [() => unknown, () => unknown, () => unknown];

/** The name of a typed array's type, of whatever realm it is: "Float32Array"; undefined for anything else. */
function tagOf(view: unknown): string | undefined {
  return tag.call(view) as string | undefined;
}

/** The element type of one of `TypedArray`'s arrays. */
export function dtypeOf(data: TypedArray): DTypeName {
  return `${tagOf(data)!.slice(0, -5).toLowerCase()}` as DTypeName;
}

/** An array of a type that tensors have and of this realm, over the same memory where that is possible. @throws DataError */
function toTypedArray(name: string, view: ArrayBufferView): TypedArray {
  const type = tagOf(view) ?? "DataView";
  try {
    switch (type) {
      case "Float32Array":
        return overSameMemory(view as Float32Array, Float32Array);
      case "Float64Array":
        return overSameMemory(view as Float64Array, Float64Array);
      case "Int32Array":
        return overSameMemory(view as Int32Array, Int32Array);
      case "Uint8Array":
      case "Uint8ClampedArray":
        return overSameMemory(view as Uint8Array, Uint8Array);
      case "Float16Array":
        return Float32Array.from(view as unknown as ArrayLike<number>);
      case "DataView":
        throw new DataError(`${name}: a DataView has no element type; make a typed array of its buffer`);
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(`${name}: the memory of its ${type} is gone; it was transferred`, { cause });
  }
  return convert(name, view as unknown as ArrayLike<number>, "int32");
}

/**
 * A plain array over the memory of one that may come from another realm, be of a class of its own (Node's Buffer) or have properties of its
 * own; a copy where other threads can write into that memory.
 */
function overSameMemory<A extends TypedArray>(
  view: A,
  Plain: { new (buffer: ArrayBufferLike, offset: number, length: number): A; from(elements: A): A },
): A {
  const bytes = byteLength.call(view) as number;
  const length = bytes / (Plain as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
  const plain = new Plain(buffer.call(view) as ArrayBufferLike, byteOffset.call(view) as number, length);
  return kindOf(plain.buffer) === "SharedArrayBuffer" ? Plain.from(plain) : plain;
}

/** @throws DataError where an integer type cannot hold an element */
function convert(name: string, elements: ArrayLike<number | bigint>, dtype: DTypeName): TypedArray {
  const out = allocate(name, dtype, elements.length);
  for (let i = 0; i < out.length; i++) {
    const value = Number(elements[i]);
    out[i] = value;
    if (out[i] !== value && dtype in integerRange) throw misfit(name, value, i, dtype);
  }
  return out;
}

function misfit(name: string, value: number, index: number, dtype: DTypeName): DataError {
  const [low, high] = integerRange[dtype as keyof typeof integerRange];
  return new DataError(
    `${name}: ${value} at index ${index} does not fit ${dtype}, which holds whole numbers from ${low} to ${high}`,
  );
}

function allocate(name: string, dtype: DTypeName, length: number): TypedArray {
  try {
    return new typedArrays[dtype](length);
  } catch (cause) {
    throw new DataError(`${name}: there is no memory for ${length} elements of ${dtype}`, { cause });
  }
}

/** What a level of nesting can be. */
type Level = NestedArray | undefined | null;

function fromNested(name: string, data: NestedArray, dtype: DTypeName | undefined, plain: DTypeName): Tensor {
  const shape: number[] = [];
  let level: Level = data;
  while (Array.isArray(level)) {
    if (shape.length === MOST_AXES) {
      throw new DataError(
        `${name}: the arrays are nested deeper than ${MOST_AXES} levels, or hold themselves`,
      );
    }
    shape.push(level.length);
    level = (level as readonly NestedArray[])[0];
    if (shape.at(-1) === 0) break;
  }
  let type = dtype ?? plain;
  if (ArrayBuffer.isView(level)) {
    const row = toTypedArray(name, level);
    shape.push(row.length);
    type = dtype ?? dtypeOf(row);
  }
  if (!Number.isSafeInteger(size(shape)))
    throw new DataError(`${name}: the nested arrays ${formatShape(shape)} are too large`);
  const out = allocate(name, type, size(shape));
  new Filler(name, shape, type, out).fill(data, 0, 0);
  return { shape, dtype: type, data: out };
}

/** Copies nested arrays into one, and says where one of them is not as the first of its kind. */
class Filler {
  readonly #name: string;
  readonly #shape: readonly number[];
  readonly #dtype: DTypeName;
  readonly #out: TypedArray;

  constructor(name: string, shape: readonly number[], dtype: DTypeName, out: TypedArray) {
    this.#name = name;
    this.#shape = shape;
    this.#dtype = dtype;
    this.#out = out;
  }

  /** @param depth axes that lead to `level` @param at where its elements begin */
  fill(level: Level, depth: number, at: number): void {
    const length = this.#shape[depth];
    if (length === undefined) {
      this.#set(level, depth, at);
      return;
    }
    const isLast = depth === this.#shape.length - 1;
    const isView = isLast && ArrayBuffer.isView(level);
    if (!isView && !Array.isArray(level)) throw this.#ragged(depth, at, level, `an array of ${length}`);
    const row = isView ? toTypedArray(this.#name, level as ArrayBufferView) : (level as readonly Level[]);
    if (row.length !== length) throw this.#ragged(depth, at, level, `an array of ${length}`);
    if (!isLast) {
      const stride = size(this.#shape.slice(depth + 1));
      for (let i = 0; i < length; i++) this.fill(row[i], depth + 1, at + i * stride);
      return;
    }
    const out = this.#out;
    const mayMisfit = this.#dtype in integerRange;
    for (let i = 0; i < length; i++) {
      const value = row[i];
      if (typeof value !== "number") this.#set(value, depth + 1, at + i);
      out[at + i] = value as number;
      if (mayMisfit && out[at + i] !== value) throw misfit(this.#name, value as number, at + i, this.#dtype);
    }
  }

  #set(value: Level, depth: number, at: number): void {
    if (typeof value === "number") this.#out[at] = value;
    else if (typeof value === "object" && value !== null) throw this.#ragged(depth, at, value, "a number");
    else throw new DataError(`${this.#name}: ${this.#place(depth, at)} is not a number but ${show(value)}`);
  }

  #ragged(depth: number, at: number, got: Level, expected: string): DataError {
    const what = Array.isArray(got)
      ? `an array of ${got.length}`
      : typeof got === "number"
        ? "a number"
        : show(got);
    return new DataError(
      `${this.#name}: the nested arrays are ragged: ${this.#place(depth, at)} is ${what} where the first of its kind is ${expected}`,
    );
  }

  /** "element [3, 0]": the indices along `depth` axes of what begins at `at`. */
  #place(depth: number, at: number): string {
    if (depth === 0) return "the data";
    const indices = this.#shape.slice(0, depth).map((length, axis) => {
      const stride = size(this.#shape.slice(axis + 1));
      return Math.floor(at / stride) % length;
    });
    return `element ${formatShape(indices)}`;
  }
}
