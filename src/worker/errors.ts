// Errors on their way from the worker: a structured clone of one is a plain Error, so that they are posted in parts and put together again.

import type * as errors from "../errors.ts";
import {
  DataError,
  KobaiError,
  MemoryError,
  NotFiniteError,
  OptionError,
  ShapeError,
  StateError,
  ThreadError,
  UnsupportedError,
} from "../errors.ts";

export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** what else the error says: NotFiniteError's step, say */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** kobai's, all of them. (By name: of a module as an object, bundlers keep everything in every page.) */
const kobais: typeof errors = {
  DataError,
  KobaiError,
  MemoryError,
  NotFiniteError,
  OptionError,
  ShapeError,
  StateError,
  ThreadError,
  UnsupportedError,
};

/** Those that a worker may throw by the names that they say, which a bundle's classes need not have: kobai's, and the language's. */
const classes: Readonly<Record<string, { readonly prototype: Error }>> = { ...kobais, RangeError, TypeError };

/** Fields that are not enumerable, and yet part of what an error says. */
const quiet = ["report"];

/** An error as plain data. */
export function toMessage(thrown: unknown): ErrorMessage {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const {
    name,
    message,
    stack,
    cause: _,
    ...fields
  } = { ...error, ...own(error, ["name", "message", "stack", ...quiet]) };
  return { name: name as string, message: message as string, stack: stack as string | undefined, fields };
}

/** The error that such data came from, of the same class. */
export function fromMessage({ name, message, stack, fields }: ErrorMessage): Error {
  const error = new Error(message);
  const { prototype } = (Object.hasOwn(classes, name) ? classes[name] : undefined) ?? Error;
  Object.setPrototypeOf(error, prototype);
  for (const [field, value] of Object.entries({ ...fields, name, stack })) {
    const enumerable = field !== "stack" && !quiet.includes(field);
    Object.defineProperty(error, field, { value, enumerable, writable: true, configurable: true });
  }
  return error;
}

function own(error: Error, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => name in error).map((name) => [name, error[name as keyof Error]]),
  );
}
