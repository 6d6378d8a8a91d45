// What files must be that networks are made of, and what is said of others.

import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it, test } from "vitest";
import {
  adam,
  avgPool1d,
  avgPool2d,
  batchNorm,
  checkpoint,
  constant,
  conv1d,
  conv2d,
  convTranspose2d,
  crossEntropy,
  DataError,
  dense,
  depthwiseConv2d,
  dropout,
  groupNorm,
  identity,
  init,
  type Layer,
  layer,
  layerNorm,
  load,
  maxPool1d,
  maxPool2d,
  memoryReport,
  type Network,
  normal,
  OptionError,
  permute,
  relu,
  reshape,
  residual,
  restore,
  type SequentialOptions,
  StateError,
  save,
  separableConv2d,
  sequential,
  sgd,
  spatialDropout,
  tanh,
  tensor,
  upsample1d,
  upsample2d,
} from "../../../src/index.ts";
import { FileError, parse, serialize } from "../../../src/io/index.ts";
import { add, scale, sum } from "../../../src/ops.ts";
import { size } from "../../../src/tensor.ts";
import { makers } from "../../../src/train/checkpoint/rebuild.ts";
import { checkedMessage, generator } from "../../fuzz/damaged-files.ts";
import { blobs } from "../blobs.ts";
import { expectError, expectRejection } from "../expect-error.ts";

beforeAll(() => init());

const make = (layers: Layer[] = [dense(4), relu(), dense(3)], options: Partial<SequentialOptions> = {}) =>
  sequential(layers, { input: [2], seed: 1, ...options });

// biome-ignore lint/suspicious/noExplicitAny: whatever a file says
type Json = any;

/** A sound checkpoint, perhaps of a network that was trained, with something changed. */
async function edited(edit: (about: Json, tensors: Record<string, Json>) => unknown, trained = false) {
  using net = make();
  if (trained) await net.fit(blobs(20), { loss: crossEntropy(), optimizer: adam(), steps: 3 });
  const { tensors, metadata } = parse(checkpoint(net));
  const about = JSON.parse(metadata.kobai!);
  const replaced = edit(about, tensors);
  return serialize(tensors, {
    kobai: typeof replaced === "string" ? replaced : JSON.stringify(replaced ?? about),
  });
}

describe("load refuses", () => {
  it("a file of weights, and says what to do with it", async () => {
    using net = make();
    await expectRejection(
      load(serialize(net.params)),
      DataError,
      "load: holds tensors, but is no checkpoint, such as save(net, path) writes; for weights use net.load((await loadSafetensors(path)).tensors)",
    );
  });

  test.each<[string, (about: Json, tensors: Record<string, Json>) => unknown, string]>([
    ["no JSON", () => "{", 'load: its metadata "kobai" is no JSON'],
    ["another thing", () => [1], "load: is a checkpoint of version undefined; kobai 0.1.0 reads version 1"],
    [
      "a later version",
      (about) => {
        about.version = 2;
        about.kobai = "7.8.9";
      },
      "load: is a checkpoint of version 2, which kobai 7.8.9 wrote; kobai 0.1.0 reads version 1: update kobai",
    ],
    [
      "a version that never was",
      (about) => {
        about.version = 0;
        about.kobai = {};
      },
      "load: is a checkpoint of version 0; kobai 0.1.0 reads version 1",
    ],
    [
      "an unknown field",
      (about) => {
        about.input = 1;
      },
      'load: the checkpoint: there is no option "input"; did you mean inputs?',
    ],
    [
      "no shape",
      (about) => {
        about.inputs[0].shape = [0];
      },
      "load: the checkpoint: inputs must be a list of names and shapes; got an array of 1",
    ],
    [
      "no input",
      (about) => {
        delete about.inputs;
      },
      "load: the checkpoint: inputs must be a list of names and shapes; got undefined",
    ],
    [
      "another type",
      (about) => {
        about.dtype = "int32";
      },
      'load: the checkpoint: dtype must be "float32" or "float64"; got "int32"',
    ],
    [
      "a bad seed",
      (about) => {
        about.seed = -1;
      },
      "load: the checkpoint: seed must be a whole number from 0 to 2^53 - 1; got -1",
    ],
    [
      "bad layers",
      (about) => {
        about.layers = [1];
      },
      "load: the checkpoint: layers must be a list of layers; got [1]",
    ],
    [
      "a bad step",
      (about) => {
        about.training.step = 0.5;
      },
      "load: training: step must be a whole number of at least 0; got 0.5",
    ],
    [
      "a bad scale",
      (about) => {
        about.training.scales = ["1"];
      },
      'load: training: scales must be a list of finite numbers; got ["1"]',
    ],
    [
      "scales too many",
      (about) => {
        about.training.scales = [1, 1];
      },
      "load: does not fit the network: it has 2 scales for 1 inputs",
    ],
    [
      "losses that are none",
      (about) => {
        about.training.losses = { name: "crossEntropy", weight: 0 };
      },
      "load: losses: weight must be a number above 0; got 0",
    ],
    [
      "a loss of no output",
      (about) => {
        about.training.losses = { z: { name: "crossEntropy", weight: 1 } };
      },
      expect.stringMatching(/^load: losses: loss must be a loss/) as never,
    ],
    [
      "class names that are none",
      (about) => {
        about.training.classNames = ["a", 1, "b"];
      },
      'load: training: classNames must be a list of 3 names; got ["a", 1, "b"]',
    ],
    [
      "class names too few",
      (about) => {
        about.training.classNames = ["a", "b"];
      },
      'load: training: classNames must be a list of 3 names; got ["a", "b"]',
    ],
    [
      "what no callback remembers",
      (about) => {
        about.training.callbacks = [{ name: "earlyStopping", weights: false }];
      },
      "load: callbacks[0]: value must be what it remembers; got undefined",
    ],
    [
      "best weights that are not there",
      (about) => {
        about.training.callbacks = [{ name: "earlyStopping", value: {}, weights: true }];
      },
      'load: does not fit the network: "callback.0.dense1.weight" is missing in the file',
    ],
    [
      "bad epochs",
      (about) => {
        about.training.epochs.place = null;
      },
      "load: epochs: place must be a whole number of at least 0; got null",
    ],
    [
      "a bad optimizer",
      (about) => {
        about.training.optimizer.regions = ["m", "m"];
      },
      'load: optimizer: regions must be a list of the names of up to 8 regions; got ["m", "m"]',
    ],
    [
      "an unknown layer",
      (about) => {
        about.layers[1].kind = "relu7";
      },
      expect.stringMatching(/^load: there is no layer "relu7"; this version of kobai knows .*dense/) as never,
    ],
    [
      "an initializer",
      (about) => {
        about.layers[1] = { kind: "he", options: {} };
      },
      'load: "he" is no layer',
    ],
    [
      "a layer's bad options",
      (about) => {
        about.layers[0].options.units = "4";
      },
      'load: dense: units must be a whole number of at least 1; got "4"',
    ],
    [
      "no layers",
      (about) => {
        about.layers = [];
      },
      expect.stringMatching(/^load: sequential: /) as never,
    ],
    [
      "layers that do not fit each other",
      (about) => {
        about.inputs[0].shape = [2, 2];
      },
      expect.stringMatching(/^load: dense1?: /) as never,
    ],
    [
      "another output",
      (about) => {
        about.outputs[0].shape = [4];
      },
      "load: does not fit the network: the file's network gives [4], this one [3]",
    ],
    [
      "no sequence",
      (about) => {
        about.madeBy = "model";
      },
      "load: cannot say what its network does: it was made by model, whose function is code. Make the network by the code that made it, and restore(net, file)",
    ],
    [
      "a tensor too few",
      (_, tensors) => {
        delete tensors["dense2.bias"];
      },
      'load: does not fit the network: "dense2.bias" is missing in the file',
    ],
    [
      "a tensor too many",
      (_, tensors) => {
        tensors.more = tensor([1]);
      },
      'load: does not fit the network: it has nothing called "more"',
    ],
    [
      "another shape",
      (_, tensors) => {
        tensors["dense1.bias"] = tensor([1]);
      },
      'load: does not fit the network: "dense1.bias" is [1] in the file and [4] here',
    ],
    [
      "another element type",
      (_, tensors) => {
        tensors["dense1.bias"] = tensor([1, 2, 3, 4], [4], "float64");
      },
      'load: does not fit the network: "dense1.bias" is float64 in the file and float32 here',
    ],
    [
      "infinity",
      (_, tensors) => {
        tensors["dense1.bias"].data[2] = Infinity;
      },
      'load: does not fit the network: element 2 of "dense1.bias" is Infinity',
    ],
    [
      "state too little",
      (_, tensors) => {
        delete tensors["optimizer.v.dense2.bias"];
      },
      'load: does not fit the network: "optimizer.v.dense2.bias" is missing in the file',
    ],
  ])("%s", async (_, edit, message) => {
    const before = memoryReport().held;
    await expectRejection(load(await edited(edit, true)), DataError, message);
    expect(memoryReport().held).toBe(before);
  });

  it("layers nested without end", async () => {
    let options: Json = {};
    for (let i = 0; i < 1000; i++) options = { kind: "relu", options: { inner: options } };
    const file = await edited((about) => {
      about.layers[1] = options;
    });
    await expectRejection(
      load(file),
      DataError,
      "load: its layers are nested deeper than those of any network",
    );
  });

  it("layers of one's own", async () => {
    using net = make([dense(3), layer("mine", (x) => x)]);
    await expectRejection(
      load(checkpoint(net)),
      DataError,
      'load: cannot say what its network does: layer 2, "mine", is one of a user\'s own. Make the network by the code that made it, and restore(net, file)',
    );
  });

  it("what is no file", async () => {
    await expectRejection(
      load(new Uint8Array(3)),
      DataError,
      "load: truncated: it ends after 3 of the 8 bytes of the header length",
    );
    await expect(load("no/such/file")).rejects.toThrow(FileError);
    await expect(load(7 as never)).rejects.toThrow(DataError);
    await expect(load("")).rejects.toThrow(OptionError);
    await expect(load("https://example.org/net")).rejects.toThrow(
      "fetch the file, and load(await response.arrayBuffer())",
    );
  });
});

describe("restore names the first difference:", () => {
  test.each<[string, () => Network, string]>([
    ["the input", () => make([dense(4)], { input: [3] }), "the file's network takes [2], this one [3]"],
    [
      "the type",
      () => make(undefined, { dtype: "float64" }),
      'the file\'s network computes in float32, this one in float64: make it with { dtype: "float32" }',
    ],
    [
      "a layer's options",
      () => make([dense(5), relu(), dense(3)]),
      'layer 1 is dense({"units":4}) in the file and dense({"units":5}) here',
    ],
    [
      "a layer's kind",
      () => make([dense(4), tanh(), dense(3)]),
      "layer 2 is relu() in the file and tanh() here",
    ],
    [
      "a layer of one's own",
      () => make([dense(4), layer("mine", (x) => x), dense(3)]),
      'layer 2 is relu() in the file and "mine", a layer of one\'s own, here',
    ],
    [
      "a layer too many",
      () => make([dense(4), relu(), dense(3), identity()]),
      "layer 4 is missing in the file and identity() here",
    ],
    [
      "a layer too few",
      () => make([dense(4), relu()]),
      'layer 3 is dense({"units":3}) in the file and missing here',
    ],
    [
      "the seed",
      () => make(undefined, { seed: 2 }),
      "the file's network has the seed 1, this one 2: make it with { seed: 1 }",
    ],
  ])("%s", async (_, other, difference) => {
    using net = make();
    const file = checkpoint(net);
    using another = other();
    const before = await net.evaluate(blobs(5)).then(() => checkpoint(another));
    await expectRejection(
      restore(another, file),
      DataError,
      `restore: does not fit the network: ${difference}`,
    );
    expect(checkpoint(another)).toEqual(before);
  });

  it("what parameters a layer of one's own has", async () => {
    const own = (n: number) =>
      make([layer("own", (x, { parameter }) => add(x, scale(sum(parameter("w", [n], constant(1))), 0)))]);
    using net = own(2);
    using other = own(3);
    await expectRejection(
      restore(other, checkpoint(net)),
      DataError,
      'restore: does not fit the network: "own1.w" is [2] in the file and [3] here',
    );
  });

  it("how parameters start is none", async () => {
    using net = make();
    using other = make([
      dense(4, { weight: constant(1), bias: () => ({ kind: "constant", value: 2 }) }),
      relu(),
      dense(3),
    ]);
    await restore(other, checkpoint(net));
    expect(other.params["dense1.weight"]).toEqual(net.params["dense1.weight"]);
    using again = await load(checkpoint(other));
    expect(again.params["dense1.bias"]).toEqual(net.params["dense1.bias"]);
  });
});

describe("networks that are busy or gone", () => {
  it("a network that is being trained is not restored", async () => {
    using net = make();
    const file = checkpoint(net);
    const fitted = net.fit(blobs(20), { loss: crossEntropy(), optimizer: adam(), steps: 3 });
    await expectRejection(
      restore(net, file),
      StateError,
      "restore: this network is being trained; await that fit first",
    );
    await fitted;
  });

  it("a network that was disposed of is neither saved nor restored", async () => {
    const net = make();
    const file = checkpoint(net);
    net.dispose();
    expect(() => checkpoint(net)).toThrow(StateError);
    await expect(save(net, "x")).rejects.toThrow(StateError);
    await expect(restore(net, file)).rejects.toThrow(StateError);
  });

  test.each([undefined, {}, "net"])("%s is no network", async (value) => {
    expect(() => checkpoint(value as never)).toThrow(
      "checkpoint: net must be a network, such as sequential(…) makes",
    );
    await expect(save(value as never, "x")).rejects.toThrow(OptionError);
    await expect(restore(value as never, new Uint8Array(1))).rejects.toThrow(OptionError);
  });
});

test("files that are damaged anywhere make an error of ours, or a network", async () => {
  using net = make();
  await net.fit(blobs(20), { loss: crossEntropy(), optimizer: adam(), steps: 3 });
  const sound = checkpoint(net);
  const header = Number(new DataView(sound.buffer).getBigUint64(0, true));
  const before = memoryReport().held;
  const random = generator(1);
  for (let i = 0; i < 500; i++) {
    const bytes = sound.slice();
    // Most of it is the header, where the damage is of interest.
    for (let n = random(3); n >= 0; n--) bytes[random(header + 100)] = 32 + random(95);
    const made = await load(bytes).catch((error: unknown) => void checkedMessage(error));
    made?.dispose();
  }
  expect(memoryReport().held).toBe(before);
});

describe("every layer of kobai's", () => {
  /** With something to work on, and options other than by default. */
  const networks: Readonly<Record<string, readonly [input: number[], () => Layer]>> = {
    ...Object.fromEntries(
      ["relu", "sigmoid", "tanh", "softmax", "identity", "flatten"].map((name) => [
        name,
        [[3], () => makers[name]!({}) as Layer],
      ]),
    ),
    dense: [[3], () => dense(2, { weight: normal({ std: 2 }), bias: false })],
    dropout: [[3], () => dropout(0.25)],
    spatialDropout: [[2, 3], () => spatialDropout(0.25)],
    batchNorm: [[3], () => batchNorm({ epsilon: 0.1, momentum: 0.5 })],
    layerNorm: [[3], () => layerNorm({ epsilon: 0.1 })],
    groupNorm: [[4], () => groupNorm(2, { epsilon: 0.1 })],
    conv2d: [[4, 4, 2], () => conv2d(3, { kernel: [2, 1], stride: 2, padding: 1 })],
    depthwiseConv2d: [[4, 4, 2], () => depthwiseConv2d({ kernel: 2, multiplier: 3 })],
    separableConv2d: [[4, 4, 2], () => separableConv2d(3, { kernel: 2, bias: false })],
    convTranspose2d: [[2, 2, 2], () => convTranspose2d(3, { kernel: 2, stride: 2 })],
    conv1d: [[4, 2], () => conv1d(3, { kernel: 2, padding: "same" })],
    maxPool2d: [[4, 4, 2], () => maxPool2d([2, 1], { stride: 1 })],
    avgPool2d: [[4, 4, 2], () => avgPool2d(3, { padding: 1, countPadding: true })],
    maxPool1d: [[4, 2], () => maxPool1d(3, { stride: 1 })],
    avgPool1d: [[4, 2], () => avgPool1d(2)],
    ...Object.fromEntries(
      ["globalAvgPool2d", "globalMaxPool2d"].map((name) => [
        name,
        [[4, 4, 2], () => makers[name]!({}) as Layer],
      ]),
    ),
    ...Object.fromEntries(
      ["globalAvgPool1d", "globalMaxPool1d"].map((name) => [
        name,
        [[4, 2], () => makers[name]!({}) as Layer],
      ]),
    ),
    residual: [[3], () => residual(dense(3), relu())],
    reshape: [[6], () => reshape([2, 3])],
    permute: [[2, 3], () => permute([2, 1])],
    upsample2d: [[2, 2, 1], () => upsample2d([1, 2])],
    upsample1d: [[2, 1], () => upsample1d(3)],
  };

  test.each(Object.entries(networks))("%s is made again", async (kind, [input, each]) => {
    using net = sequential([each()], { input, seed: 1 });
    const values = Float32Array.from({ length: size(input) }, (_, i) => Math.sin(i));
    using again = await load(checkpoint(net));
    expect(again.summary()).toBe(net.summary());
    expect(again.summary()).toContain(kind);
    const x = tensor(values, input);
    expect(again.predict(x)).toEqual(net.predict(x));
    const made = (layer: Network) => describeLayers(checkpoint(layer));
    expect(made(again)).toEqual(made(net));
  });

  it("is tried, and can be made by a file", async () => {
    const files = readdirSync("src/nn/layers").filter((name) => name !== "layer.ts");
    const modules = await Promise.all(
      files.map((name) => import(`../../../src/nn/layers/${name.slice(0, -3)}.ts`)),
    );
    const kinds = modules.flatMap((each) => Object.keys(each));
    expect(kinds.length).toBeGreaterThan(15);
    expect(Object.keys(makers)).toEqual(expect.arrayContaining(kinds));
    expect(Object.keys(networks).sort()).toEqual(kinds.sort());
  });
});

function describeLayers(file: Uint8Array<ArrayBuffer>): unknown {
  return JSON.parse(parse(file).metadata.kobai!).layers;
}

test.each([{ best: Number.POSITIVE_INFINITY }, { best: "0.1" }, Promise.resolve({})])(
  "a schedule's state that no file can hold is not saved: %s",
  async (state) => {
    using net = make();
    const data = blobs(20);
    const lr = Object.assign(() => 0.1, { next: () => state as never });
    await net.fit(data, {
      loss: crossEntropy(),
      optimizer: sgd({ lr }),
      steps: 2,
      evaluate: { data, every: 1 },
    });
    expectError(
      () => checkpoint(net),
      OptionError,
      `checkpoint: what the schedule's next gives must be an object of finite numbers; got ${state instanceof Promise ? "a Promise" : "an object"}`,
    );
  },
);
