// The worker's side: networks and data sets by their handles, and what calls do with them.

import { checkDataset, type Dataset } from "../data/dataset.ts";
import { StateError } from "../errors.ts";
import { sha256 } from "../io/digest.ts";
import { parse, serialize } from "../io/safetensors.ts";
import type { Layer } from "../nn/layers/layer.ts";
import { init } from "../runtime/engine.ts";
import type { TensorLike } from "../tensor.ts";
import { checkpoint, load, restore } from "../train/checkpoint/index.ts";
import { layerOutputs } from "../train/layer-outputs.ts";
import type { Network } from "../train/network.ts";
import { sequential } from "../train/sequential.ts";
import { Call, type Post } from "./call.ts";
import { kinds, layerOf, lossOf } from "./description.ts";
import { toMessage } from "./errors.ts";
import { Held } from "./held.ts";
import type { Calls, Handle, NetworkInfo, ToWorker } from "./messages.ts";
import { buffersOf } from "./transfer.ts";

/** What answers calls: each of `Calls`, with the call itself before its arguments. */
type Handlers = {
  readonly [K in keyof Calls]: (
    call: Call,
    ...args: Parameters<Calls[K]>
  ) => ReturnType<Calls[K]> | Promise<ReturnType<Calls[K]>>;
};

/** Answers calls by `post`. @returns what takes in the client's messages */
export function serve(post: Post): (message: ToWorker) => void {
  const underWay = new Map<number, Call>();
  const handlers = handlersOf(new Map());
  const answer = async (call: Call, name: keyof Calls, args: readonly unknown[]): Promise<void> => {
    try {
      const handle = handlers[name] as (call: Call, ...args: readonly unknown[]) => unknown;
      const result = await handle(call, ...args);
      post({ id: call.id, result }, buffersOf(result));
    } catch (error) {
      post({ id: call.id, error: toMessage(error) }, []);
    } finally {
      underWay.delete(call.id);
    }
  };
  return (message) => {
    if ("call" in message) {
      const call = new Call(message.id, post);
      underWay.set(message.id, call);
      if (message.aborted) call.abort();
      void answer(call, message.call, message.args);
    } else if ("abort" in message) underWay.get(message.id)?.abort();
    else underWay.get(message.id)?.taken(message.taken);
  };
}

function handlersOf(all: Map<Handle, Held | Dataset>): Handlers {
  let last: Handle = 0;
  const hold = (what: Held | Dataset): Handle => {
    all.set(++last, what);
    return last;
  };
  const held = (handle: Handle): Held => {
    const found = all.get(handle);
    if (found instanceof Held) return found;
    throw new StateError("this network was disposed of; its memory is gone. Make a new one");
  };
  const network = (handle: Handle): Network => held(handle).network;
  const made = (net: Network): NetworkInfo => {
    const { seed, dtype, inputShape, outputShape } = net;
    return {
      network: hold(new Held(net)),
      seed,
      dtype: dtype as "float32" | "float64",
      inputShape,
      outputShape,
    };
  };
  const dataset = (handle: Handle): Dataset => {
    const found = all.get(handle);
    if (found !== undefined && !(found instanceof Held)) return found;
    throw new StateError("this data set was disposed of. Send it to the worker again");
  };
  return {
    init: async (_, options) => ({ info: await init(options), kinds }),
    dataset: (_, data) => hold(checkDataset("dataset", data)),
    sequential(_, layers, options) {
      // What is no array is for `sequential` to refuse.
      const all = Array.isArray(layers) ? Array.from(layers, (each) => layerOf("sequential", each)) : layers;
      return made(sequential(all as readonly Layer[], options));
    },
    network: async (_, bytes) => made(await load(bytes)),
    fit: (call, handle, data, options) => held(handle).fit(call, dataset(data), options, dataset),
    pause: (_, handle) => held(handle).pause(),
    resume: (_, handle) => held(handle).resume(),
    evaluate: (call, handle, data, { loss, ...options }) =>
      network(handle).evaluate(dataset(data), {
        ...options,
        ...(loss !== undefined && { loss: lossOf("evaluate", loss) }),
        signal: call.signal,
      }),
    predict: (_, handle, x, data) =>
      network(handle).predict(data === undefined ? (x as TensorLike) : dataset(data).x),
    outputs: (_, handle, x) => layerOutputs("outputs", network(handle), x),
    gradient: (_, handle, x, t, loss) =>
      network(handle).gradient(x, t, loss === undefined ? undefined : lossOf("gradient", loss)),
    params: (_, handle) => ({ ...network(handle).params }),
    state: (_, handle) => ({ ...network(handle).state }),
    sha256: (_, handle) => sha256(network(handle).params),
    save: (_, handle) => serialize({ ...network(handle).params, ...network(handle).state }),
    load: (_, handle, bytes) => network(handle).load(parse(bytes).tensors),
    checkpoint: (_, handle) => checkpoint(network(handle)),
    restore: (_, handle, bytes) => restore(network(handle), bytes),
    steps: (_, handle) => network(handle).steps,
    classNames: (_, handle) => network(handle).classNames,
    scale(_, handle, scale) {
      network(handle).scale = scale;
    },
    dispose(_, handle) {
      const found = all.get(handle);
      if (found instanceof Held) found.dispose();
      all.delete(handle);
    },
  };
}
