// Which losses of one's own are taken for means over samples, and may so be measured on a data set.

import { beforeAll, describe, expect, it } from "vitest";
import type { Value } from "../../src/graph/value.ts";
import { dense, init, type Loss, loss, OptionError, sequential, tensor } from "../../src/index.ts";
import {
  add,
  constant,
  divide,
  exp,
  log,
  logSoftmax,
  matmul,
  mean,
  multiply,
  relu,
  reshape,
  scale,
  sigmoid,
  softmaxCrossEntropy,
  sqrt,
  subtract,
  sum,
  tanh,
} from "../../src/ops.ts";

beforeAll(() => init());

type Forward = Loss["forward"];
type Kind = Loss["targets"];

const squares: Forward = (y, t) => multiply(subtract(y, t), subtract(y, t));
const number = (value: number, like: Value) => constant(value, like.dtype);
/** 1 where x is well above 0, 0 below. */
const isPositive = (x: Value) => {
  const a = relu(scale(x, 1e6));
  return divide(a, add(a, number(1e-6, x)));
};
const least = (x: Value, bound: number) => relu(subtract(x, number(bound, x)));
const logistic: Forward = (y, t) => subtract(log(add(exp(y), number(1, y))), multiply(y, t));

const means: [string, Kind, Forward][] = [
  ["the mean square", "values", (y, t) => mean(squares(y, t))],
  ["a sum by the batch", "values", (y, t) => scale(sum(squares(y, t)), 1 / y.shape[0]!)],
  ["the mean of roots of rows", "values", (y, t) => mean(sqrt(sum(squares(y, t), { axis: 1 })))],
  ["a signed mean", "values", (y, t) => mean(subtract(y, t))],
  ["a product", "values", (y, t) => scale(mean(multiply(y, t)), -1)],
  ["Huber, nearly", "values", (y, t) => mean(subtract(sqrt(add(squares(y, t), number(1, y))), number(1, y)))],
  ["hinge", "values", (y, t) => mean(least(scale(multiply(y, t), -1), -1))],
  [
    "weights of a row's own sum",
    "values",
    (y, t) =>
      mean(divide(sum(multiply(squares(y, t), t), { axis: 1 }), add(sum(t, { axis: 1 }), number(1, t)))),
  ],
  ["weights by the batch", "values", (y, t) => mean(multiply(isPositive(t), squares(y, t)))],
  ["divergence", "values", (y, t) => mean(multiply(t, subtract(log(t), log(y))))],
  ["exponentials", "values", (y, t) => mean(subtract(exp(y), multiply(t, y)))],
  ["a constant", "values", (y) => number(3, y)],
  ["zero", "values", (y) => scale(mean(y), 0)],
  [
    "chances",
    "binary",
    (y, t) =>
      scale(
        mean(add(multiply(t, log(y)), multiply(subtract(number(1, t), t), log(subtract(number(1, y), y))))),
        -1,
      ),
  ],
  ["scores", "binary", (y, t) => mean(logistic(y, t))],
  [
    "focal",
    "binary",
    (y, t) => mean(multiply(multiply(subtract(t, sigmoid(y)), subtract(t, sigmoid(y))), logistic(y, t))),
  ],
  ["half of cross-entropy", "classes", (y, t) => scale(softmaxCrossEntropy(y, t), 0.5)],
  [
    "cross-entropy with a penalty",
    "classes",
    (y, t) => add(softmaxCrossEntropy(y, t), scale(mean(squares(y, tanh(y))), 0.1)),
  ],
];

const others: [string, Kind, Forward][] = [
  ["a sum", "values", (y, t) => sum(squares(y, t))],
  [
    "a sum of a ten-thousandth",
    "values",
    (y, t) => add(mean(squares(y, t)), scale(sum(squares(y, t)), 1e-4)),
  ],
  ["what a sum is beyond 1", "values", (y, t) => least(sum(squares(y, t)), 1)],
  [
    "a masked mean",
    "values",
    (y, t) => {
      const m = isPositive(t);
      return divide(sum(multiply(m, squares(y, t))), sum(m));
    },
  ],
  [
    "a masked mean that may be of none",
    "values",
    (y, t) => {
      const m = isPositive(t);
      return divide(sum(multiply(m, squares(y, t))), add(sum(m), number(1e-7, t)));
    },
  ],
  ["a weighted mean", "values", (y, t) => divide(sum(multiply(t, squares(y, t))), sum(t))],
  [
    "a mean of what is above 0",
    "values",
    (y, t) => divide(sum(multiply(isPositive(y), squares(y, t))), sum(isPositive(y))),
  ],
  ["a root of the mean", "values", (y, t) => sqrt(mean(squares(y, t)))],
  ["a logarithm of the mean", "values", (y, t) => log(mean(squares(y, t)))],
  ["a variance", "values", (y) => subtract(mean(multiply(y, y)), multiply(mean(y), mean(y)))],
  ["a sum by a batch of its own", "values", (y, t) => scale(sum(squares(y, t)), 1 / 32)],
  ["pairs", "values", (y, t) => mean(matmul(squares(y, t), reshape(y, [y.shape[1]!, y.shape[0]!])))],
  ["a sum of scores", "binary", (y, t) => sum(logistic(y, t))],
  ["a balance", "binary", (y, t) => divide(sum(multiply(t, logistic(y, t))), sum(t))],
  ["a sum of entropies", "classes", (y, t) => scale(softmaxCrossEntropy(y, t), y.shape[0]!)],
  [
    "a sum of a penalty",
    "classes",
    (y, t) => add(softmaxCrossEntropy(y, t), scale(sum(logSoftmax(y)), -1e-3)),
  ],
];

const targetsOf = (kind: Kind, width: number) =>
  kind === "classes" ? tensor([1, 0], [2], "int32") : tensor(new Array(2 * width).fill(0.5), [2, width]);

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  const widths = (kind: Kind) => (kind === "classes" ? [2, 10, 1000] : [1, 10, 784]);
  const measure = (name: string, kind: Kind, forward: Forward, width: number) => {
    const net = sequential([dense(width)], { input: [3], dtype });
    const data = { x: tensor(new Array(6).fill(0.25), [2, 3]), t: targetsOf(kind, width) };
    return net.evaluate(data, { loss: loss(name, forward, kind) }).finally(() => net.dispose());
  };

  it.each(means)("%s is measured", async (name, kind, forward) => {
    for (const width of widths(kind)) await measure(name, kind, forward, width);
  });

  it.each(others)("%s is refused", async (name, kind, forward) => {
    for (const width of widths(kind)) {
      const problem = await measure(name, kind, forward, width).catch((error: unknown) => error);
      expect(problem, `${name}, ${width} outputs`).toBeInstanceOf(OptionError);
      expect((problem as Error).message).toMatch(
        /^evaluate: .* of 4 samples is [-\d.e]+, but of each alone (([-\d.e]+|NaN)(, )?){4}, whose mean is /,
      );
    }
  });
});
