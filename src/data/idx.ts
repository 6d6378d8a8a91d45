// The IDX format of the MNIST files, as http://yann.lecun.com/exdb/mnist/ described it: two zero bytes, one byte for the element
// type, one for the number of dimensions, the dimensions, the elements; every number big-endian.

import { MOST_AXES } from "../check.ts";
import { DataError } from "../errors.ts";
import { allocate, type Bytes, toBytes } from "../io/bytes.ts";
import { nameOf } from "../io/place.ts";
import { bytesPerElement, type DTypeName, formatShape, size, type Tensor, typedArrays } from "../tensor.ts";

interface ElementType {
  readonly bytes: number;
  /** the type that holds it */
  readonly dtype: DTypeName;
  readonly get: (view: DataView, offset: number) => number;
}

const elementTypes: Readonly<Record<number, ElementType>> = {
  8: { bytes: 1, dtype: "uint8", get: (view, offset) => view.getUint8(offset) },
  9: { bytes: 1, dtype: "int32", get: (view, offset) => view.getInt8(offset) },
  11: { bytes: 2, dtype: "int32", get: (view, offset) => view.getInt16(offset) },
  12: { bytes: 4, dtype: "int32", get: (view, offset) => view.getInt32(offset) },
  13: { bytes: 4, dtype: "float32", get: (view, offset) => view.getFloat32(offset) },
  14: { bytes: 8, dtype: "float64", get: (view, offset) => view.getFloat64(offset) },
};

/** What the header of an IDX file says. */
export interface IdxHeader {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** where the elements begin */
  readonly start: number;
  /** how many bytes the file has to have */
  readonly length: number;
}

/** More bytes than this has no header that `readIdxHeader` accepts. */
export const MAX_HEADER_BYTES = 4 + 4 * MOST_AXES;

/**
 * Reads the header of an IDX file.
 *
 * @param bytes - the file, or at least its first `MAX_HEADER_BYTES`
 * @throws DataError where it is none
 */
export function readIdxHeader(bytes: Uint8Array, name: string): IdxHeader {
  if (bytes.length < 4) {
    throw new DataError(
      `${name}: truncated: an IDX file begins with 4 bytes of magic number, this one ends after ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = elementTypes[view.getUint8(2)];
  if (view.getUint16(0) !== 0 || type === undefined) {
    const magic = view.getUint32(0).toString(16).padStart(8, "0");
    throw new DataError(
      `${name}: not an IDX file: it begins with 0x${magic}, where MNIST has 0x00000803 for images and 0x00000801 for labels`,
    );
  }
  const dimensions = view.getUint8(3);
  const start = 4 + 4 * dimensions;
  if (dimensions === 0 || dimensions > MOST_AXES) {
    throw new DataError(
      `${name}: the IDX header gives ${dimensions === 0 ? "no" : dimensions} dimensions; kobai reads 1 to ${MOST_AXES}`,
    );
  }
  if (bytes.length < start) {
    throw new DataError(
      `${name}: truncated: a header of ${dimensions} dimensions takes ${start} bytes, the file has ${bytes.length}`,
    );
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const length = start + size(shape) * type.bytes;
  if (!Number.isSafeInteger(length)) {
    throw new DataError(`${name}: its header says ${formatShape(shape)}, which no file can hold`);
  }
  return { type, shape, start, length };
}

/**
 * Reads the bytes of an IDX file.
 *
 * @param bytes - the file, decompressed (`decompress` undoes gzip): an ArrayBuffer or any view of one
 * @param name - what messages call the file
 * @returns uint8, float32 and float64 as they are; the signed 8-, 16- and 32-bit integers as int32
 * @throws DataError where the magic number, the element type or the dimensions (1 to 32) are not those of IDX, or bytes are missing or
 *   left over
 * @example parseIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])).data; // Uint8Array [7, 9]
 */
export function parseIdx(bytes: Bytes, name = "IDX data"): Tensor {
  const file = nameOf(name);
  const all = toBytes(file, bytes);
  const { type, shape, start, length } = readIdxHeader(all, file);
  if (all.length !== length) throw wrongLength(file, shape, length, all.length);
  const data = elements(file, type, all, start, size(shape));
  return { shape, dtype: type.dtype, data };
}

/** The error of a file that has fewer or more bytes than its header says; `actual` is left out where it is only known that there are more. */
export function wrongLength(
  name: string,
  shape: readonly number[],
  expected: number,
  actual?: number,
): DataError {
  return new DataError(
    `${name}: ${actual !== undefined && actual < expected ? "truncated" : "too long"}: its header says ${formatShape(shape)}, ` +
      `which takes ${expected} bytes, the file has ${actual ?? "more"}`,
  );
}

/** A copy, so that a tensor never keeps the bytes of a whole file alive or shares them with others. */
function elements(
  name: string,
  { bytes, dtype, get }: ElementType,
  file: Uint8Array,
  start: number,
  count: number,
): Tensor["data"] {
  const own = allocate(name, count * bytesPerElement(dtype));
  if (dtype === "uint8") {
    own.set(file.subarray(start));
    return own;
  }
  const data = new typedArrays[dtype](own.buffer);
  const view = new DataView(file.buffer, file.byteOffset + start, file.byteLength - start);
  for (let i = 0; i < count; i++) data[i] = get(view, bytes * i);
  return data;
}
