import { anything, callback, options as optionsOf, property, type Rule } from "../check.ts";
import { checkDataset, type Dataset } from "../data/dataset.ts";
import { DataError } from "../errors.ts";
import "../globals.ts";
import type { Bytes } from "../io/bytes.ts";
import type { EngineInfo, InitOptions } from "../runtime/engine.ts";
import type { Tensor } from "../tensor.ts";
import type { SequentialOptions } from "../train/sequential.ts";
import { Connection } from "./connection.ts";
import { WorkerDataset } from "./dataset.ts";
import type { Kinds, LayerDescription } from "./description.ts";
import { WorkerNetwork } from "./network.ts";
import type { WorkerLike } from "./thread.ts";
import { alone, buffersOf, bytesOf } from "./transfer.ts";

/** Options of `startWorker`. */
export interface WorkerOptions extends Pick<InitOptions, "threads" | "maxMemory"> {
  /**
   * Starts the worker, for pages whose Content-Security-Policy has no `worker-src blob:`: a Worker whose script is the file
   * `kobai/worker/script`, or one of your own that imports it. Its threads run that file as well: such a page has them where it is isolated.
   * Default: kobai's own, which needs no file.
   */
  worker?: () => WorkerLike | Promise<WorkerLike>;
}

const rules: { readonly [K in keyof Required<WorkerOptions>]: Rule } = {
  // Checked where they are used, in the worker.
  threads: anything,
  maxMemory: anything,
  worker: callback,
};

/**
 * Starts a worker that trains, beside the thread that calls it: a page's worker, or in Node one of `node:worker_threads`. It gives the bits
 * that `kobai` gives on the calling thread. It keeps no process alive while it has nothing to do, and holds its networks until it is closed.
 *
 * @param given threads: how many compute within the worker, default 1, as `init` has it; maxMemory: likewise; worker: starts the worker
 *   where the page's policy forbids kobai's own
 * @throws UnsupportedError where there are no workers, the page refuses the script, or what `init` needs is missing
 * @throws OptionError for options that there are not, or out of `init`'s ranges
 * @example
 * ```ts
 * import { tensor } from "kobai";
 * import { startWorker } from "kobai/worker";
 * const worker = await startWorker();
 * const data = await worker.dataset({
 *   x: tensor([[0, 0], [0, 1], [1, 0], [1, 1]]),
 *   t: tensor(new Uint8Array([0, 1, 1, 0])),
 * });
 * const net = await worker.sequential(
 *   [{ kind: "dense", units: 16, weight: { kind: "he" } }, { kind: "relu" }, { kind: "dense", units: 2 }],
 *   { input: [2], seed: 1 },
 * );
 * await net.fit(data, { loss: "crossEntropy", optimizer: { kind: "adam", lr: 0.1 }, steps: 500 });
 * (await net.evaluate(data)).accuracy; // 1
 * await worker.close();
 * ```
 */
export async function startWorker(given?: WorkerOptions): Promise<TrainingWorker> {
  const { worker, ...init } = optionsOf("startWorker", given, rules);
  const connection = await Connection.start(worker);
  try {
    return new TrainingWorker(connection, await connection.call("init", [init]));
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * A worker that trains. Made by `startWorker`.
 * @example
 * ```ts
 * import { startWorker, TrainingWorker } from "kobai/worker";
 * const worker = await startWorker();
 * worker instanceof TrainingWorker; // true
 * worker.kinds.optimizers.includes("adam"); // true
 * await worker.close();
 * ```
 */
export class TrainingWorker {
  /** What `init` has set up in it. */
  readonly info: EngineInfo;
  /** The kinds of layers, initializers, losses and optimizers that descriptions can name. */
  readonly kinds: Kinds;
  readonly #connection: Connection;

  /** @internal Use `startWorker`. */
  constructor(connection: Connection, { info, kinds }: { info: EngineInfo; kinds: Kinds }) {
    this.#connection = connection;
    this.info = info;
    this.kinds = kinds;
  }

  /**
   * Hands a data set over to the worker. Arrays that fill their memory are moved: they are empty here afterwards. Others, and shared ones,
   * are copied.
   *
   * @throws DataError where it is no data set { x, t }, or its arrays have been moved already @throws OptionError where `scale` or `classes` are out of range
   * @throws StateError where the worker has ended
   * @example
   * const data = await worker.dataset({ x: tensor([[0], [1]]), t: tensor(new Uint8Array([0, 1])) });
   */
  async dataset(data: Dataset): Promise<WorkerDataset> {
    checkThere(data);
    const { x, t, n, scale, classes, classNames } = checkDataset("dataset", data);
    const sent = {
      x: alone(x),
      t: alone(t),
      scale,
      ...(classes !== undefined && { classes }),
      ...(classNames !== undefined && { classNames }),
    };
    const handle = await this.#connection.call("dataset", [sent], { transfer: buffersOf(sent) });
    return new WorkerDataset(this.#connection, handle, n);
  }

  /**
   * A network of layers, one after the other, in the worker.
   *
   * @param layers their descriptions: each is the name of the function that makes it, `kind`, and that function's arguments by name;
   *   initializers likewise
   * @throws OptionError, ShapeError, MemoryError as `sequential` of kobai throws them @throws StateError where the worker has ended
   * @example
   * const net = await worker.sequential([{ kind: "dense", units: 10 }], { input: [784], seed: 42 });
   */
  async sequential(layers: readonly LayerDescription[], options: SequentialOptions): Promise<WorkerNetwork> {
    const info = await this.#connection.call("sequential", [layers, options]);
    return new WorkerNetwork(this.#connection, info);
  }

  /**
   * A network of the bytes of a checkpoint, in the worker: what `net.checkpoint()` there, or `checkpoint` and `save` of kobai have made of
   * one. It predicts, evaluates and trains on to the same bits.
   *
   * @param bytes they are copied
   * @throws DataError where they are no checkpoint, or of a network that cannot be made of it @throws MemoryError where it does not fit
   * @throws StateError where the worker has ended
   * @example
   * const net = await worker.sequential([{ kind: "dense", units: 10 }], { input: [784], seed: 42 });
   * const again = await worker.load(await net.checkpoint());
   */
  async load(bytes: Bytes): Promise<WorkerNetwork> {
    return new WorkerNetwork(
      this.#connection,
      await this.#connection.call("network", [bytesOf("load", bytes)]),
    );
  }

  /**
   * Ends the worker with all that it holds. Calls that wait for it, and later ones, reject with a StateError. Closing twice does no harm.
   *
   * @example await worker.close();
   */
  close(): Promise<void> {
    return this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** @throws DataError where memory is gone, with what to do: all the rest is for `checkDataset` to say */
function checkThere(data: unknown): void {
  for (const name of ["x", "t"]) {
    const { data: elements, shape } = (property(data, name) ?? {}) as Partial<Tensor>;
    const isGone = ArrayBuffer.isView(elements) && elements.byteLength === 0;
    if (!isGone || !Array.isArray(shape) || shape.includes(0)) continue;
    throw new DataError(
      `dataset: the elements of ${name} are gone: a worker may have taken them before. Make it anew, or give the first worker a copy: ` +
        `{ ...${name}, data: ${name}.data.slice() }`,
    );
  }
}
