// The doors of kobai/worker: what comes goes through the client, and what the client lets through is refused in the worker.

import * as kobai from "../../src/index.ts";
import {
  startWorker,
  type TrainingWorker,
  type WorkerDataset,
  type WorkerFitOptions,
  type WorkerNetwork,
} from "../../src/worker/index.ts";
import { type Door, fields, fitOptions } from "./doors.ts";

const { tensor } = kobai;

interface Site {
  readonly worker: TrainingWorker;
  readonly data: WorkerDataset;
  readonly net: WorkerNetwork;
}

let site: Promise<Site> | undefined;

/** One worker for all doors, which none of them may end. */
function there(): Promise<Site> {
  site ??= (async () => {
    const worker = await startWorker();
    return { worker, data: await worker.dataset(samples()), net: await worker.sequential(layers, input) };
  })();
  return site;
}

const samples = () => ({ x: tensor([[1, 2]]), t: tensor(new Uint8Array([1])) });
const layers = [{ kind: "dense", units: 2 }];
const input = { input: [2], seed: 1 };
const fitting = () => ({ loss: "crossEntropy", optimizer: { kind: "sgd" }, steps: 1 }) as const;

/** A method of the worker or of the network in it. */
function method<T extends "worker" | "net">(
  of: T,
  name: keyof Site[T] & string,
  args: readonly unknown[],
  makesNetwork = false,
): Door {
  return {
    name: `kobai/worker: ${of}.${name}`,
    args: () => args,
    async call(...given: never[]) {
      const found = (await there())[of] as unknown as Record<string, (...args: never[]) => unknown>;
      const made = await found[name]!(...given);
      if (makesNetwork) (made as WorkerNetwork).dispose();
    },
  };
}

/** What is a description, in the place of one of its fields. */
const described = (
  name: string,
  right: () => object,
  names: readonly string[],
  use: (it: never) => unknown,
): Door[] => fields(`kobai/worker: ${name}`, right, names, (it) => use(it as never));

const none = () => ({});
const made = async (layer: object) =>
  (await (await there()).worker.sequential([layer as never], { input: [2] })).dispose();
const fit = async (options: object) => {
  const { net, data } = await there();
  return net.fit(data, { ...fitting(), ...options } as WorkerFitOptions);
};
const start = async (options: object) => (await startWorker(options)).close();

export const workerDoors: readonly Door[] = [
  { name: "kobai/worker: startWorker", args: () => [], call: (options: never) => start(options) },
  ...described("startWorker", none, ["threads", "maxMemory", "worker"], start),
  method("worker", "dataset", [samples()]),
  ...described("worker.dataset", samples, ["x", "t", "scale", "classes"], async (data) =>
    (await there()).worker.dataset(data),
  ),
  method("worker", "sequential", [layers, input], true),
  ...described(
    "worker.sequential",
    () => input,
    ["input", "seed", "dtype"],
    async (options) => (await (await there()).worker.sequential(layers, options)).dispose(),
  ),
  method("worker", "load", [new Uint8Array(8)], true),
  ...described("a layer", () => layers[0]!, ["kind", "units", "weight", "bias"], made),
  ...described("a residual", () => ({ kind: "residual" }), ["layers"], made),
  {
    name: "kobai/worker: net.fit",
    args: () => [undefined, fitting()],
    async call(data: WorkerDataset | undefined, options: never) {
      const found = await there();
      return found.net.fit(data === undefined ? found.data : data, options);
    },
  },
  ...described("net.fit", none, fitOptions, fit),
  ...described(
    "net.fit { optimizer }",
    () => ({ kind: "sgd" }),
    ["kind", "lr", "with"],
    (optimizer) => fit({ optimizer }),
  ),
  ...described(
    "net.fit { weights }",
    () => ({ kind: "classWeights" }),
    ["kind", "weights"],
    (weights) => fit({ weights }),
  ),
  ...described("net.fit { evaluate }", none, ["data", "every", "metrics"], async (evaluate: object) =>
    fit({ evaluate: { data: (await there()).data, ...evaluate } }),
  ),
  {
    name: "kobai/worker: net.evaluate",
    args: () => [undefined, {}],
    async call(data: WorkerDataset | undefined, options: never) {
      const found = await there();
      return found.net.evaluate(data === undefined ? found.data : data, options);
    },
  },
  ...described("net.evaluate", none, ["loss", "metrics", "signal"], async (options) => {
    const { net, data } = await there();
    return net.evaluate(data, options);
  }),
  method("net", "predict", [samples().x]),
  method("net", "outputs", [samples().x]),
  method("net", "gradient", [samples().x, samples().t, undefined]),
  method("net", "load", [new Uint8Array(8)]),
  method("net", "restore", [new Uint8Array(8)]),
  method("net", "setScale", [1]),
];

/** Ends the worker, which has outlived everything. */
export async function closeWorker(): Promise<void> {
  const { worker, net } = await there();
  await net.predict([1, 2]);
  await worker.close();
}
