import { anything, check, callback as functionRule, name as nameRule } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import { type Callback, checkNames, type FitRun, isCallback } from "./callback.ts";
import { type Json, notJson } from "./json.ts";
import { type Memory, onlyRemembering } from "./memory.ts";
import { isTaken, kept, leave, take } from "./remembering.ts";

/** A callback with something that checkpoints keep. */
export interface StatefulCallback<S = Json> extends Callback {
  /** What is to be kept, as JSON: numbers, texts, lists, objects. Asked for when a checkpoint is made, and at the beginning and the end of a fit. */
  get(): S;
  /** Is given what was kept, before `onStart`, in a fit with `from`. What it throws where that is not what it takes ends the fit. */
  set(kept: S): void;
}

/**
 * A callback of one's own whose state is part of the network's checkpoints: a run that was cut, and goes on by `from`, goes on with what the
 * callback knew. `earlyStopping`, `saveBest` and the logs do so by themselves.
 *
 * It is told of everything before callbacks that keep nothing, so that whatever file `saveEvery` writes has what it knows of that step. A fit without
 * `from` begins anew: `set` is not called. Nor is it where the checkpoint has nothing of that name; and what there is of a callback that is not
 * given any more stays in the network's checkpoints.
 *
 * @param name what checkpoints call it: each one of a fit has another
 * @param callback as `fit` takes it, with `get` and `set`
 * @throws OptionError where the name or the callback is none; from `fit`, where two have one name, or what `get` gives is no JSON
 * @example
 * ```ts
 * import { crossEntropy, load, saveEvery, sgd, stateful } from "kobai";
 * let highest = 0;
 * const watching = stateful("highest", {
 *   get: () => highest,
 *   set: (kept) => { highest = kept; },
 *   onEpoch: ({ history }) => { highest = Math.max(highest, ...history.loss.slice(-history.stepsPerEpoch)); },
 * });
 * const options = { loss: crossEntropy(), optimizer: sgd(), epochs: 3, callbacks: [watching, saveEvery("run.safetensors")] };
 * await net.fit(train, options);
 * // In another process, after the first was ended:
 * const again = await load("run.safetensors");
 * await again.fit(train, { ...options, from: again.steps });
 * ```
 */
export function stateful<S>(name: string, callback: StatefulCallback<S>): Callback {
  check("stateful", "name", name, nameRule);
  check("stateful", "callback", callback, [
    isCallback,
    "a callback, as fit takes it, with get and set: { get, set, onEpoch, … }",
  ]);
  check("stateful", "callback.get", callback.get, functionRule);
  check("stateful", "callback.set", callback.set, functionRule);
  checkNames("stateful", callback);
  const { every } = callback;
  const own: Memory = {
    // A name that none of kobai's own has.
    name: `stateful ${name}`,
    get value(): Json {
      const value = callback.get();
      const problem = notJson(value);
      if (problem === undefined) return JSON.parse(JSON.stringify(value));
      throw new OptionError(
        `stateful: what the callback ${JSON.stringify(name)} keeps must be JSON; ${problem}`,
      );
    },
    async onStart(run) {
      const { net } = run;
      if (isTaken(net, own.name)) {
        throw new OptionError(
          `fit: two callbacks keep a state called ${JSON.stringify(name)}; give each another name`,
        );
      }
      const before = kept<S>(net, own, anything);
      if (before) await callback.set(structuredClone(before.value));
      void own.value;
      // Only now: what was kept stays where it does not fit.
      take(net, own, before);
      await callback.onStart?.(run);
    },
    onProgress: (progress, run) => callback.onProgress?.(progress, run),
    // Without them fewer steps would go into one call.
    ...(callback.onStep && { onStep: (run: FitRun) => callback.onStep!(run) }),
    ...(every !== undefined && { every }),
    onEvaluate: (record, run) => callback.onEvaluate?.(record, run),
    ...(callback.onEpoch && { onEpoch: (run: FitRun) => callback.onEpoch!(run) }),
    async onEnd(run) {
      try {
        await callback.onEnd?.(run);
      } finally {
        leave(run.net, own);
      }
    },
  };
  return onlyRemembering(own);
}
