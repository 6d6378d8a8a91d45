// Documented errors of graphs, by class and text.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  crossEntropy,
  DataError,
  dense,
  init,
  type KobaiError,
  loss,
  type Network,
  OptionError,
  ShapeError,
  StateError,
  tensor,
  UnsupportedError,
} from "../../../src/index.ts";
import { gradients, matmul, multiply, relu, softmaxCrossEntropy, sum, type Value } from "../../../src/ops.ts";
import { describeGraph } from "../../../src/train/describe/index.ts";
import { type ErrorClass, expectError, make } from "../expect-error.ts";

let net: Network;
beforeAll(async () => {
  await init();
  net = make();
});
afterAll(() => net.dispose());

const X = { x: [2] };
const same = (x: Value) => x;
const graph = (of: unknown, options?: unknown) => describeGraph(of as Network, options as undefined);

describe("a graph is refused", () => {
  it.each<[string, () => unknown, ErrorClass, string]>([
    [
      "of a text",
      () => graph("net"),
      OptionError,
      'graph: needs a network, a layer, or a function of ops; got "net"',
    ],
    [
      "of null",
      () => graph(null),
      OptionError,
      "graph: needs a network, a layer, or a function of ops; got null",
    ],
    [
      "of a loss alone",
      () => graph(crossEntropy()),
      OptionError,
      "graph: a loss has two inputs; draw it after a network, graph(net, { loss }), or the op of its own as a function, " +
        'graph(softmaxCrossEntropy, { inputs: { X: ["N", 10], t: ["N", 10] }, output: "L" })',
    ],
    [
      "with an option that networks do not have",
      () => graph(net, { inputs: X }),
      OptionError,
      'graph: there is no option "inputs"; there are title, gradients, formulas, labels, batch, level, training, x, loss, t',
    ],
    [
      "with an option that layers do not have",
      () => graph(dense(2), { input: [2], loss: crossEntropy() }),
      OptionError,
      'graph: there is no option "loss"; there are title, gradients, formulas, labels, batch, level, training, x, input',
    ],
    [
      "with an option that functions do not have",
      () => graph(same, { inputs: X, level: "layers" }),
      OptionError,
      'graph: there is no option "level"; there are title, gradients, formulas, labels, inputs, output, by',
    ],
    [
      "with a level",
      () => graph(net, { level: "box" }),
      OptionError,
      'graph: level must be "ops" or "layers"; got "box"',
    ],
    [
      "with a flag",
      () => graph(net, { formulas: 1 }),
      OptionError,
      "graph: formulas must be true or false; got 1",
    ],
    ["with a title", () => graph(net, { title: 3 }), OptionError, "graph: title must be a string; got 3"],
    [
      "with labels that are no words",
      () => graph(net, { labels: { X: 1 } }),
      OptionError,
      'graph: labels must be strings by what they stand for, such as { X: "input" }; got an object',
    ],
    [
      "with a label of nothing",
      () => graph(net, { labels: { W7: "w" } }),
      OptionError,
      "graph: nothing is called W7; labels can be given to X, W1, X·W1, b1, A1, Z1, W2, Z1·W2, b2, Y, L, dot, +, ReLU",
    ],
    [
      "with a batch",
      () => graph(net, { batch: 0 }),
      OptionError,
      'graph: batch must be a whole number of at least 1, or a symbol such as "N"; got 0',
    ],
    [
      "with a batch beside x",
      () => graph(net, { batch: 2, x: [1, 2] }),
      OptionError,
      "graph: x has a batch of its own; leave batch out",
    ],
    [
      "with t alone",
      () => graph(net, { t: 1 }),
      OptionError,
      "graph: t are the targets of x; give x too, or leave t out for a graph without numbers",
    ],
    [
      "with numbers of a loss without targets",
      () => graph(net, { x: [1, 2], loss: crossEntropy() }),
      OptionError,
      "graph: the numbers of a loss need its targets: give t too",
    ],
    [
      "with a loss that is none",
      () => graph(net, { loss: "crossEntropy" }),
      OptionError,
      'graph: loss must be a loss, such as crossEntropy(); got "crossEntropy"',
    ],
    [
      "with a loss that is no scalar",
      () => graph(net, { batch: 2, loss: loss("rows", (y, t) => multiply(y, t)) }),
      ShapeError,
      "rows: loss is [2, 3]; it must be a scalar: take its sum or mean",
    ],
    [
      "with x of another shape",
      () => graph(net, { x: [1, 2, 3] }),
      ShapeError,
      "graph: x is [3]; the network takes one sample [2] or a batch [n, 2]",
    ],
    [
      "with NaN",
      () => graph(net, { x: [1, Number.NaN] }),
      DataError,
      "graph: x [2] is NaN at sample 0, element 1; remove such samples or fill the gaps first",
    ],
    [
      "of a layer without its input",
      () => graph(dense(2)),
      OptionError,
      "graph: input must be one sample's shape, such as [784]; got undefined",
    ],
    [
      "of a function without inputs",
      () => graph(same),
      OptionError,
      'graph: inputs must be the function\'s arguments by name with their shapes, such as { X: ["N", 2], W: [2, 3] }; got undefined',
    ],
    [
      "of a function with too few inputs",
      () => graph((a: Value, b: Value) => multiply(a, b), { inputs: X }),
      OptionError,
      "graph: the function takes 2 arguments, inputs has 1 (x)",
    ],
    [
      "with an input that is neither shape nor tensor",
      () => graph(same, { inputs: { x: [0] } }),
      OptionError,
      'graph: input x must be a tensor or a shape of whole numbers of at least 1 and symbols, such as ["N", 2]; got [0]',
    ],
    [
      "with an input of an unknown dtype",
      () => graph(same, { inputs: { x: { shape: [2], dtype: "int8" } } }),
      OptionError,
      'graph: the dtype of input x must be "float32" or "float64" or "uint8" or "int32"; got "int8"',
    ],
    [
      "with some inputs as tensors",
      () => graph((a: Value, b: Value) => multiply(a, b), { inputs: { a: tensor(1), b: [] } }),
      OptionError,
      "graph: for a graph with numbers all inputs must be tensors; b is none",
    ],
    [
      "with an input called as the result",
      () => graph(same, { inputs: { y: [2] } }),
      OptionError,
      "graph: an input is called y; name the result by output",
    ],
    [
      "by what is no input",
      () => graph(same, { inputs: X, by: ["w"] }),
      OptionError,
      "graph: by names w, which is no input of floats; there are x",
    ],
    [
      "of a function that throws",
      () =>
        graph(
          () => {
            throw new TypeError("oh no");
          },
          { inputs: X },
        ),
      OptionError,
      "graph: the function threw TypeError: oh no",
    ],
    [
      "of a function that returns nothing",
      () => graph(() => undefined, { inputs: X }),
      OptionError,
      "graph: the function must return one value, made of its arguments by the ops of kobai/ops; it returned undefined",
    ],
    [
      "of a function that returns several values",
      () => graph((x: Value) => [x, x], { inputs: X }),
      OptionError,
      "graph: the function must return one value, made of its arguments by the ops of kobai/ops; it returned an array of 2",
    ],
    [
      "with more symbols than there can be",
      () => graph(same, { inputs: { x: Array.from({ length: 13 }, (_, i) => `s${i}`) } }),
      OptionError,
      "graph: too many symbols in shapes (s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12); give some of them as numbers",
    ],
    [
      "where an op cannot take its operands, in the op's own words",
      () => graph((x: Value) => matmul(x, x), { inputs: { x: [2, 3] } }),
      ShapeError,
      "matmul: inner sizes differ: a is [2, 3], b is [2, 3]; a's last axis (3) must equal b's first (2)",
    ],
    [
      "where an op has no gradient rule",
      () => graph((x: Value) => gradients(sum(relu(x)), [x])[0]!, { inputs: X }),
      UnsupportedError,
      "gradients: the op reluGradient has no gradient rule",
    ],
  ])("%s", (_, call, kind, message) => {
    expectError(call, kind, message);
  });

  it("after dispose", () => {
    const gone = make();
    gone.dispose();
    expectError(() => graph(gone), StateError, "net was disposed of; its memory is gone. Make a new network");
  });

  it("with what a function threw as its cause", () => {
    const cause = new RangeError("deep");
    let caught: KobaiError | undefined;
    try {
      graph(
        () => {
          throw cause;
        },
        { inputs: X },
      );
    } catch (error) {
      caught = error as KobaiError;
    }
    expect(caught?.cause).toBe(cause);
  });
});

it("an op without a gradient rule is described where no gradients are wanted, and labels as whole numbers have none", () => {
  const f = (x: Value) => gradients(sum(relu(x)), [x])[0]!;
  expect(describeGraph(f, { inputs: X, gradients: false }).nodes.length).toBeGreaterThan(2);
  const inputs = { x: ["N", 10], t: { shape: ["N"], dtype: "int32" as const } };
  const { edges } = describeGraph(softmaxCrossEntropy, { inputs, output: "L" });
  expect(edges.map(({ value, gradient }) => [value.name, gradient?.name])).toEqual([
    ["x", "∂L/∂x"],
    ["t", undefined],
    ["L", "∂L/∂L"],
  ]);
});

it("needs no engine for a function without numbers, and says so where it does", async () => {
  const { vi } = await import("vitest");
  vi.resetModules();
  const fresh = await import("../../../src/train/describe/index.ts");
  expect(fresh.describeGraph(same, { inputs: X }).edges).toHaveLength(1);
  expect(() => fresh.describeGraph(same, { inputs: { x: tensor([1]) } })).toThrow(/init\(\)/);
  vi.resetModules();
});
