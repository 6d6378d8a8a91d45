// Bytes as users have them: an ArrayBuffer, or any view of one, of whatever realm.

import { show } from "../check.ts";
import { DataError } from "../errors.ts";

/** Bytes: a buffer, or any view of one (a typed array, Node's Buffer, a DataView). */
export type Bytes = ArrayBuffer | ArrayBufferView;

/**
 * The same memory as bytes; a copy where it is shared with other threads, who could change it between a check and its use.
 *
 * @throws DataError where it is neither a buffer nor a view, or its memory was transferred
 */
export function toBytes(name: string, value: Bytes): Uint8Array<ArrayBuffer> {
  const isView = ArrayBuffer.isView(value);
  if (!isView && !isOf(value, ownBuffer) && !isOf(value, sharedBuffer)) {
    throw new DataError(`${name}: takes bytes, an ArrayBuffer or a view of one; got ${show(value)}`);
  }
  try {
    // A buffer that was transferred has no bytes, and an empty view of it cannot be made.
    const bytes = isView
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    if (!isOf(bytes.buffer, ownBuffer)) return bytes.slice();
    const isSame = Object.getPrototypeOf(value) === Uint8Array.prototype;
    return (isSame ? value : bytes) as Uint8Array<ArrayBuffer>;
  } catch (cause) {
    throw new DataError(`${name}: the memory of these bytes is gone; it was transferred`, { cause });
  }
}

type Length = ((this: unknown) => number) | undefined;

// A class asks its own instances only, and those of other realms, for their length.
const ownBuffer: Length = lengthOf(ArrayBuffer.prototype);
const sharedBuffer: Length = lengthOf(globalThis.SharedArrayBuffer?.prototype);

function lengthOf(prototype: object | undefined): Length {
  return prototype && Object.getOwnPropertyDescriptor(prototype, "byteLength")?.get;
}

function isOf(value: unknown, length: Length): boolean {
  try {
    return length?.call(value) !== undefined;
  } catch {
    return false;
  }
}

/** Memory for bytes, of which a file or a user says how many. @throws DataError where there is not so much */
export function allocate(name: string, length: number): Uint8Array<ArrayBuffer> {
  return withMemory(name, `${length} bytes`, () => new Uint8Array(length));
}

/** What `make` makes. @throws DataError where there is no memory for it, which messages call `what` */
export function withMemory<T>(name: string, what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DataError(`${name}: there is no memory for ${what}`, { cause });
  }
}

/** The memory of a typed array: little-endian, as on every platform that JavaScript engines are built for today. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
