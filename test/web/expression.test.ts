// Expressions that are typed into the playground.

import { beforeEach, expect, it } from "vitest";
import { skip } from "../runtimes/runtime.ts";
import { isInstalled } from "./page.ts";

beforeEach((context) => {
  if (!isInstalled) skip(context, "the playground is not installed (npm ci --prefix web)");
});

/** A module of the playground's, which is of packages of its own. */
const load = (name: string) => import(`../../web/src/shared/${name}.ts`);

it.each([
  ["-x^2", -9, -6],
  ["(-x)^2", 9, 6],
  ["exp(-x^2)", Math.exp(-9), -6 * Math.exp(-9)],
  ["2^-x", 1 / 8, -Math.log(2) / 8],
  ["-x^2^0.5", -(3 ** Math.SQRT2), -Math.SQRT2 * 3 ** (Math.SQRT2 - 1)],
  ["-x**2*2", -18, -12],
  ["x--x", 6, 2],
  ["2 - -x ^ 2 + 1", 12, 6],
  ["+x^2", 9, 6],
  ["x^2^3", 3 ** 8, 8 * 3 ** 7],
])("%s is read as mathematicians do", async (text, value, derivative) => {
  const { gradientAt, parse, valueAt } = await load("expression");
  const graph = parse(text, ["x"]);
  expect(valueAt(graph, { x: 3 })).toBeCloseTo(value, 10);
  expect(gradientAt(graph, { x: 3 }, ["x"])[0]).toBeCloseTo(derivative, 10);
});

it.each([
  ["", "Type an expression.", "式を入力"],
  ["-", "character 2", "2 文字目"],
  ["2x", "2*x", "2*x"],
  ["sin x", "sin(x)", "sin(x)"],
  ["foo(x)", '"foo" is not known; these are: sin,', "「foo」は使えません"],
  ["x + y", '"y" is not known; these are: x, pi, e.', "「y」は使えません"],
  ["max(x)", "max takes 2 values.", "max の引数は 2 個"],
  ["sin(x, x)", "sin takes one value.", "sin の引数は 1 個"],
  ["x.constructor", "make an expression", "式に使えるのは"],
  ["x > 1", "make an expression", "式に使えるのは"],
  [new Array(150).fill("x").join("+1+"), "too long", "長すぎ"],
])("%s is refused in words of both languages", async (text, en, ja) => {
  const { ExpressionError, parse } = await load("expression");
  const { faultText } = await load("expression-text");
  const error = (() => {
    try {
      parse(text, ["x"]);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ExpressionError);
  expect(faultText.en(error)).toContain(en);
  expect(faultText.ja(error)).toContain(ja);
});
