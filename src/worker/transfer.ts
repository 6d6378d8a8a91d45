// Arrays that go to the other side for good: their memory is handed over, not copied.

import { isObject, kindOf } from "../check.ts";
import { type Bytes, toBytes } from "../io/bytes.ts";

/** The buffers of the typed arrays in an object of objects, each once: those that an array fills, and that can be handed over. */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (fillsItsBuffer(value)) found.add(value.buffer as ArrayBuffer);
  } else if (isObject(value)) {
    for (const each of Object.values(value)) buffersOf(each, found);
  }
  return [...found];
}

/** Whether an array is all of its memory; another part of it may be somebody else's. */
export function fillsItsBuffer({ buffer, byteLength }: ArrayBufferView): boolean {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
}

/**
 * An array, or what has one as its `data`, with memory of its own: a copy where it is a part of some memory, since a clone takes all of that
 * along, or where it is shared. Anything else as it is.
 */
export function alone<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return fillsItsBuffer(value) ? value : copyOf(value);
  return isObject(value) && ArrayBuffer.isView(value.data) ? { ...value, data: alone(value.data) } : value;
}

/** Bytes with memory of their own. @throws DataError where they are none, or gone */
export function bytesOf(call: string, bytes: Bytes): Uint8Array<ArrayBuffer> {
  return alone(toBytes(call, bytes));
}

/** Of the same kind; Node's Buffer, whose `slice` copies nothing, becomes an Uint8Array. */
function copyOf<T extends ArrayBufferView>(view: T): T {
  const { buffer, byteOffset, byteLength } = view;
  const bytes = new Uint8Array(byteLength);
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength));
  const kind = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => T>)[kindOf(view)]!;
  return new kind(bytes.buffer);
}
