// The IDX format of the MNIST files, as http://yann.lecun.com/exdb/mnist/ described it: two zero bytes, one byte for the element
// type, one for the number of dimensions, the dimensions, the elements; every number big-endian.

import { MOST_AXES } from "../check.ts";
import { DataError } from "../errors.ts";
import { allocate, type Bytes, toBytes, withMemory } from "../io/bytes.ts";
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
  const header = readIdxHeader(all, file);
  if (all.length !== header.length) throw wrongLength(file, header, all.length);
  // A copy, so that a tensor never keeps the bytes of a whole file alive or shares them with others.
  return toTensor(
    file,
    header,
    withMemory(file, `${all.length} bytes`, () => all.slice(header.start)),
  );
}

/** The error of a file with fewer or more bytes than its header says; without `actual`, of one that goes on after them. */
export function wrongLength(
  name: string,
  { shape, length }: IdxHeader,
  actual = Number.POSITIVE_INFINITY,
): DataError {
  return new DataError(
    `${name}: ${actual < length ? "truncated" : "too long"}: its header says ${formatShape(shape)}, ` +
      `which takes ${length} bytes, the file has ${Number.isFinite(actual) ? actual : "more"}`,
  );
}

/** @param elements - what follows the header, in memory that becomes the tensor's where its type is that of the file */
export function toTensor(
  name: string,
  { type: { bytes, dtype, get }, shape }: IdxHeader,
  elements: Uint8Array<ArrayBuffer>,
): Tensor {
  if (dtype === "uint8") return { shape, dtype, data: elements };
  const count = elements.length / bytes;
  const data = new typedArrays[dtype](allocate(name, count * bytesPerElement(dtype)).buffer);
  const view = new DataView(elements.buffer);
  for (let i = 0; i < count; i++) data[i] = get(view, bytes * i);
  return { shape, dtype, data };
}
