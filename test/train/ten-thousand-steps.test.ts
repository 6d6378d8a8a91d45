// Memory over long runs: of training, whatever the network is made of, and of a thousand calls one after another.

import { beforeAll, describe, expect, test } from "vitest";
import {
  avgPool1d,
  avgPool2d,
  batchNorm,
  conv1d,
  conv2d,
  convTranspose2d,
  crossEntropy,
  type Dataset,
  dense,
  depthwiseConv2d,
  dropout,
  flatten,
  globalAvgPool1d,
  globalAvgPool2d,
  globalMaxPool2d,
  groupNorm,
  he,
  init,
  type Layer,
  type Loss,
  layerNorm,
  maxPool1d,
  maxPool2d,
  memoryReport,
  model,
  momentum,
  permute,
  relu,
  reshape,
  residual,
  separableConv2d,
  sequential,
  sgd,
  spatialDropout,
  type Tensor,
  tensor,
  trainStep,
  upsample1d,
  upsample2d,
} from "../../src/index.ts";
import { concatenate } from "../../src/ops.ts";
import type { AnyNetwork } from "../../src/train/network.ts";
import { gc } from "../runtime/garbage.ts";
import { blobs } from "./blobs.ts";

beforeAll(() => init());

const N = 48;
const { x, t } = blobs(N);
/** The same bytes as images of 4×4, of which each shows a point four times. */
const images = tensor(
  Uint8Array.from({ length: 16 * N }, (_, i) => x.data[2 * (i >> 4) + (i & 1)]!),
  [N, 4, 4, 1],
);
const signals = tensor(images.data, [N, 8, 2]);

const last = () => [flatten(), dense(3, { weight: he() })];
const same = { kernel: 3, padding: "same", weight: he() } as const;

/** Of images, or of signals. */
const kinds: Readonly<Record<string, () => readonly Layer[]>> = {
  dense: () => [flatten(), dense(8, { weight: he() }), relu(), ...last()],
  convolutional: () => [
    conv2d(2, same),
    relu(),
    maxPool2d(),
    conv2d(3, { kernel: 2, weight: he() }),
    relu(),
    ...last(),
  ],
  "in groups, dilated and with strides": () => [
    conv2d(4, { ...same, stride: 2 }),
    conv2d(4, { ...same, groups: 2, dilation: 2 }),
    ...last(),
  ],
  "batch normalization and dropout": () => [
    conv2d(2, same),
    batchNorm(),
    relu(),
    spatialDropout(0.2),
    dropout(0.2),
    ...last(),
    batchNorm(),
  ],
  "layer and group normalization": () => [conv2d(4, same), groupNorm(2), relu(), layerNorm(), ...last()],
  residual: () => [
    conv2d(2, same),
    residual(batchNorm(), relu(), conv2d(2, same)),
    residual(conv2d(3, { kernel: 1 }), { shortcut: conv2d(3, { kernel: 1 }) }),
    globalAvgPool2d(),
    ...last(),
  ],
  "depthwise, separable and transposed": () => [
    depthwiseConv2d({ ...same, multiplier: 2 }),
    separableConv2d(3, { kernel: 3 }),
    convTranspose2d(2, { kernel: 2, stride: 2, weight: he() }),
    globalMaxPool2d(),
    ...last(),
  ],
  "averages and enlarged images": () => [
    avgPool2d(2, { stride: 1, padding: "same" }),
    upsample2d(2, { interpolation: "bilinear" }),
    upsample2d([1, 2]),
    maxPool2d(3, { stride: 2 }),
    permute([3, 1, 2]),
    ...last(),
  ],
};
const ofSignals = (): readonly Layer[] => [
  conv1d(3, { kernel: 3, padding: "same", weight: he() }),
  maxPool1d(3, { stride: 2, padding: 1 }),
  avgPool1d(2),
  upsample1d(2, { interpolation: "linear" }),
  upsample1d(),
  reshape([4, 6]),
  globalAvgPool1d(),
  ...last(),
];
const two = () =>
  model(
    ({ image, signal }, apply) => {
      const ofImage = apply(relu(), apply(conv2d(2, same), image));
      const ofSignal = apply(relu(), apply(conv1d(2, { kernel: 3, weight: he() }), signal));
      const both = concatenate([apply(flatten(), ofImage), apply(flatten(), ofSignal)], { axis: 1 });
      return { class: apply(dense(3, { weight: he() }), both) };
    },
    { inputs: { image: [4, 4, 1], signal: [8, 2] } },
  );

interface Trained {
  readonly net: AnyNetwork;
  readonly data: Dataset & { readonly scale: number };
  readonly loss: Loss;
}

const trained: readonly (readonly [kind: string, make: () => Trained])[] = [
  ...Object.entries(kinds).map(([kind, layers]) => [kind, () => alone(layers(), images)] as const),
  ["signals", () => alone(ofSignals(), signals)],
  [
    "two inputs",
    () => {
      const bytes = { image: 1 / 255, signal: 1 / 255 };
      const data = { x: { image: images, signal: signals }, t: { class: t }, scale: bytes };
      return { net: two(), data: data as never, loss: { class: crossEntropy() } as never };
    },
  ],
];

function alone(layers: readonly Layer[], of: Tensor): Trained {
  const net = sequential(layers, { input: of.shape.slice(1) });
  return { net, data: { x: of, t, scale: 1 / 255 }, loss: crossEntropy() };
}

/** Bytes of JavaScript's heap that `run` allocates, and those that stay. */
async function garbage(run: () => unknown): Promise<{ allocated: number; kept: number }> {
  gc();
  const used = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  await run();
  const allocated = used() - before;
  gc();
  return { allocated, kept: used() - before };
}

/** The same of several times, until no more stays than that: V8 keeps what it learns about code, for a while, but what leaks does so every time. */
async function leastGarbage(most: number, run: () => unknown): Promise<{ allocated: number; kept: number }> {
  let least = await garbage(run);
  for (let times = 1; times < 6 && least.kept >= most; times++) {
    const again = await garbage(run);
    if (again.kept < least.kept) least = again;
  }
  return least;
}

describe("ten thousand steps take no memory and leave no garbage, beyond the losses in the history", () => {
  test.each(trained)("%s", async (_, make) => {
    const { net, data, loss } = make();
    using _net = net;
    const optimizer = momentum({ lr: 0.001 });
    const fit = (steps: number) => net.fit(data, { loss, optimizer, batchSize: 8, steps });
    await fit(2000);
    const { held, capacity } = memoryReport();
    const { allocated, kept } = await leastGarbage(20 * 10_000, async () => {
      expect((await fit(10_000)).loss).toHaveLength(10_000);
    });
    expect(memoryReport()).toMatchObject({ held, capacity });
    // A loss takes 8 bytes, and 8 to 24 more while its array grows; numbers that are read from objects are garbage until V8 has optimized
    // that; what else there is comes with each slice, of fewer steps where they take longer.
    expect(allocated / 10_000).toBeLessThan(500);
    expect(kept / 10_000).toBeLessThan(20);
  });
});

describe("hundreds of calls of each kind hold what the first ones did", () => {
  const some = ["convolutional", "batch normalization and dropout", "two inputs"];
  test.each(trained.filter(([kind]) => some.includes(kind)))("%s", async (_, make) => {
    const { net, data, loss } = make();
    using _net = net;
    const { x, t } = data;
    const optimizer = sgd({ lr: 0.001 });
    const calls = async (times: number) => {
      for (let i = 0; i < times; i++) {
        net.predict(x);
        net.loss(x, t, loss);
        net.gradient(x, t, loss);
        net.accuracy(x, t, loss);
        trainStep(net, x, t, { optimizer, loss });
        await net.evaluate(data, { loss });
      }
    };
    await calls(50);
    const { held, capacity } = memoryReport();
    // Less than one of the outputs that each call gives.
    const { kept } = await leastGarbage(200 * 800, () => calls(200));
    expect(kept / 200).toBeLessThan(800);
    expect(memoryReport()).toMatchObject({ held, capacity });
  });
});
