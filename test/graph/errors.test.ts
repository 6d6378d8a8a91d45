import { expect, test } from "vitest";
import { input, type Value } from "../../src/graph/value.ts";
import { OptionError, ShapeError, UnsupportedError } from "../../src/index.ts";
import {
  add,
  argmax,
  broadcastTo,
  clip,
  concatenate,
  exp,
  gather,
  gradients,
  logSoftmax,
  matmul,
  max,
  maximum,
  mean,
  multiply,
  negate,
  oneHot,
  pad,
  permute,
  power,
  reciprocal,
  relu,
  reshape,
  slice,
  softmax,
  softmaxCrossEntropy,
  square,
  stack,
  sum,
  sumSquaredError,
  tanh,
  variance,
  where,
} from "../../src/ops.ts";

const floats = (...shape: number[]) => input("floats", shape, "float32");
const doubles = (...shape: number[]) => input("doubles", shape, "float64");
const integers = (...shape: number[]) => input("integers", shape, "int32");

test.each<[message: string, apply: () => Value]>([
  [
    "matmul: inner sizes differ: a is [32, 784], b is [128, 10]; a's last axis (784) must equal b's first (128)",
    () => matmul(floats(32, 784), floats(128, 10)),
  ],
  [
    "matmul: inner sizes differ: a is [784, 32], b is [128, 10]; a's first axis (784) must equal b's first (128)",
    () => matmul(floats(784, 32), floats(128, 10), { transposeA: true }),
  ],
  [
    "matmul: inner sizes differ: a is [32, 784], b is [10, 128]; a's last axis (784) must equal b's last (128)",
    () => matmul(floats(32, 784), floats(10, 128), { transposeB: true }),
  ],
  [
    "matmul: a is [3], b is [3, 2]; both must be matrices (two axes): reshape or flatten first",
    () => matmul(floats(3), floats(3, 2)),
  ],
  [
    "add: shapes do not broadcast: a is [3, 4], b is [3]; aligned at the last axis, sizes must be equal or 1 (axis 1 has 4 and 3)",
    () => add(floats(3, 4), floats(3)),
  ],
  [
    "multiply: shapes do not broadcast: a is [2, 1, 5], b is [3, 5, 4]; aligned at the last axis, sizes must be equal or 1 (axis 0 has 2 and 3)",
    () => multiply(floats(2, 1, 5), floats(3, 5, 4)),
  ],
  [
    "sum: x is [2, 3] and has no axis 2; its axes are 0 to 1, or -2 to -1 from the last",
    () => sum(floats(2, 3), { axis: 2 }),
  ],
  [
    "mean: x is [2, 3] and has no axis -3; its axes are 0 to 1, or -2 to -1 from the last",
    () => mean(floats(2, 3), { axis: -3 }),
  ],
  [
    "sum: x is [2, 3] and has no axis 0.5; its axes are 0 to 1, or -2 to -1 from the last",
    () => sum(floats(2, 3), { axis: 0.5 }),
  ],
  ["sum: x is [] and has no axis 0; leave the axis out", () => sum(floats(), { axis: 0 })],
  [
    "sum: x is [2, 3]; its axis 1 is named twice in [1, 0, -1]",
    () => sum(floats(2, 3), { axis: [1, 0, -1] }),
  ],
  [
    "max: x is [2, 3] and has no axis 2; its axes are 0 to 1, or -2 to -1 from the last",
    () => max(floats(2, 3), { axis: [0, 2] }),
  ],
  ["argmax: x is [] and has no axis -1; leave the axis out", () => argmax(floats())],
  [
    "maximum: shapes do not broadcast: a is [2], b is [3]; aligned at the last axis, sizes must be equal or 1 (axis 0 has 2 and 3)",
    () => maximum(floats(2), floats(3)),
  ],
  [
    "where: shapes do not broadcast: condition is [2], a is [3], b is [1]; aligned at the last axis, sizes must be equal or 1",
    () => where(floats(2), floats(3), floats(1)),
  ],
  [
    "permute: x is [2, 3]; axes must name each of its 2 axes once, got [0, 0]",
    () => permute(floats(2, 3), [0, 0]),
  ],
  ["permute: x is [2, 3]; axes must name each of its 2 axes once, got [1]", () => permute(floats(2, 3), [1])],
  [
    "slice: x is [2, 3]; from 1 to before 1 nothing is left of axis 1",
    () => slice(floats(2, 3), [0, 1], [2, -2]),
  ],
  [
    "slice: x is [2, 3]; begin must be a list of at most 2 whole numbers, got [0, 0, 0]",
    () => slice(floats(2, 3), [0, 0, 0]),
  ],
  [
    "slice: x is [2, 3]; steps must be a list of at most 2 whole numbers of at least 1, got [0]",
    () => slice(floats(2, 3), [], [], [0]),
  ],
  [
    "pad: x is [2]; widths must be at most 1 pairs [before, after] of whole numbers from 0 to 2147483648, got an array of 1",
    () => pad(floats(2), [[-1, 0]]),
  ],
  [
    "concatenate: value 1 is [2, 3], value 2 is [2, 4]; all lengths but those of axis 0 must be the same",
    () => concatenate([floats(2, 3), floats(2, 4)]),
  ],
  [
    "concatenate: x is [2, 3] and has no axis 2; its axes are 0 to 1, or -2 to -1 from the last",
    () => concatenate([floats(2, 3)], { axis: 2 }),
  ],
  ["stack: value 1 is [2], value 2 is [1]; all must be of one shape", () => stack([floats(2), floats(1)])],
  [
    "stack: value 1 is [2]; the new axis may be 0 to 1, or -2 to -1 from the last, got 2",
    () => stack([floats(2)], { axis: 2 }),
  ],
  [
    "gather: x is [2] and has no axis 1; its axes are 0 to 0, or -1 to -1 from the last",
    () => gather(floats(2), integers(3), { axis: 1 }),
  ],
  [
    "reshape: x is [2, 3], target is [4]; both must hold as many elements (6 and 4)",
    () => reshape(floats(2, 3), [4]),
  ],
  [
    "reshape: target is [-1, 3]; it must be at most 32 whole numbers of at least 1",
    () => reshape(floats(2, 3), [-1, 3]),
  ],
  [
    "reshape: target is [-2, -3]; it must be at most 32 whole numbers of at least 1",
    () => reshape(floats(2, 3), [-2, -3]),
  ],
  [
    "reshape: target is an array of 33; it must be at most 32 whole numbers of at least 1",
    () => reshape(floats(1), Array(33).fill(1)),
  ],
  [
    "broadcastTo: shapes do not broadcast: a is [3], b is [2, 4]; aligned at the last axis, sizes must be equal or 1 (axis 1 has 3 and 4)",
    () => broadcastTo(floats(3), [2, 4]),
  ],
  [
    "broadcastTo: x is [3], target is [1]; every axis of x must be 1 or the target's, and x must not have more axes",
    () => broadcastTo(floats(3), [1]),
  ],
  [
    "broadcastTo: x is [1, 3], target is [3]; every axis of x must be 1 or the target's, and x must not have more axes",
    () => broadcastTo(floats(1, 3), [3]),
  ],
  [
    "broadcastTo: target is [-2]; it must be at most 32 whole numbers of at least 1",
    () => broadcastTo(floats(1), [-2]),
  ],
  ["softmax: x is a scalar; it must have an axis to run along", () => softmax(floats())],
  ["logSoftmax: x is a scalar; it must have an axis to run along", () => logSoftmax(floats())],
  [
    "softmaxCrossEntropy: logits is [3], labels is [3]; logits must be [batch, classes]",
    () => softmaxCrossEntropy(floats(3), integers(3)),
  ],
  [
    "softmaxCrossEntropy: logits is [4, 3], labels is [3]; labels must be class indices [4] or one-hot rows [4, 3]",
    () => softmaxCrossEntropy(floats(4, 3), integers(3)),
  ],
  [
    "sumSquaredError: y is [4, 3], t is [4]; both must be of one shape, [batch, …]",
    () => sumSquaredError(floats(4, 3), floats(4)),
  ],
  [
    "sumSquaredError: y is [], t is []; both must be of one shape, [batch, …]",
    () => sumSquaredError(floats(), floats()),
  ],
  ["gradients: loss is [2]; it must be a scalar: take its sum or mean", () => gradients(floats(2), [])[0]!],
])("%s", (message, apply) => {
  expect(apply).toThrow(ShapeError);
  expect(apply).toThrow(expect.objectContaining({ message }));
});

test.each<[message: string, apply: () => Value]>([
  [
    "matmul: dtypes differ: float32, float64; all operands must be of one dtype",
    () => matmul(floats(2, 3), doubles(3, 2)),
  ],
  [
    "add: dtypes differ: float32, int32; all operands must be of one dtype",
    () => add(floats(3), integers(3)),
  ],
  [
    "gather: indices must be int32, or float32 or float64 that are whole; got uint8",
    () => gather(floats(2), input("bytes", [2], "uint8")),
  ],
  [
    "oneHot: indices must be int32, or float32 or float64 that are whole; got uint8",
    () => oneHot(input("bytes", [2], "uint8"), 3),
  ],
  [
    "gather: float32 tells whole numbers apart up to 16777216, but the axis of [2, 16777217] is 16777217; give indices in int32, or make " +
      'the network with { dtype: "float64" }',
    () => gather(floats(2, 2 ** 24 + 1), floats(3), { axis: -1 }),
  ],
  [
    "oneHot: float32 tells whole numbers apart up to 16777216, but depth is 16777217; give indices in int32, or make the network with " +
      '{ dtype: "float64" }',
    () => oneHot(floats(3), 2 ** 24 + 1),
  ],
  ["oneHot: depth must be a whole number from 1 to 2147483647; got 0", () => oneHot(integers(2), 0)],
  ["concatenate: values must be a list of at least one symbolic value; got []", () => concatenate([])],
  [
    "stack: dtypes differ: float32, float64; all values must be of one dtype",
    () => stack([floats(2), doubles(2)]),
  ],
  ["power: exponent must be a number from -1024 to 1024; got 1025", () => power(floats(2), 1025)],
  ["clip: high must be a number of at least low (1) in float32; got 0", () => clip(floats(2), 1, 0)],
  [
    "variance: correction must be a whole number from 0 to 2; got 3",
    () => variance(floats(2, 3), { axis: 1, correction: 3 }),
  ],
  [
    "permute: works on float32, float64 and int32, got uint8; gather or convert the data first",
    () => permute(input("bytes", [2, 3], "uint8")),
  ],
  ["exp: works on float32 and float64, got int32; convert it, labels by oneHot(…)", () => exp(integers(3))],
  [
    "gradients: dtypes differ: float32, int32; all operands must be of one dtype",
    () => gradients(sum(floats(2)), [integers(2)])[0]!,
  ],
  [
    "gradients: works on float32 and float64, got int32; convert it, labels by oneHot(…)",
    () => gradients(argmax(floats(2)), [floats(2)])[0]!,
  ],
  [
    "softmaxCrossEntropy: labels as class indices must be int32, got float32",
    () => softmaxCrossEntropy(floats(4, 3), floats(4)),
  ],
  [
    "softmaxCrossEntropy: dtypes differ: float32, int32; all operands must be of one dtype",
    () => softmaxCrossEntropy(floats(4, 3), integers(4, 3)),
  ],
  [
    "sumSquaredError: dtypes differ: float32, float64; all operands must be of one dtype",
    () => sumSquaredError(floats(2), doubles(2)),
  ],
])("%s", (message, apply) => {
  expect(apply).toThrow(new OptionError(message));
});

test.each([
  ["clip", (x: Value) => clip(x, 0, 1)],
  ["negate", negate],
  ["square", square],
  ["reciprocal", reciprocal],
] as const)("%s is what is named, though it is made of others", (name, op) => {
  expect(() => op(integers(2))).toThrow(
    new OptionError(`${name}: works on float32 and float64, got int32; convert it, labels by oneHot(…)`),
  );
});

test("a second derivative says that it is not there, rather than being zero", () => {
  const x = floats(2, 3);
  const again = (loss: Value) => gradients(sum(gradients(loss, [x])[0]!), [x]);
  expect(() => again(sum(relu(x)))).toThrow(
    new UnsupportedError("gradients: the op reluGradient has no gradient rule"),
  );
  expect(() => again(sum(tanh(x)))).toThrow(
    new UnsupportedError("gradients: the op tanhGradient has no gradient rule"),
  );
  expect(() => again(softmaxCrossEntropy(x, integers(2)))).toThrow(
    new UnsupportedError("gradients: the gradient of softmaxCrossEntropy has no gradient of its own"),
  );
  expect(() => again(sumSquaredError(x, floats(2, 3)))).toThrow(
    new UnsupportedError("gradients: the gradient of sumSquaredError has no gradient of its own"),
  );
});
