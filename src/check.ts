// What users give is checked where it enters, by the functions of this file: options by one table of rules for each call, values shown
// in messages by `show`, which never fails itself.

import { DataError, OptionError } from "./errors.ts";

/** What an option may be: a test, and words for a message that end "… must be". */
export type Rule = readonly [fits: (value: unknown) => boolean, words: string];

const isNumber = Number.isFinite as (value: unknown) => value is number;

export const finite: Rule = [isNumber, "a finite number"];
export const positive: Rule = [(value) => isNumber(value) && value > 0, "a number above 0"];
export const atLeastZero: Rule = [(value) => isNumber(value) && value >= 0, "a number of at least 0"];
export const fraction: Rule = [
  (value) => isNumber(value) && value >= 0 && value < 1,
  "a number from 0 to below 1",
];
export const numbers: Rule = [
  (value) => isObject(value) && Object.values(value).every(isNumber),
  "an object of finite numbers",
];
export const flag: Rule = [(value) => typeof value === "boolean", "true or false"];
/** What is checked elsewhere. */
export const anything: Rule = [() => true, "anything"];
export const text: Rule = [(value) => typeof value === "string", "a string"];
export const callback: Rule = [(value) => typeof value === "function", "a function"];

/** A whole number in a range. */
export function whole(low = 1, high = Number.MAX_SAFE_INTEGER): Rule {
  const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
  return [(value) => isWhole(value, low, high), `a whole number ${range}`];
}

export const seed: Rule = [(value) => isWhole(value, 0), "a whole number from 0 to 2^53 - 1"];

/** What something is called, in messages and on terminals. */
export const name: Rule = [
  (value) => typeof value === "string" && /^\P{C}{1,100}$/u.test(value),
  "1 to 100 printable characters",
];

/** What a layer or a parameter is called: parameters are "layer1.name", so that a dot would make two names one. */
export const partName: Rule = [
  (value) => name[0](value) && !(value as string).includes("."),
  `${name[1]} without a dot`,
];

/** One of a few values. */
export function oneOf(...values: readonly unknown[]): Rule {
  return [(value) => values.includes(value), values.map((value) => JSON.stringify(value)).join(" or ")];
}

/** Of an `AbortController` it is the `signal`. */
export const signal: Rule = [
  (value) => typeof property(value, "aborted") === "boolean",
  "an AbortSignal (of an AbortController its signal)",
];

/** An object that has a method of this name; `words` say what it is, and what gives one. */
export function having(method: string, words: string): Rule {
  return [(value) => typeof property(value, method) === "function", words];
}

/** A shape: whole numbers of at least 1, or another number. */
export function isShape(value: unknown, least = 1): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length <= MOST_AXES &&
    Array.from(value).every((axis) => isWhole(axis, least))
  );
}

/** More axes than this has no tensor, nor any array that holds itself. */
export const MOST_AXES = 32;

export function isWhole(value: unknown, low: number, high = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high;
}

/** @throws OptionError where `value` does not fit; `name` is what the message calls it */
export function check<T>(call: string, name: string, value: T, [fits, words]: Rule): T {
  if (fits(value)) return value;
  throw new OptionError(`${call}: ${name} must be ${words}; got ${show(value)}`);
}

/** Of a number that a program of this dtype computes with: as the dtype holds it, it must fit, too. In float32 1e-300 is 0, and 1e300 infinite. */
export const inType = (dtype: string, rule: Rule): Rule =>
  dtype === "float32"
    ? [(value) => rule[0](value) && rule[0](Math.fround(value as number)), `${rule[1]} in float32`]
    : rule;

/**
 * Checks an object of options.
 *
 * @param call how messages name the caller
 * @param given what the user wrote; undefined is no options
 * @param rules all options that there are; what is undefined is not checked
 * @returns the options as they were when they were checked: a copy
 * @throws OptionError where it is no object, has a name that is none of them, or a value that does not fit
 */
export function options<T extends object>(
  call: string,
  given: T | undefined,
  rules: { readonly [K in keyof Required<T>]: Rule },
): T {
  // Without a prototype: an option may be called as one of its properties is ("constructor").
  const chosen: Record<string, unknown> = Object.create(null);
  if (given === undefined) return chosen as T;
  const names = Object.keys(rules);
  if (!isObject(given)) {
    throw new OptionError(`${call}: options are an object { ${names.join(", ")} }; got ${show(given)}`);
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(rules, name)) continue;
    const near = nearest(name, names);
    throw new OptionError(
      `${call}: there is no option ${show(name)}; ${near ? `did you mean ${near}?` : `there are ${names.join(", ")}`}`,
    );
  }
  for (const name of names) {
    const isObjects = name in Object.prototype && !Object.hasOwn(given, name);
    const value = isObjects ? undefined : given[name];
    if (value !== undefined) chosen[name] = check(call, name, value, rules[name as keyof T]);
  }
  return chosen as T;
}

/** Whether it is an object of named things: no array, no function, nothing with a type of its own such as a typed array or a Map. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return kindOf(value) === "Object";
}

/** What something is, of whatever realm: "Object", "Array", "Null", "Uint8Array", "WebAssembly.Module". */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** A property of anything. */
export function property(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[name];
}

/** @throws DataError where `value` is no object of named things; `what` says what it should be */
export function checkNamed(
  call: string,
  value: unknown,
  what: string,
): asserts value is Record<string, unknown> {
  if (!isObject(value)) throw new DataError(`${call}: takes ${what}; got ${show(value)}`);
}

const LONGEST = 60;

/** Anything in a few words for a message; it never fails, and is short. */
export function show(value: unknown): string {
  try {
    return shown(value);
  } catch {
    // A proxy can throw at any question.
    return "something that cannot be read";
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : show(error);
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(clip(value, LONGEST));
  if (typeof value === "function") {
    const { name } = value;
    return typeof name === "string" && name !== "" ? `the function ${clip(name, LONGEST)}` : "a function";
  }
  if (typeof value === "bigint") return `${clip(String(value), LONGEST)}n`;
  if (typeof value !== "object" || value === null) return clip(String(value), LONGEST);
  if (Array.isArray(value)) {
    const simple =
      value.length <= 8 &&
      value.every((each) => each === null || !["object", "function"].includes(typeof each));
    return simple ? `[${clip(value.map(show).join(", "), 2 * LONGEST)}]` : `an array of ${value.length}`;
  }
  const kind = kindOf(value);
  const named = `${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind === "Object" ? "object" : clip(kind, LONGEST)}`;
  return ArrayBuffer.isView(value) ? `${named} of ${value.byteLength} bytes` : named;
}

function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

/** The name that was probably meant: at most a third of it differs. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const ranked = names.map((each) => ({ each, far: distance(name.toLowerCase(), each.toLowerCase()) }));
  const [best] = ranked.sort((a, b) => a.far - b.far);
  return best && best.far <= Math.max(1, best.each.length / 3) ? best.each : undefined;
}

/** Insertions, deletions and replacements that make one name of the other (Levenshtein), of their first letters. */
function distance(a: string, b: string): number {
  if (a.length > LONGEST) return a.length;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
