// The IDX format of the MNIST files, as http://yann.lecun.com/exdb/mnist/ described it: two zero bytes, one byte for the element
// type, one for the number of dimensions, the dimensions, the elements; every number big-endian.

import { DataError } from "../errors.ts";
import { formatShape, size, type Tensor, type TypedArray } from "../tensor.ts";

interface ElementType {
  bytes: number;
  read(view: DataView, offset: number, count: number): Omit<Tensor, "shape">;
}

const elementTypes: Readonly<Record<number, ElementType>> = {
  8: {
    bytes: 1,
    // A copy, so that a tensor never keeps the bytes of a whole file alive or shares them with others.
    read: ({ buffer, byteOffset }, offset, count) => ({
      dtype: "uint8",
      data: new Uint8Array(new Uint8Array(buffer, byteOffset + offset, count)),
    }),
  },
  9: {
    bytes: 1,
    read: (view, offset, count) => ({
      dtype: "int32",
      data: fill(new Int32Array(count), (i) => view.getInt8(offset + i)),
    }),
  },
  11: {
    bytes: 2,
    read: (view, offset, count) => ({
      dtype: "int32",
      data: fill(new Int32Array(count), (i) => view.getInt16(offset + 2 * i)),
    }),
  },
  12: {
    bytes: 4,
    read: (view, offset, count) => ({
      dtype: "int32",
      data: fill(new Int32Array(count), (i) => view.getInt32(offset + 4 * i)),
    }),
  },
  13: {
    bytes: 4,
    read: (view, offset, count) => ({
      dtype: "float32",
      data: fill(new Float32Array(count), (i) => view.getFloat32(offset + 4 * i)),
    }),
  },
  14: {
    bytes: 8,
    read: (view, offset, count) => ({
      dtype: "float64",
      data: fill(new Float64Array(count), (i) => view.getFloat64(offset + 8 * i)),
    }),
  },
};

function fill<A extends TypedArray>(array: A, value: (i: number) => number): A {
  for (let i = 0; i < array.length; i++) array[i] = value(i);
  return array;
}

/**
 * Reads the bytes of an IDX file.
 *
 * @param bytes - the file, decompressed (`decompress` undoes gzip)
 * @param name - what messages call the file
 * @returns uint8, float32 and float64 as they are; the signed 8-, 16- and 32-bit integers as int32
 * @throws where the magic number, the element type or the dimensions are not those of IDX, or bytes are missing or left over
 * @example parseIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])).data; // Uint8Array [7, 9]
 */
export function parseIdx(bytes: Uint8Array, name = "IDX data"): Tensor {
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
  if (dimensions === 0) throw new DataError(`${name}: the IDX header gives no dimensions`);
  if (bytes.length < start) {
    throw new DataError(
      `${name}: truncated: a header of ${dimensions} dimensions takes ${start} bytes, the file has ${bytes.length}`,
    );
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = start + size(shape) * type.bytes;
  if (bytes.length !== expected) {
    throw new DataError(
      `${name}: ${bytes.length < expected ? "truncated" : "too long"}: its header says ${formatShape(shape)}, ` +
        `which takes ${expected} bytes, the file has ${bytes.length}`,
    );
  }
  return { shape, ...type.read(view, start, size(shape)) };
}

/**
 * Undoes gzip where the bytes are gzip, and returns any other bytes as they are.
 *
 * @param name - what messages call the bytes
 * @throws where the gzip data is damaged or truncated
 */
export async function decompress(bytes: Uint8Array, name = "data"): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new DataError(`${name}: the gzip data is damaged or truncated`, { cause });
  }
}
