import { show } from "../check.ts";
import type { Dataset } from "../data/dataset.ts";
import { OptionError } from "../errors.ts";
import { isKnownMean, type Loss } from "../nn/losses.ts";
import { Slicer } from "../runtime/slices.ts";
import type { Core } from "./core.ts";
import { checkIsMean } from "./mean-check.ts";
import { composeEvaluation, type EvaluationProgram } from "./programs.ts";
import type { StoredDataset } from "./store.ts";

/** What can be measured on a data set. */
export type Metric = "loss" | "accuracy";

/** How a network does on a data set; NaN for what was not asked for. */
export interface Evaluation {
  /** the mean over all samples */
  readonly loss: number;
  /**
   * the share of samples whose largest output is the label's, from 0 to 1; for a binary loss that of the outputs on the targets' side of
   * ½; NaN where targets are values
   */
  readonly accuracy: number;
}

/**
 * What to measure: what was asked for, else all that there is to the loss's targets.
 *
 * @param option how messages name the option
 * @throws OptionError for an empty list, an unknown metric, or the accuracy where targets are values
 */
export function chosenMetrics(
  option: string,
  loss: Loss,
  asked: readonly Metric[] | undefined,
): ReadonlySet<Metric> {
  const hasAccuracy = loss.targets !== "values";
  if (asked === undefined) return new Set(hasAccuracy ? ["loss", "accuracy"] : ["loss"]);
  const isMetric = (metric: Metric) => metric === "loss" || metric === "accuracy";
  if (!Array.isArray(asked) || asked.length === 0 || !Array.from(asked).every(isMetric)) {
    throw new OptionError(`${option} must be a list of "loss", "accuracy" or both; got ${show(asked)}`);
  }
  if (!hasAccuracy && asked.includes("accuracy")) {
    throw new OptionError(
      `${option} has "accuracy", which only labels have; the targets of ${loss.name} are values: ask for ["loss"]`,
    );
  }
  return new Set(asked);
}

/**
 * Samples that are taken at once where outputs are all that is asked for: large enough that the kernels run at their speed and threads are
 * worth waking, small enough that the activations stay in the cache. One size everywhere, so that a layer that looks along the batch
 * sees the same samples together in every call.
 */
export const PART = 500;

/**
 * Makes sure that the loss can be measured in parts.
 *
 * @throws OptionError where it is no mean over samples
 */
export function checkMeasurable(
  call: string,
  core: Core,
  loss: Loss,
  metrics: ReadonlySet<Metric>,
  { t }: Dataset,
): void {
  if (isKnownMean(loss) || !metrics.has("loss")) return;
  checkIsMean(
    call,
    core,
    loss,
    loss.targets === "classes" && t.shape.length === 1
      ? { dtype: "int32", shape: [] }
      : { dtype: core.dtype, shape: core.outputShape },
  );
}

/** Evaluates a network on a stored data set, as often as asked. */
export interface Evaluator {
  /** @param signal stops between batches; the result is then undefined */
  evaluate(signal?: AbortSignal): Promise<Evaluation | undefined>;
  dispose(): void;
}

export function evaluator(
  core: Core,
  data: StoredDataset,
  loss: Loss,
  metrics: ReadonlySet<Metric>,
): Evaluator {
  const { heap } = core.engine;
  const { n } = data;
  const batch = Math.min(PART, n);
  const full = Math.floor(n / batch);
  const programs: EvaluationProgram[] = [];
  const block = heap.allocate(16, core.owner);
  const dispose = () => {
    for (const program of programs) program.dispose();
    heap.free(block);
  };
  const totals = block.address;
  try {
    const compose = (m: number) =>
      programs.push(composeEvaluation(core, data, loss, { m, stride: batch, totals, metrics }));
    compose(batch);
    if (n % batch > 0) compose(n % batch);
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    async evaluate(signal) {
      heap.view("float64", totals, 2).fill(0);
      const [whole, rest] = programs as [EvaluationProgram, EvaluationProgram?];
      whole.seek(0);
      const slicer = new Slicer();
      for (let done = 0; done < full; ) {
        const count = slicer.next(full - done);
        const start = performance.now();
        whole.run(count);
        slicer.took(count, performance.now() - start);
        done += count;
        await slicer.breathe();
        if (signal?.aborted) return undefined;
      }
      rest?.seek(full);
      rest?.run(1);
      const [lossTotal, correct] = heap.view("float64", totals, 2);
      return {
        loss: metrics.has("loss") ? lossTotal! / n : Number.NaN,
        accuracy: metrics.has("accuracy") ? correct! / n : Number.NaN,
      };
    },
    dispose,
  };
}
