// Every door of kobai: the functions and methods that take something from a caller, with arguments that are right.

import * as book from "../../src/book/index.ts";
import type { Value } from "../../src/graph/value.ts";
import * as kobai from "../../src/index.ts";
import * as numeric from "../../src/numeric/index.ts";
import * as ops from "../../src/ops.ts";
import { binaryKinds, unaryKinds } from "../reference/elementwise.ts";

/** How to call something: `call` with all of `args`, of which one is replaced by whatever comes. */
export interface Door {
  readonly name: string;
  readonly args: () => readonly unknown[];
  readonly call: (...args: never[]) => unknown;
}

/** An exported function. */
export function door(module: string, exports: object, name: string, ...args: readonly unknown[]): Door {
  return {
    name: `${module}: ${name}`,
    args: () => args,
    call: (exports as Record<string, (...args: never[]) => unknown>)[name]!,
  };
}

const { dense, crossEntropy, sgd, tensor } = kobai;
const data = { x: tensor([[1, 2]]), t: tensor(new Uint8Array([1])) };
const layers = () => [dense(2)];
const fitting = () => ({ loss: crossEntropy(), optimizer: sgd(), steps: 1 });

/** A callback with a state. */
const stateful = (value: unknown) => ({ get: () => value as never, set() {}, onStep() {} });
const network = () => kobai.sequential(layers(), { input: [2] });

/** A method of a network of its own, which is disposed of at the end. */
function method(
  name: string,
  args: () => readonly unknown[],
  call: (net: kobai.Network, ...args: never[]) => unknown,
): Door {
  return {
    name: `Network: ${name}`,
    args,
    async call(...given: never[]) {
      const net = network();
      try {
        return await call(net, ...given);
      } finally {
        net.dispose();
      }
    },
  };
}

/** Those of `fit`, on the main thread and in a worker. */
export const fitOptions = [
  "loss",
  "optimizer",
  "batchSize",
  "steps",
  "epochs",
  "sampling",
  "gradient",
  "h",
  "seed",
  "evaluate",
  "from",
  "weights",
  "callbacks",
  "onProgress",
  "onEvaluate",
  "signal",
] as const;

/** Fields of an options object: each is replaced. */
export function fields(
  name: string,
  options: () => object,
  names: readonly string[],
  call: (options: object) => unknown,
): Door[] {
  return names.map((field) => ({
    name: `${name} { ${field} }`,
    args: () => [undefined],
    call: (value: never) => call({ ...options(), [field]: value }),
  }));
}

async function withNetwork(use: (net: kobai.Network) => unknown): Promise<unknown> {
  const net = network();
  try {
    return await use(net);
  } finally {
    net.dispose();
  }
}

const inLayer =
  (use: (x: Value, ...args: never[]) => unknown) =>
  (...args: never[]) => {
    kobai.sequential([kobai.layer("own", (x) => use(x, ...args) as Value)], { input: [2] }).dispose();
  };

/** An op, called with a symbolic value [batch, 2] and more. */
function op(name: string, ...more: readonly unknown[]): Door[] {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: every op in turn
  const f = ops[name as keyof typeof ops] as (...args: unknown[]) => Value;
  const asOutput = (y: Value, x: Value) => ops.add(x, ops.scale(ops.sum(y), 0));
  return [
    {
      name: `kobai/ops: ${name}, beside a value`,
      args: () => more,
      call: inLayer((x, ...args) => asOutput(f(x, ...args), x)),
    },
    {
      name: `kobai/ops: ${name}`,
      args: () => [undefined],
      call: inLayer((x, first) => asOutput(f(first, ...more.map((each) => (each === VALUE ? x : each))), x)),
    },
  ];
}
/** An op of values of one shape, called with a symbolic value reshaped to [batch, …shape] and more; VALUE stands for one of [2]. */
function opOf(name: string, shape: readonly number[], ...more: readonly unknown[]): Door {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: every op in turn
  const f = ops[name as keyof typeof ops] as (...args: unknown[]) => Value | ops.BatchNorm;
  return {
    name: `kobai/ops: ${name}`,
    args: () => more,
    call: inLayer((x, ...args) => {
      const channels = ops.mean(x, { axis: 0 });
      const y = f(
        ops.reshape(x, [x.shape[0]!, ...shape]),
        ...args.map((each) => (each === VALUE ? channels : each)),
      );
      return ops.add(x, ops.scale(ops.sum("y" in y ? y.y : y), 0));
    }),
  };
}

/** A class of the book's: made, and each of its methods called. */
function made(
  name: keyof typeof book,
  args: readonly unknown[],
  methods: Readonly<Record<string, readonly unknown[]>>,
): Door[] {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: every class in turn
  const Made = book[name] as unknown as new (
    ...args: readonly unknown[]
  ) => Record<string, (...args: never[]) => unknown>;
  const dispose = (object: Record<string, (...args: never[]) => unknown>) => object.dispose?.();
  return [
    {
      name: `kobai/book: ${name}`,
      args: () => args,
      call: (...given: never[]) => dispose(new Made(...given)),
    },
    ...Object.entries(methods).map(([method, right]) => ({
      name: `kobai/book: ${name}, ${method}`,
      args: () => right,
      call: (...given: never[]) => {
        const object = new Made(...args);
        try {
          // What a backward pass needs before it.
          if (method === "backward") object.forward!(...(methods.forward as never[]));
          return object[method]!(...given);
        } finally {
          dispose(object);
        }
      },
    })),
  ];
}

/** A call of a network with named inputs and outputs, each argument and each named part of it in turn. */
function modelDoors(name: string): Door[] {
  const x = { a: data.x, b: data.x };
  const t = { kind: data.t, size: data.x };
  const losses = { kind: crossEntropy(), size: { loss: kobai.meanSquaredError(), weight: 2 } };
  const right: Record<string, readonly unknown[]> = {
    predict: [x],
    loss: [x, t, losses],
    evaluate: [
      { x, t },
      { loss: losses, metrics: { kind: ["loss"] } },
    ],
    fit: [
      { x, t },
      { ...fitting(), loss: losses },
    ],
    scale: [{ a: 1 }],
    classNames: [{ kind: ["no", "yes"] }],
  };
  const call = async (...args: never[]) => {
    const net = kobai.model(
      ({ a, b }, apply) => {
        const y = apply(dense(2), ops.add(a!, b!));
        return { kind: y, size: y };
      },
      { inputs: { a: [2], b: [2] } },
    ) as unknown as Record<string, unknown> & kobai.Network;
    try {
      if (name === "scale" || name === "classNames") net[name] = args[0]!;
      else return await (net[name] as (...args: never[]) => unknown).call(net, ...args);
    } finally {
      net.dispose();
    }
  };
  const args = right[name]!;
  const parts = args.flatMap((whole, index) =>
    Object.keys(whole as object).map(
      (part): Door => ({
        name: `Model: ${name}, argument ${index + 1} { ${part} }`,
        args: () => [undefined],
        call: (value: never) =>
          call(
            ...(args.map((each, i) =>
              i === index ? { ...(each as object), [part]: value } : each,
            ) as never[]),
          ),
      }),
    ),
  );
  return [{ name: `Model: ${name}`, args: () => args, call }, ...parts];
}
const optimizers = [
  "sgd",
  "momentum",
  "nesterov",
  "adaGrad",
  "rmsprop",
  "adadelta",
  "adam",
  "amsgrad",
  "adamw",
  "nadam",
  "radam",
  "adamax",
  "lion",
];

/** Schedules, with options that are right. */
const schedules: Readonly<Record<string, object>> = {
  stepDecay: { from: 1, every: 2, gamma: 0.5 },
  exponential: { from: 1, gamma: 0.5, every: 2 },
  polynomial: { from: 1, steps: 2, to: 0, power: 1 },
  cosine: { from: 1, steps: 2, to: 0, restart: 1 },
  oneCycle: { max: 1, steps: 2, up: 0.5, divide: 2, divideLast: 2 },
  warmUp: { steps: 2, to: 1, factor: 0 },
  plateau: { from: 1 },
};

/** Stands for the layer's input. */
const VALUE = Symbol("value");

/** What the book's trainer trains. */
const learner: book.Learner = {
  params: { w: tensor([1]) },
  gradient: () => ({ w: tensor([0]) }),
  loss: () => 0,
  accuracy: () => 1,
};

const DEEP = [1, 1, 1, 1, 1, 1].map((filterNum) => ({ filterNum, filterSize: 3, pad: 2 }));

export const doors: readonly Door[] = [
  ...["normal", "uniform", "zeros", "xavier", "he"].map((name) => door("kobai", kobai, name, undefined)),
  door("kobai", kobai, "constant", 1),
  door("kobai", kobai, "bernoulli", { probability: 0.5 }),
  ...fields(
    "kobai: bernoulli",
    () => ({ probability: 0.5 }),
    ["probability", "value"],
    (options) => kobai.bernoulli(options as { probability: number }),
  ),
  ...optimizers.map((name) => door("kobai", kobai, name, {})),
  ...optimizers.flatMap((name) =>
    fields(
      `kobai: ${name}`,
      () => ({}),
      ["lr", "with", "momentum", "epsilon", "beta1", "rho", "weightDecay", "momentumDecay", "corrected"],
      (options) => (kobai as unknown as Record<string, (options: object) => unknown>)[name]!(options),
    ),
  ),
  ...["clipByValue", "clipByNorm", "clipByGlobalNorm", "accumulate", "movingAverage", "frozen"].map((name) =>
    door("kobai", kobai, name, 1),
  ),
  door("kobai", kobai, "weightDecay", 1, {}),
  door("kobai", kobai, "group", "bias", {}),
  ...Object.entries(schedules).flatMap(([name, right]) => [
    door("kobai", kobai, name, right),
    ...fields(
      `kobai: ${name}`,
      () => right,
      Object.keys(right),
      (options) => (kobai as unknown as Record<string, (options: object) => unknown>)[name]!(options),
    ),
  ]),
  door("kobai", kobai, "averaged", undefined),
  door("kobai", kobai, "swapAverage", undefined),
  ...fields(
    "kobai: plateau",
    () => ({ from: 1 }),
    ["factor", "patience", "threshold", "cooldown", "to", "data", "metric", "mode"],
    (options) => kobai.plateau(options as { from: number }),
  ),
  {
    name: "kobai: what a schedule gives",
    args: () => [1],
    call: (value: never) =>
      withNetwork((net) => net.fit(data, { ...fitting(), optimizer: sgd({ lr: () => value }) })),
  },
  ...fields(
    "Network: fit { optimizer: { with } }",
    () => ({}),
    ["frozen", "group"],
    (given) => {
      const { frozen, group } = given as { frozen?: never; group?: never };
      const extra = group === undefined ? kobai.frozen(frozen!) : kobai.group(group, {});
      return withNetwork((net) => net.fit(data, { ...fitting(), optimizer: sgd({ with: [extra] }) }));
    },
  ),
  {
    name: "kobai: findLearningRate",
    args: () => [undefined, data, { loss: crossEntropy(), steps: 2 }],
    call: (net: kobai.Network | undefined, ...args: [kobai.Dataset, kobai.LearningRateOptions]) =>
      net === undefined
        ? withNetwork((own) => kobai.findLearningRate(own, ...args))
        : kobai.findLearningRate(net, ...args),
  },
  ...fields(
    "kobai: findLearningRate",
    () => ({ loss: crossEntropy(), steps: 2 }),
    ["loss", "optimizer", "from", "to", "steps", "batchSize", "seed", "signal"],
    (options) =>
      withNetwork((net) => kobai.findLearningRate(net, data, options as kobai.LearningRateOptions)),
  ),
  door("kobai/book", book, "updater", sgd()),
  {
    name: "kobai/book: updater, update",
    args: () => [{ w: 1 }, { w: 1 }],
    call: (...given: never[]) =>
      (book.updater(kobai.adamw()).update as (...args: never[]) => void).apply(
        book.updater(kobai.adamw()),
        given,
      ),
  },
  door("kobai", kobai, "dense", 3, {}),
  ...fields(
    "kobai: dense",
    () => ({}),
    ["weight", "bias"],
    (options) => kobai.sequential([dense(2, options)], { input: [2] }).dispose(),
  ),
  ...["relu", "sigmoid", "tanh", "softmax", "identity", "flatten"].map((name) => door("kobai", kobai, name)),
  door("kobai", kobai, "reshape", [2, 1]),
  door("kobai", kobai, "permute", [2, 1]),
  door("kobai", kobai, "dropout", 0.5),
  door("kobai", kobai, "spatialDropout", 0.5),
  ...["maxPool2d", "avgPool2d", "maxPool1d", "avgPool1d"].flatMap((name) => [
    door("kobai", kobai, name, 2, {}),
    ...fields(
      `kobai: ${name}`,
      () => ({}),
      ["stride", "padding", ...(name.startsWith("avg") ? ["countPadding"] : [])],
      (options) => (kobai as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(2, options),
    ),
  ]),
  ...["conv2d", "convTranspose2d", "separableConv2d", "conv1d"].flatMap((name) => [
    door("kobai", kobai, name, 2, { kernel: 1 }),
    ...fields(
      `kobai: ${name}`,
      () => ({ kernel: 1 }),
      ["kernel", "stride", "padding", "dilation", "bias"],
      (options) => (kobai as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(2, options),
    ),
  ]),
  door("kobai", kobai, "depthwiseConv2d", { kernel: 1 }),
  ...fields(
    "kobai: depthwiseConv2d",
    () => ({ kernel: 1 }),
    ["kernel", "multiplier", "weight"],
    (options) =>
      kobai.sequential([kobai.depthwiseConv2d(options as { kernel: 1 })], { input: [1, 1, 2] }).dispose(),
  ),
  ...["upsample2d", "upsample1d"].flatMap((name) => [
    door("kobai", kobai, name, 2, {}),
    ...fields(
      `kobai: ${name}`,
      () => ({}),
      ["interpolation"],
      (options) => (kobai as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(2, options),
    ),
  ]),
  ...["globalAvgPool2d", "globalMaxPool2d", "globalAvgPool1d", "globalMaxPool1d"].map((name) =>
    door("kobai", kobai, name),
  ),
  door("kobai", kobai, "batchNorm", {}),
  door("kobai", kobai, "layerNorm", {}),
  door("kobai", kobai, "groupNorm", 2, {}),
  ...fields(
    "kobai: batchNorm",
    () => ({}),
    ["epsilon", "momentum", "scale", "shift"],
    (options) => kobai.sequential([kobai.batchNorm(options)], { input: [2] }).dispose(),
  ),
  door("kobai", kobai, "layer", "own", (x: Value) => x),
  door("kobai", kobai, "loss", "own", (y: Value) => ops.mean(y), "values"),
  ...["crossEntropy", "sumSquaredError", "meanSquaredError", "binaryCrossEntropy"].map((name) =>
    door("kobai", kobai, name),
  ),
  door("kobai", kobai, "topK", 5, {}),
  door("kobai", kobai, "metric", "own", (y: Value) => ops.mean(y)),
  ...["precision", "recall", "f1"].flatMap((name) =>
    fields(
      `kobai: ${name}`,
      () => ({}),
      ["name", "average", "threshold"],
      (options) => (kobai as unknown as Record<string, (options: object) => unknown>)[name]!(options),
    ),
  ),
  ...[
    "precision",
    "recall",
    "f1",
    "rocAuc",
    "binaryAccuracy",
    "confusionMatrix",
    "mae",
    "mse",
    "rmse",
    "r2",
  ].map((name) => door("kobai", kobai, name, {})),
  ...["earlyStopping", "saveEvery", "saveBest", "csvLog", "jsonLog"].map((name) =>
    door("kobai", kobai, name, name === "earlyStopping" ? {} : "log"),
  ),
  ...fields(
    "kobai: earlyStopping",
    () => ({}),
    ["data", "metric", "mode", "threshold", "patience", "restore"],
    (options) => kobai.earlyStopping(options),
  ),
  door("kobai", kobai, "pausable"),
  door("kobai", kobai, "stateful", "name", stateful(1)),
  ...fields(
    "kobai: stateful",
    () => stateful(1),
    ["get", "set", "onStart", "onProgress", "onStep", "every", "onEvaluate", "onEpoch", "onEnd"],
    (callback) => kobai.stateful("name", callback as never),
  ),
  {
    name: "kobai: what a stateful callback keeps",
    args: () => [1],
    call: (value: never) =>
      withNetwork((net) =>
        net.fit(data, { ...fitting(), callbacks: [kobai.stateful("name", stateful(value))] }),
      ),
  },
  ...["classWeights", "sampleWeights"].map((name) => door("kobai", kobai, name, [1, 2])),
  {
    name: "kobai: checkpoint",
    args: () => [undefined],
    call: (net: never) => withNetwork((own) => kobai.checkpoint(net ?? own)),
  },
  {
    name: "kobai: save",
    args: () => [undefined],
    // What a path may be is tried by files.test.ts, in a folder of its own.
    call: (net: never) => withNetwork((own) => kobai.save(net ?? own, "/dev/null")),
  },
  {
    name: "kobai: load",
    args: () => [undefined],
    call: (source: never) =>
      withNetwork(async (own) => (await kobai.load(source ?? kobai.checkpoint(own))).dispose()),
  },
  {
    name: "kobai: restore",
    args: () => [undefined, undefined],
    call: (net: never, source: never) =>
      withNetwork((own) => kobai.restore(net ?? own, source ?? kobai.checkpoint(own))),
  },
  {
    name: "kobai: trainStep",
    args: () => [undefined, data.x, [1], { optimizer: sgd() }],
    call: (net: never, ...args: never[]) =>
      withNetwork((own) => (kobai.trainStep as (...args: unknown[]) => unknown)(net ?? own, ...args)),
  },
  ...fields(
    "kobai: trainStep",
    () => ({ optimizer: sgd() }),
    ["optimizer", "loss"],
    (options) =>
      withNetwork((net) => kobai.trainStep(net, data.x, [1], options as { optimizer: kobai.Optimizer })),
  ),
  {
    name: "kobai: what a metric gives",
    args: () => [],
    call: (value: never) =>
      withNetwork((net) => net.evaluate(data, { metrics: [kobai.metric("own", () => value)] })),
  },
  door("kobai", kobai, "tensor", [1, 2], [2], "float32"),
  door("kobai", kobai, "init", {}),
  ...fields(
    "kobai: init",
    () => ({}),
    ["threads", "relaxed", "maxMemory"],
    (options) => kobai.init(options),
  ),
  door("kobai", kobai, "engineInfo"),
  door("kobai", kobai, "memoryReport"),
  door("kobai", kobai, "close"),
  {
    name: "kobai: sequential",
    args: () => [layers(), { input: [2] }],
    call: (...args: never[]) =>
      (kobai.sequential as (...args: unknown[]) => kobai.Network)(...args).dispose(),
  },
  ...fields(
    "kobai: sequential",
    () => ({ input: [2] }),
    ["input", "seed", "dtype", "name"],
    (options) => kobai.sequential(layers(), options as kobai.SequentialOptions).dispose(),
  ),
  {
    name: "kobai: model",
    args: () => [({ a }: Record<string, Value>) => a, { inputs: { a: [2] } }],
    call: (...args: never[]) =>
      (kobai.model as unknown as (...args: unknown[]) => kobai.Network)(...args).dispose(),
  },
  ...fields(
    "kobai: model",
    () => ({ inputs: { a: [2] } }),
    ["inputs", "seed", "dtype", "name"],
    (options) => kobai.model(({ a }) => a!, options as kobai.ModelOptions<string>).dispose(),
  ),
  {
    name: "kobai: what a model gives",
    args: () => [],
    call: (value: never) => kobai.model(() => value, { inputs: { a: [2] } }).dispose(),
  },
  {
    name: "kobai: a model's apply",
    args: () => [dense(2), undefined],
    call: (layer: never, x: never) =>
      kobai.model(({ a }, apply) => apply(layer, x === undefined ? a! : x), { inputs: { a: [2] } }).dispose(),
  },
  ...["predict", "loss", "evaluate", "fit", "scale", "classNames"].flatMap((name) => modelDoors(name)),
  {
    name: "kobai: residual",
    args: () => [dense(2), {}],
    call: (...args: never[]) => kobai.sequential([kobai.residual(...args)], { input: [2] }).dispose(),
  },
  {
    name: "kobai: a layer within a layer",
    args: () => [dense(2), undefined],
    call: (inner: never, given: never) =>
      kobai
        .sequential([kobai.layer("own", (x, { apply }) => apply(inner, given === undefined ? x : given))], {
          input: [2],
        })
        .dispose(),
  },
  {
    name: "kobai: sequential of a layer",
    args: () => [dense(2)],
    call: (layer: never) => kobai.sequential([layer], { input: [2] }).dispose(),
  },
  { name: "kobai: a layer's output", args: () => [], call: (value: never) => inLayer(() => value)() },
  ...["name", "shape", "initializer"].map((argument, index) => ({
    name: `kobai: a parameter's ${argument}`,
    args: () => [undefined],
    call: (value: never) => {
      const right: unknown[] = ["w", [2], kobai.constant(0)];
      right[index] = value;
      const own = kobai.layer("own", (x, { parameter }) =>
        ops.add(x, ops.scale(ops.sum(parameter(...(right as [string, number[], kobai.Initializer]))), 0)),
      );
      kobai.sequential([own], { input: [2] }).dispose();
    },
  })),
  ...["name", "shape", "initial"].map((argument, index) => ({
    name: `kobai: a state's ${argument}`,
    args: () => [undefined],
    call: (value: never) => {
      const right: unknown[] = ["s", [2], 0];
      right[index] = value;
      const own = kobai.layer("own", (x, { state }) =>
        ops.add(x, ops.scale(ops.sum(state(...(right as [string, number[], number])).value), 0)),
      );
      kobai.sequential([own], { input: [2] }).dispose();
    },
  })),
  {
    name: "kobai: what state becomes",
    args: () => [],
    call: (value: never) => {
      const own = kobai.layer("own", (x, { state }) => {
        state("s", [2], 0).update(value);
        return x;
      });
      kobai.sequential([own], { input: [2] }).dispose();
    },
  },
  ...["shape", "initializer"].map((argument, index) => ({
    name: `kobai: random elements' ${argument}`,
    args: () => [undefined],
    call: (value: never) => {
      const right: unknown[] = [[2], kobai.normal()];
      right[index] = value;
      const own = kobai.layer("own", (x, { training, random }) =>
        training ? ops.add(x, ops.scale(ops.sum(random(...(right as [number[], kobai.Initializer]))), 0)) : x,
      );
      kobai.sequential([own], { input: [2] }).dispose();
    },
  })),
  {
    name: "kobai: what an initializer gives",
    args: () => [],
    call: (value: never) => kobai.sequential([dense(2, { weight: () => value })], { input: [2] }).dispose(),
  },
  {
    name: "kobai: gradientCheck",
    args: () => [network(), data.x, data.t, {}],
    call: (...args: never[]) => (kobai.gradientCheck as (...args: unknown[]) => unknown)(...args),
  },
  method(
    "fit",
    () => [data, fitting()],
    (net, ...args) => (net.fit as (...args: unknown[]) => unknown)(...args),
  ),
  ...fields("Network: fit", fitting, fitOptions, (options) =>
    withNetwork((net) => net.fit(data, options as kobai.FitOptions)),
  ),
  ...fields(
    "Network: fit { evaluate }",
    () => ({ data }),
    ["data", "every", "metrics"],
    (evaluate) =>
      withNetwork((net) => net.fit(data, { ...fitting(), evaluate: evaluate as { data: kobai.Dataset } })),
  ),
  ...fields(
    "Network: fit on",
    () => data,
    ["x", "t", "scale", "classes", "classNames"],
    (set) => withNetwork((net) => net.fit(set as kobai.Dataset, fitting())),
  ),
  ...fields(
    "Network: fit { optimizer }",
    () => sgd(),
    ["lr", "rule", "with", "coefficients", "name"],
    (optimizer) =>
      withNetwork((net) => net.fit(data, { ...fitting(), optimizer: optimizer as kobai.Optimizer })),
  ),
  {
    name: "Network: what a loss gives",
    args: () => [],
    call: (value: never) =>
      withNetwork((net) =>
        net.loss(
          data.x,
          [[1, 2]],
          kobai.loss("own", () => value),
        ),
      ),
  },
  method(
    "evaluate",
    () => [data, {}],
    (net, ...args) => (net.evaluate as (...args: unknown[]) => unknown)(...args),
  ),
  ...fields(
    "Network: evaluate",
    () => ({}),
    ["loss", "metrics", "signal"],
    (options) => withNetwork((net) => net.evaluate(data, options)),
  ),
  ...(["predict", "loss", "gradient", "numericalGradient", "accuracy", "load"] as const).map((name) =>
    method(
      name,
      () =>
        name === "predict"
          ? [data.x]
          : name === "load"
            ? [network().params, {}]
            : [data.x, data.t, undefined, ...(name === "loss" || name === "gradient" ? [undefined] : [])],
      (net, ...args) => (net[name] as (...args: unknown[]) => unknown)(...args),
    ),
  ),
  method(
    "state",
    () => [{}],
    (net, value) => {
      net.state = value;
    },
  ),
  method(
    "params",
    () => [tensor([1, 2])],
    (net, value) => {
      net.params["dense1.bias"] = value;
    },
  ),
  ...[...Object.keys(unaryKinds), "identity", "softmax", "logSoftmax"].flatMap((name) => op(name)),
  ...[
    ...Object.keys(binaryKinds).filter((name) => name in ops),
    "sumSquaredError",
    "binaryCrossEntropy",
    "softmaxCrossEntropy",
  ].flatMap((name) => op(name, VALUE)),
  ...["negate", "square", "reciprocal"].flatMap((name) => op(name)),
  ...op("power", 2),
  ...op("clip", 0, 1),
  ...op("where", VALUE, VALUE),
  ...["max", "min", "variance", "argmax"].flatMap((name) => op(name, { axis: 1 })),
  ...op("permute", [1, 0]),
  ...op("slice", [0], [1], [1]),
  ...op("pad", [[1, 0]], { value: 1 }),
  ...op("gather", VALUE, { axis: 1 }),
  ...op("oneHot", 3, { dtype: "float32" }),
  ...[ops.concatenate, ops.stack].flatMap((join) => [
    {
      name: `kobai/ops: ${join.name}`,
      args: () => [undefined, { axis: 1 }],
      call: inLayer((x, values, options) =>
        ops.add(x, ops.scale(ops.sum(join(values === undefined ? [x, x] : values, options)), 0)),
      ),
    },
    {
      name: `kobai/ops: ${join.name} of a value and`,
      args: () => [undefined],
      call: inLayer((x, value) => ops.add(x, ops.scale(ops.sum(join([x, value])), 0))),
    },
  ]),
  ...["maxPool2d", "avgPool2d"].map((name) => opOf(name, [1, 2, 1], 1, {})),
  ...["maxPool1d", "avgPool1d"].map((name) => opOf(name, [2, 1], 1, {})),
  ...[ops.convolve2d, ops.convolveTranspose2d].map((convolve) => ({
    name: `kobai/ops: ${convolve.name}`,
    args: () => [undefined, { stride: 1 }],
    call: inLayer((x, w, options) => {
      const image = ops.reshape(x, [x.shape[0]!, 1, 2, 1]);
      const kernel = ops.reshape(ops.mean(x, { axis: 0 }), [1, 2, 1, 1]);
      return ops.add(x, ops.scale(ops.sum(convolve(image, w === undefined ? kernel : w, options)), 0));
    }),
  })),
  ...["globalAvgPool2d", "globalMaxPool2d"].map((name) => opOf(name, [1, 2, 1])),
  ...["globalAvgPool1d", "globalMaxPool1d"].map((name) => opOf(name, [2, 1])),
  opOf("upsample2d", [1, 2, 1], 2, {}),
  opOf("upsample1d", [2, 1], 2, {}),
  ...["batchNorm", "layerNorm"].map((name) => opOf(name, [2], VALUE, VALUE, {})),
  opOf("groupNorm", [2], 2, VALUE, VALUE, {}),
  opOf("channelAffine", [2], VALUE, VALUE, VALUE),
  ...op("matmul", VALUE, { transposeA: true }),
  ...op("scale", 2),
  ...op("sum", { axis: 1 }),
  ...op("mean", { axis: 1 }),
  ...op("reshape", [2]),
  ...op("broadcastTo", [1, 2]),
  door("kobai/ops", ops, "constant", 1, "float32"),
  {
    name: "kobai/ops: gradients",
    args: () => [undefined, undefined],
    call: inLayer((x, ...args) => {
      const right: unknown[] = [ops.sum(x), [x]];
      return ops.gradients(
        ...(right.map((value, i) => (args[i] === undefined ? value : args[i])) as [Value, Value[]]),
      )[0];
    }),
  },
  ...["step", "sigmoid", "relu", "identity", "softmax"].map((name) =>
    door("kobai/book", book, name, [0.5, 1]),
  ),
  door("kobai/book", book, "sumSquaredError", [0.5, 1], [1, 0]),
  door("kobai/book", book, "meanSquaredError", [0.5, 1], [1, 0]),
  door("kobai/book", book, "crossEntropyError", [0.5, 0.5], [1, 0], {}),
  ...fields(
    "kobai/book: crossEntropyError",
    () => ({}),
    ["epsilon", "reduction"],
    (options) => book.crossEntropyError([0.5, 0.5], 1, options as object),
  ),
  ...made("Add", [], { forward: [1, 2], backward: [1] }),
  ...made("Mul", [], { forward: [1, 2], backward: [1] }),
  ...made("Relu", [], { forward: [[1, -2]], backward: [[1, 1]] }),
  ...made("Sigmoid", [], { forward: [[1, -2]], backward: [[1, 1]] }),
  ...made(
    "Affine",
    [
      [
        [1, 2],
        [3, 4],
      ],
      [0, 1],
    ],
    { forward: [[1, 2]], backward: [[1, 1]] },
  ),
  ...made("SoftmaxWithLoss", [], { forward: [[1, 2], 1], backward: [1] }),
  ...made("MultiLayerNet", [[2, 3, 2], {}], {
    predict: [[1, 2]],
    loss: [[1, 2], 1],
    accuracy: [[1, 2], 1],
    gradient: [[1, 2], 1],
    numericalGradient: [[1, 2], 1, {}],
  }),
  ...made("Dropout", [0.5, {}], { forward: [[1, 2], false], backward: [[1, 2]] }),
  ...made("BatchNormalization", [[1, 1], [0, 0], 0.9, [0, 0], [1, 1]], {
    forward: [[[1, 2]], true],
    backward: [[[1, 2]]],
  }),
  ...made("Convolution", [[[[[1]]]], [1], 1, 0], { forward: [[[[[1, 2]]]]], backward: [[[[[1, 2]]]]] }),
  ...made("Pooling", [1, 2, 1, 0], { forward: [[[[[1, 2]]]]], backward: [[[[[1]]]]] }),
  door("kobai/book", book, "im2col", [[[[1, 2]]]], 1, 1, 1, 0),
  door("kobai/book", book, "col2im", [[1], [2]], [1, 1, 1, 2], 1, 1, 1, 0),
  ...made("MultiLayerNetExtend", [2, [3], 2, {}], {
    predict: [[[1, 2]], false],
    loss: [[[1, 2]], [1], false],
    accuracy: [[[1, 2]], [1]],
    gradient: [[[1, 2]], [1]],
    numericalGradient: [[[1, 2]], [1], {}],
  }),
  ...fields(
    "kobai/book: MultiLayerNetExtend",
    () => ({}),
    [
      "activation",
      "weightInitStd",
      "weightDecayLambda",
      "seed",
      "dtype",
      "useDropout",
      "dropoutRatio",
      "useBatchnorm",
    ],
    (options) => new book.MultiLayerNetExtend(2, [3], 2, options),
  ),
  ...made("SimpleConvNet", [[1, 3, 4], { filterNum: 2, filterSize: 2 }, 3, 2, {}], {
    predict: [
      [
        [
          [
            [1, 2, 3, 4],
            [1, 2, 3, 4],
            [1, 2, 3, 4],
          ],
        ],
      ],
    ],
    loss: [
      [
        [
          [
            [1, 2, 3, 4],
            [1, 2, 3, 4],
            [1, 2, 3, 4],
          ],
        ],
      ],
      1,
    ],
  }),
  ...fields(
    "kobai/book: SimpleConvNet",
    () => ({}),
    ["weightInitStd", "seed", "dtype"],
    (options) => new book.SimpleConvNet([1, 3, 3], { filterNum: 2, filterSize: 2 }, 3, 2, options).dispose(),
  ),
  ...fields(
    "kobai/book: SimpleConvNet: convParam",
    () => ({ filterNum: 2, filterSize: 2 }),
    ["filterNum", "filterSize", "pad", "stride"],
    (convParam) => new book.SimpleConvNet([1, 3, 3], convParam as book.ConvParam, 3, 2).dispose(),
  ),
  ...made("DeepConvNet", [[1, 4, 4], DEEP, 3, 2, {}], {
    loss: [new Float32Array(16), 1, false],
    gradient: [new Float32Array(16), 1],
  }),
  ...fields(
    "kobai/book: DeepConvNet",
    () => ({}),
    ["seed", "dtype"],
    (options) => new book.DeepConvNet([1, 4, 4], DEEP, 3, 2, options).dispose(),
  ),
  ...made("TwoLayerNet", [2, 3, 2, {}], { loss: [[1, 2], 1] }),
  ...fields(
    "kobai/book: TwoLayerNet",
    () => ({}),
    ["activation", "weightInitStd", "seed", "dtype"],
    (options) => new book.TwoLayerNet(2, 3, 2, options).dispose(),
  ),
  ...(["SGD", "Momentum", "AdaGrad", "Adam"] as const).flatMap((name) =>
    made(name, [0.1], { update: [{ w: tensor([1, 2]) }, { w: tensor([0.5, 0.5]) }] }),
  ),
  ...made("Trainer", [learner, data, data, { epochs: 1, verbose: false }], {}),
  ...fields(
    "kobai/book: Trainer",
    () => ({ verbose: false }),
    ["epochs", "miniBatchSize", "optimizer", "optimizerParam", "evaluateSampleNumPerEpoch", "seed"],
    (options) => new book.Trainer(learner, data, data, options),
  ),
  ...made("Perceptron", [[0.5, 0.5], -0.7, {}], { predict: [[1, 0]] }),
  ...made("SimpleNet", [], {
    predict: [[1, 2]],
    loss: [
      [1, 2],
      [0, 1, 0],
    ],
  }),
  ...(["numericalDiff", "tangentLine"] as const).map((name) =>
    door("kobai/numeric", numeric, name, (x: number) => x * x, 2, {}),
  ),
  door("kobai/numeric", numeric, "numericalGradient", () => 1, [1, 2], {}),
  door("kobai/numeric", numeric, "numericalGradientRows", () => 1, [[1, 2]], {}),
  door("kobai/numeric", numeric, "partialDerivative", () => 1, [1, 2], 0, {}),
  door("kobai/numeric", numeric, "gradientDescent", () => 1, [1, 2], { steps: 2 }),
  ...fields(
    "kobai/numeric: gradientDescent",
    () => ({ steps: 2 }),
    ["lr", "h"],
    (options) => numeric.gradientDescent((x: number) => x * x, 1, options),
  ),
];
