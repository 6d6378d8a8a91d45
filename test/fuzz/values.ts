// Whatever a caller may hand over, by mistake or out of malice. Each is made anew, since some are changed by being used.

import { createContext, runInContext } from "node:vm";
import { crossEntropy, dense, he, relu, sgd, tensor } from "../../src/index.ts";

/** A name, and what makes the value. */
export type FuzzValue = readonly [name: string, make: () => unknown];

const fixed = (name: string, value: unknown): FuzzValue => [name, () => value];

const realm = createContext();

function holdsItself(): unknown[] {
  const array: unknown[] = [];
  array.push(array);
  return array;
}

function detached(): Float32Array {
  const array = new Float32Array(2);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

export const values: readonly FuzzValue[] = [
  fixed("undefined", undefined),
  fixed("null", null),
  fixed("true", true),
  fixed("false", false),
  ...[
    0,
    -0,
    1,
    -1,
    2,
    0.5,
    1e-320,
    1e39,
    2 ** 31,
    2 ** 53,
    1e308,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ].map((n) => fixed(Object.is(n, -0) ? "-0" : String(n), n)),
  fixed("1n", 1n),
  fixed('""', ""),
  fixed('"a"', "a"),
  fixed('"0.1"', "0.1"),
  fixed('"__proto__"', "__proto__"),
  fixed('"float32"', "float32"),
  fixed("an escape sequence", "\u001b[2J\u202e"),
  fixed("a long string", "Z".repeat(100_000)),
  fixed("a symbol", Symbol("s")),
  ["{}", () => ({})],
  ["an object without prototype", () => Object.create(null)],
  ["[]", () => []],
  ["[1]", () => [1]],
  ["[1, 2]", () => [1, 2]],
  ["[-3]", () => [-3]],
  ["[2.5]", () => [2.5]],
  [
    "[[1, 2], [3, 4]]",
    () => [
      [1, 2],
      [3, 4],
    ],
  ],
  ["[[1], [2, 3]]", () => [[1], [2, 3]]],
  ["[null]", () => [null]],
  ["[NaN]", () => [Number.NaN]],
  ['["a"]', () => ["a"]],
  ["[a symbol]", () => [Symbol("s")]],
  ["an array that holds itself", holdsItself],
  ["an array of holes", () => new Array(3)],
  ["a long array", () => new Array(100_000).fill(0)],
  ["Float32Array [1, 2]", () => new Float32Array([1, 2])],
  ["an empty Float64Array", () => new Float64Array(0)],
  ["Float64Array [NaN]", () => new Float64Array([Number.NaN])],
  ["Uint8Array [1, 0, 255]", () => new Uint8Array([1, 0, 255])],
  ["Int32Array [-1]", () => new Int32Array([-1])],
  ["BigInt64Array [2n ** 40n]", () => new BigInt64Array([2n ** 40n])],
  ["a Float32Array whose memory is gone", detached],
  ["a Float32Array of another realm", () => runInContext("new Float32Array([1, 2])", realm)],
  ["a DataView", () => new DataView(new ArrayBuffer(4))],
  ["an ArrayBuffer", () => new ArrayBuffer(8)],
  ["a Map", () => new Map([["a", 1]])],
  ["a Set", () => new Set([1])],
  ["a Date", () => new Date(0)],
  ["a RegExp", () => /a/],
  ["an Error", () => new Error("an error")],
  ["a Promise", () => Promise.resolve(1)],
  // biome-ignore lint/suspicious/noThenProperty: what is tried
  ["a thenable", () => ({ then() {} })],
  ["a boxed number", () => Object(1)],
  ["a URL", () => new URL("file:///nowhere/at/all")],
  ["an AbortController", () => new AbortController()],
  ["a function", () => () => {}],
  ["a function that gives NaN", () => () => Number.NaN],
  ["an async function", () => async () => {}],
  ["a class", () => class Some {}],
  ["a generator", () => (function* some() {})()],
  ["a tensor", () => tensor([[1, 2]])],
  ["a tensor of labels", () => tensor(new Uint8Array([1]))],
  ["an empty tensor", () => tensor([], [0, 2])],
  ["a tensor that lies about its dtype", () => ({ ...tensor([[1, 2]]), dtype: "float64" })],
  ["a tensor that lies about its shape", () => ({ ...tensor([[1, 2]]), shape: [1000, 1000] })],
  ["a tensor without data", () => ({ shape: [1], dtype: "float32" })],
  ["a data set", () => ({ x: tensor([[1, 2]]), t: tensor(new Uint8Array([1])) })],
  ["a layer", () => dense(2)],
  ["a loss", () => crossEntropy()],
  ["an optimizer", () => sgd()],
  ["an initializer", () => he()],
  ["relu", () => relu],
];
