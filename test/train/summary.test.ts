import { beforeAll, describe, expect, it, test } from "vitest";
import {
  avgPool1d,
  avgPool2d,
  batchNorm,
  conv1d,
  conv2d,
  convTranspose2d,
  dense,
  depthwiseConv2d,
  dropout,
  flatten,
  globalAvgPool1d,
  globalAvgPool2d,
  globalMaxPool2d,
  groupNorm,
  init,
  type Layer,
  layer,
  layerNorm,
  maxPool2d,
  permute,
  relu,
  residual,
  separableConv2d,
  sequential,
  softmax,
  upsample1d,
  upsample2d,
} from "../../src/index.ts";
import { add } from "../../src/ops.ts";

beforeAll(() => init());

describe("summary", () => {
  it("lists layers, outputs, parameters, multiply-adds and bytes", () => {
    using net = sequential([flatten(), dense(50), relu(), dense(10), softmax()], { input: [28, 28] });
    expect(net.summary()).toBe(
      [
        "layer     output    parameters  multiply-adds  activations",
        "input     [28, 28]",
        "flatten1  [784]              0              0      0 bytes",
        "dense1    [50]          39,250         39,200    400 bytes",
        "relu1     [50]               0              0    200 bytes",
        "dense2    [10]             510            500     80 bytes",
        "softmax1  [10]               0              0     40 bytes",
        "total     float32       39,760         39,700    720 bytes",
        "parameters 155.3 KiB; multiply-adds and activations are those of one sample",
      ].join("\n"),
    );
  });

  it("lists what is kept besides, and in float64 twice the bytes", () => {
    const kept = layer("kept", (x, { state }) => add(x, state("mean", [3], 0).value));
    using net = sequential([dense(3), kept], { input: [2], dtype: "float64" });
    expect(net.summary()).toBe(
      [
        "layer   output   parameters  state  multiply-adds  activations",
        "input   [2]",
        "dense1  [3]               9      0              6     48 bytes",
        "kept1   [3]               0      3              0     24 bytes",
        "total   float64           9      3              6     72 bytes",
        "parameters 72 bytes, state 24 bytes; multiply-adds and activations are those of one sample",
      ].join("\n"),
    );
  });
});

describe("multiply-adds and activations of one sample", () => {
  const images = [6, 5, 4];
  const signals = [7, 4];
  test.each<[what: string, layer: Layer, input: number[], multiplyAdds: number, elements: number]>([
    // Each element of the kernel at each place of the output.
    ["conv2d", conv2d(3, { kernel: 3, bias: false }), images, 3 * 3 * 4 * 3 * (4 * 3), 4 * 3 * 3],
    [
      "conv2d in groups",
      conv2d(6, { kernel: [1, 2], groups: 2, bias: false }),
      images,
      1 * 2 * 2 * 6 * (6 * 4),
      6 * 4 * 6,
    ],
    ["conv1d", conv1d(3, { kernel: 2, bias: false }), signals, 2 * 4 * 3 * 6, 6 * 3],
    [
      "depthwiseConv2d",
      depthwiseConv2d({ kernel: 3, padding: "same", bias: false }),
      images,
      3 * 3 * 4 * (6 * 5),
      6 * 5 * 4,
    ],
    [
      "separableConv2d",
      separableConv2d(3, { kernel: 3, padding: "same", bias: false }),
      images,
      3 * 3 * 4 * (6 * 5) + 4 * 3 * (6 * 5),
      6 * 5 * 4 + 6 * 5 * 3,
    ],
    // Each element of the kernel at each place of the input.
    [
      "convTranspose2d",
      convTranspose2d(3, { kernel: 2, stride: 2, bias: false }),
      images,
      2 * 2 * 3 * 4 * (6 * 5),
      12 * 10 * 3,
    ],
    // Each element of a window.
    ["avgPool2d", avgPool2d(2), images, 2 * 2 * (3 * 2 * 4), 3 * 2 * 4],
    ["avgPool1d", avgPool1d(3), signals, 3 * (2 * 4), 2 * 4],
    ["globalAvgPool2d", globalAvgPool2d(), images, 6 * 5 * 4, 4],
    ["globalAvgPool1d", globalAvgPool1d(), signals, 7 * 4, 4],
    // Of two neighbours, along each axis.
    [
      "upsample2d, bilinear",
      upsample2d(2, { interpolation: "bilinear" }),
      images,
      2 * (12 * 5 * 4) + 2 * (12 * 10 * 4),
      12 * 5 * 4 + 12 * 10 * 4,
    ],
    ["upsample1d, linear", upsample1d(3, { interpolation: "linear" }), signals, 2 * (21 * 4), 21 * 4],
    // Nothing but comparisons and copies; where maxima stood is of training.
    ["maxPool2d", maxPool2d(2), images, 0, 3 * 2 * 4],
    ["globalMaxPool2d", globalMaxPool2d(), images, 0, 4],
    ["upsample2d", upsample2d(2), images, 0, 12 * 10 * 4],
    ["permute", permute([3, 1, 2]), images, 0, 6 * 5 * 4],
    ["dropout", dropout(), images, 0, 0],
    ["relu", relu(), images, 0, 6 * 5 * 4],
    // (x − mean)·factor + shift, factor being gamma / √(variance + epsilon) of each channel; and with sums and squares before.
    ["batchNorm", batchNorm({ scale: false, shift: false }), images, 6 * 5 * 4, 6 * 5 * 4 + 5 * 4],
    ["layerNorm", layerNorm({ scale: false, shift: false }), images, 3 * 6 * 5 * 4, 6 * 5 * 4 + 2 * 4],
    ["groupNorm", groupNorm(2, { scale: false, shift: false }), images, 3 * 6 * 5 * 4, 6 * 5 * 4 + 2 * 4],
    ["residual", residual(conv2d(4, { kernel: 1, bias: false })), images, 4 * 4 * (6 * 5), 2 * 6 * 5 * 4],
  ])("%s", (_, layer, input, multiplyAdds, elements) => {
    using net = sequential([layer], { input });
    const row = net
      .summary()
      .split("\n")
      .find((line) => line.startsWith("total"));
    const [, , , ...numbers] = row!.split(/ {2,}/);
    expect(numbers.slice(-2)).toEqual([multiplyAdds.toLocaleString("en-US"), bytes(4 * elements)]);
  });

  const bytes = (n: number) => (n < 1024 ? `${n} bytes` : `${(n / 1024).toFixed(1)} KiB`);
});
