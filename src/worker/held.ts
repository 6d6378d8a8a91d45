import type { Dataset } from "../data/dataset.ts";
import type { Optimizer } from "../nn/optimizers/index.ts";
import type { History } from "../train/history.ts";
import type { Network } from "../train/network.ts";
import type { Call } from "./call.ts";
import { lossOf, type OptimizerDescription, optimizerOf } from "./description.ts";
import type { Handle, PostedFit } from "./messages.ts";

/** A network in the worker, with what belongs to it. */
export class Held {
  readonly network: Network;
  /** that of the last fit, and what tells it from others */
  #optimizer: { readonly key: string; readonly made: Optimizer } | undefined;
  #fitting = false;
  #pause: Pause | undefined;

  constructor(network: Network) {
    this.network = network;
  }

  /** @param dataset finds one by its handle */
  async fit(
    call: Call,
    data: Dataset,
    { loss, optimizer, evaluate, ...options }: PostedFit,
    dataset: (handle: Handle) => Dataset,
  ): Promise<History> {
    const chosen = this.#optimizerOf(optimizer);
    // A second fit is refused, and changes nothing of the first.
    const isSecond = this.#fitting;
    this.#fitting = true;
    let isTaken = true;
    const tell: NonNullable<Parameters<Network["fit"]>[1]["onProgress"]> = (progress) => {
      if (isTaken) {
        isTaken = false;
        void call.emit("progress", progress).then(() => {
          isTaken = true;
        });
      }
      return this.#pause?.over(call.signal);
    };
    try {
      return await this.network.fit(data, {
        ...options,
        loss: lossOf("fit", loss),
        optimizer: chosen.made,
        ...(evaluate && { evaluate: { ...evaluate, data: datasets(evaluate.data, dataset) } }),
        onProgress: tell,
        onEvaluate: (record) => call.emit("evaluate", record),
        signal: call.signal,
      });
    } finally {
      if (!isSecond) {
        this.#fitting = false;
        this.#pause?.begin();
      }
      // A fit that was refused leaves the state of the one before.
      if (this.network.training.slots?.optimizer === chosen.made) this.#optimizer = chosen;
    }
  }

  /** Resolves when a fit that is under way has done its slice and waits; at once where there is none. */
  async pause(): Promise<void> {
    this.#pause ??= new Pause();
    if (this.#fitting) await this.#pause.begun;
  }

  resume(): void {
    this.#pause?.end();
    this.#pause = undefined;
  }

  /** The same one as in the last fit where only its learning rate is another: it goes on with its state. */
  #optimizerOf(description: OptimizerDescription): { key: string; made: Optimizer } {
    const made = optimizerOf("fit", description);
    const { lr: _, ...others } = description;
    const key = JSON.stringify(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (this.#fitting || this.#optimizer?.key !== key) return { key, made };
    this.#optimizer.made.lr = made.lr;
    return this.#optimizer;
  }
}

function datasets(
  given: Handle | Readonly<Record<string, Handle>>,
  dataset: (handle: Handle) => Dataset,
): Dataset | Record<string, Dataset> {
  return typeof given === "number"
    ? dataset(given)
    : Object.fromEntries(Object.entries(given).map(([name, each]) => [name, dataset(each)]));
}

/** What a fit waits for at the end of a slice. */
class Pause {
  /** resolves when a fit waits, or there is none any more */
  readonly begun: Promise<void>;
  readonly #over: Promise<void>;
  begin!: () => void;
  end!: () => void;

  constructor() {
    this.begun = new Promise((resolve) => {
      this.begin = resolve;
    });
    this.#over = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  /** Resolves when it is over, or the fit is aborted. */
  over(signal: AbortSignal): Promise<void> {
    this.begin();
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    return Promise.race([this.#over, aborted]);
  }
}
