import { expect } from "vitest";
import {
  dense,
  he,
  type KobaiError,
  type Network,
  relu,
  type SequentialOptions,
  sequential,
} from "../../src/index.ts";

export type ErrorClass = new (...args: never[]) => KobaiError;

/** A small network called "net". */
export const make = (options: Partial<SequentialOptions> = {}): Network =>
  sequential([dense(4, { weight: he() }), relu(), dense(3)], { input: [2], name: "net", ...options });

export function expectError(call: () => unknown, kind: ErrorClass, message: string): void {
  expect(call).toThrow(kind);
  expect(call).toThrow(expect.objectContaining({ message, name: kind.name }));
}

export async function expectRejection(
  promise: Promise<unknown>,
  kind: ErrorClass,
  message: string,
): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  expect(error).toMatchObject({ message, name: kind.name });
}
