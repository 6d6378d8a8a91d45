// What a checkpoint can keep of a callback.

import { isObject, show } from "../../check.ts";

/** Plain JSON: what a file gives back as it was. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Deeper than anything but what holds itself. */
const MOST_DEPTH = 100;

/** What in a value is no JSON, as ".best[2] is NaN"; undefined where all of it is. */
export function notJson(value: unknown, path = "", depth = 0): string | undefined {
  if (value === null || ["boolean", "string"].includes(typeof value) || Number.isFinite(value)) return;
  if (depth > MOST_DEPTH) return `${path.slice(0, 21)}… is nested deeper than ${MOST_DEPTH} times`;
  if (Array.isArray(value)) return first(value, (each, i) => notJson(each, `${path}[${i}]`, depth + 1));
  if (!isObject(value)) return `${path && `${path} `}is ${show(value)}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  // What a class makes would come back without it.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return `${path && `${path} `}is an object of a class`;
  }
  return first(Object.entries(value), ([name, each]) => notJson(each, `${path}.${name}`, depth + 1));
}

function first<T>(list: readonly T[], problem: (each: T, index: number) => string | undefined) {
  // Not `for … of entries()`: an empty place in an array is no JSON, either.
  for (let i = 0; i < list.length; i++) {
    const found = problem(list[i]!, i);
    if (found !== undefined) return found;
  }
  return undefined;
}
