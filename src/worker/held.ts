import type { Dataset } from "../data/dataset.ts";
import type { Optimizer } from "../nn/optimizers/index.ts";
import type { FitOptions } from "../train/fit-options.ts";
import type { History } from "../train/history.ts";
import type { Network } from "../train/network.ts";
import type { Call } from "./call.ts";
import { lossOf, type OptimizerDescription, optimizerOf, weightsOf } from "./description.ts";
import type { Handle, PostedFit } from "./messages.ts";

/** A network in the worker, with what belongs to it. */
export class Held {
  readonly network: Network;
  /** that of the last fit, and what tells it from others */
  #optimizer: { readonly key: string; readonly made: Optimizer } | undefined;
  #fitting = false;
  /** whether the fit waits for its client to have taken an evaluation */
  #isTelling = false;
  #pause: Pause | undefined;

  constructor(network: Network) {
    this.network = network;
  }

  /** @param dataset finds one by its handle */
  async fit(
    call: Call,
    data: Dataset,
    { loss, optimizer, evaluate, weights, ...options }: PostedFit,
    dataset: (handle: Handle) => Dataset,
  ): Promise<History> {
    const chosen = this.#optimizerOf(optimizer);
    // A second fit is refused, and changes nothing of the first.
    const isSecond = this.#fitting;
    this.#fitting = true;
    const progress = call.newest("progress");
    try {
      return await this.network.fit(data, {
        ...options,
        loss: lossOf("fit", loss),
        optimizer: chosen.made,
        ...(evaluate && { evaluate: evaluationOf(evaluate, dataset) }),
        ...(weights !== undefined && { weights: weightsOf("fit: weights", weights) }),
        onProgress: (newest) => {
          progress.tell(newest);
          return this.#pause?.over(call.signal);
        },
        onEvaluate: async (record) => {
          this.#isTelling = true;
          // Whoever takes it may pause the fit, which waits already.
          await call.emit("evaluate", record);
          this.#isTelling = false;
          await this.#pause?.over(call.signal);
        },
        signal: call.signal,
      });
    } finally {
      if (!isSecond) {
        this.#fitting = false;
        this.#pause?.begin();
      }
      // A fit that was refused leaves the state of the one before.
      if (this.network.training.slots?.update?.optimizer === chosen.made) this.#optimizer = chosen;
      await progress.told();
    }
  }

  /** Resolves when a fit that is under way has done its slice and waits; at once where there is none. */
  async pause(): Promise<void> {
    this.#pause ??= new Pause();
    if (this.#isTelling) this.#pause.begin();
    if (this.#fitting) await this.#pause.begun;
  }

  resume(): void {
    this.#pause?.end();
    this.#pause = undefined;
  }

  /** A fit that waits goes on, to find that its network is gone. */
  dispose(): void {
    this.network.dispose();
    this.resume();
  }

  /** The same one as in the last fit where only its learning rate is another: it goes on with its state. */
  #optimizerOf(description: OptimizerDescription): { key: string; made: Optimizer } {
    const made = optimizerOf("fit", description);
    const { lr: _, ...others } = description;
    const sorted = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify(Object.fromEntries(sorted));
    if (this.#fitting || this.#optimizer?.key !== key) return { key, made };
    this.#optimizer.made.lr = made.lr;
    return this.#optimizer;
  }
}

/** With the data sets in their handles' places. */
function evaluationOf(
  { data, ...rest }: NonNullable<PostedFit["evaluate"]>,
  dataset: (handle: Handle) => Dataset,
): NonNullable<FitOptions["evaluate"]> {
  return {
    ...rest,
    data:
      typeof data === "number"
        ? dataset(data)
        : Object.fromEntries(Object.entries(data).map(([name, each]) => [name, dataset(each)])),
  };
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
