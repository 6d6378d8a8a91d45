import { check, numbers, options, whole } from "../../check.ts";
import { place } from "../../io/place.ts";
import { save } from "../checkpoint/index.ts";
import type { Callback, FitRun } from "./callback.ts";
import { type Memory, memory } from "./memory.ts";
import { kept, leave, take } from "./remembering.ts";
import { bestOf, type WatchOptions, watch, watchRules } from "./watch.ts";

/**
 * Saves the network again and again while it is trained, each time in the place of the file before: whatever ends the process loses what
 * came after the last time, and no more. At the end it is saved once more, with the weights that `earlyStopping` puts back, unless an error
 * ended the fit.
 *
 * `load` gives the network back, and a fit with the same options and `from: net.steps` goes on to the bits of one that was not cut.
 *
 * @param path a path, as a string or a `file:` URL
 * @param given steps: how many lie between two files; default an epoch
 * @throws OptionError where a path or an option is none
 * @throws FileError from `fit`, what the file system says @throws UnsupportedError from `fit`, in a page
 * @example
 * ```ts
 * import { crossEntropy, load, saveEvery, sgd } from "kobai";
 * const options = { loss: crossEntropy(), optimizer: sgd(), steps: 30, callbacks: [saveEvery("run.safetensors", { steps: 10 })] };
 * await net.fit(train, options);
 * // In another process, after the first was ended:
 * const again = await load("run.safetensors");
 * await again.fit(train, { ...options, from: again.steps });
 * ```
 */
export function saveEvery(path: string | URL, given?: { steps?: number }): Callback {
  check("saveEvery", "path", path, place);
  const { steps } = options("saveEvery", given, { steps: whole() });
  const now = ({ net }: FitRun) => save(net, path);
  const onEnd = (run: FitRun) => (run.history.ended === "failed" ? undefined : now(run));
  return steps === undefined ? { onEpoch: now, onEnd } : { onStep: now, every: steps, onEnd };
}

/**
 * Saves the network after each evaluation that is better than all before, in the place of the file before. A run that was cut, and goes on by
 * `from`, goes on with the best that there was.
 *
 * @param path a path, as a string or a `file:` URL
 * @param given which number to go by, as `WatchOptions` say: by default the loss of the last data set that is evaluated
 * @throws OptionError for options out of range, or where it is not known whether less or more is better; from `fit`, where it does not
 * evaluate that number
 * @throws FileError from `fit`, what the file system says @throws UnsupportedError from `fit`, in a page
 * @example
 * ```ts
 * import { crossEntropy, saveBest, sgd } from "kobai";
 * const callbacks = [saveBest("best.safetensors", { metric: "accuracy" })];
 * await net.fit(train, { loss: crossEntropy(), optimizer: sgd(), epochs: 3, evaluate: { data: test }, callbacks });
 * ```
 */
export function saveBest(path: string | URL, given?: WatchOptions): Callback {
  check("saveBest", "path", path, place);
  const watched = watch("saveBest", options("saveBest", given, watchRules));
  let isBest = false;
  const own: Memory = {
    name: "saveBest",
    get value() {
      return { ...watched.best };
    },
    onStart({ net }) {
      const before = kept<Readonly<Record<string, number>>>(net, own, numbers);
      take(net, own, before);
      watched.begin(bestOf(before?.value));
    },
    onEvaluate(record) {
      isBest = watched.isBest(record);
    },
    onEnd: ({ net }) => leave(net, own),
  };
  return {
    [memory]: own,
    onStart: (run) => watched.check(run),
    onEvaluate: async (_, { net }) => {
      if (isBest) await save(net, path);
    },
  };
}
