// Arrays that go to the other side for good: their memory is handed over, not copied.

import { isObject } from "../check.ts";

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
