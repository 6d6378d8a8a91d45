import { flag, numbers, options, whole } from "../../check.ts";
import type { NamedTensors } from "../variables.ts";
import type { Callback } from "./callback.ts";
import { type Memory, memory } from "./memory.ts";
import { kept, leave, take } from "./remembering.ts";
import { type Best, bestOf, type WatchOptions, watch, watchRules } from "./watch.ts";

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions extends WatchOptions {
  /** So many evaluations in a row may be no better than the best; then the fit stops. Default 3. */
  patience?: number;
  /** Whether the network gets the weights back that it had at the best evaluation. Default true. */
  restore?: boolean;
}

/** Its callback, which remembers the best evaluation. */
export interface EarlyStopping extends Callback {
  readonly best: Best | undefined;
}

/**
 * Stops a fit when its evaluations no longer get better, and gives the network the weights of the best one, however the fit ends, unless it was
 * aborted: then it may go on. (Keras's EarlyStopping with `restore_best_weights`.) The steps and the optimizer's state stay those of
 * the end.
 *
 * What it has counted, and the best weights, are part of the network's checkpoints: a run that was cut, and goes on by `from`, stops where it
 * would have stopped, with the same weights.
 *
 * @param given which number to go by, as `WatchOptions` say; patience: default 3; restore: default true
 * @throws OptionError for options out of range, or where it is not known whether less or more is better; from `fit`, where it does not
 * evaluate that number
 * @example
 * ```ts
 * import { crossEntropy, earlyStopping, sgd } from "kobai";
 * const stopping = earlyStopping({ metric: "accuracy", patience: 5 });
 * const { ended } = await net.fit(train, {
 *   loss: crossEntropy(),
 *   optimizer: sgd(),
 *   epochs: 20,
 *   evaluate: { data: test },
 *   callbacks: [stopping],
 * });
 * stopping.best.value <= 1; // true
 * ```
 */
export function earlyStopping(given?: EarlyStoppingOptions): EarlyStopping {
  const rules = { ...watchRules, patience: whole(0), restore: flag };
  const { patience = 3, restore = true, ...rest } = options("earlyStopping", given, rules);
  const watched = watch("earlyStopping", rest);
  let worse = 0;
  /** the step of the last evaluation: a run that is cut at its end is measured there once more */
  let last = -1;
  let weights: NamedTensors | undefined;
  const own: Memory = {
    name: "earlyStopping",
    get value() {
      return { ...watched.best, worse, last };
    },
    get weights() {
      return weights;
    },
    onStart({ net }) {
      const before = kept<Readonly<Record<string, number>>>(net, own, numbers);
      take(net, own, before);
      weights = restore ? before?.weights : undefined;
      ({ worse = 0, last = -1 } = before?.value ?? {});
      watched.begin(bestOf(before?.value));
    },
    onEvaluate(record, { net }) {
      if (record.step === last) return;
      last = record.step;
      if (watched.isBest(record)) {
        worse = 0;
        if (restore) weights = { ...net.params, ...net.state };
      } else worse++;
    },
    onEnd({ net, history }) {
      if (weights && history.ended !== "aborted" && watched.best?.step !== history.steps) net.load(weights);
      leave(net, own);
    },
  };
  return {
    [memory]: own,
    get best() {
      return watched.best;
    },
    onStart(run) {
      watched.check(run);
      // The run was cut behind the evaluation that ended it.
      if (worse > patience) run.stop();
    },
    onEvaluate(_, { stop }) {
      if (worse > patience) stop();
    },
  };
}
