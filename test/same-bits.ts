import { expect } from "vitest";
import { dtypeOf, type TypedArray } from "../src/tensor.ts";

const bytesOf = ({ buffer, byteOffset, byteLength }: TypedArray) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Whether two arrays hold the same bytes. */
export function sameBytes(a: TypedArray, b: TypedArray): boolean {
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

/**
 * Asserts that two arrays hold the same bits: −0 is not 0. Any NaN equals any other, since WebAssembly leaves their payloads open.
 *
 * @param what names the arrays in the message, which shows the first difference
 */
export function expectSameBits(actual: TypedArray, expected: TypedArray, what: string): void {
  const type = dtypeOf(expected);
  // Thousands of times, so without an assertion where there is nothing to say.
  if (dtypeOf(actual) === type && sameBytes(actual, expected)) return;
  expect(dtypeOf(actual), `${what}: type`).toBe(type);
  expect(actual.length, `${what}: length`).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    expect.fail(`${what}: element ${i} of ${expected.length} is ${actual[i]}, expected ${expected[i]}`);
  }
}
