import type { Dataset } from "../data/dataset.ts";
import { OptionError } from "../errors.ts";
import { type Loss, meanOverSamples } from "../nn/losses.ts";
import { Resources } from "../runtime/resources.ts";
import { Slicer } from "../runtime/slices.ts";
import type { Core } from "./core.ts";
import type { Measured, MetricResult, Statistic } from "./metrics/metric.ts";
import { composeEvaluation, type EvaluationProgram } from "./programs.ts";
import type { StoredDataset } from "./store.ts";

/** How a network does on a data set: the results of its metrics, by their names. */
export interface Evaluation {
  /** the mean over all samples; NaN where it was not asked for */
  readonly loss: number;
  /**
   * the share of samples whose largest output is the label's, from 0 to 1; for a binary loss that of the outputs on the targets' side of
   * ½; NaN where targets are values, or where it was not asked for
   */
  readonly accuracy: number;
  readonly [metric: string]: MetricResult;
}

/**
 * Samples that are taken at once where outputs are all that is asked for: large enough that the kernels run at their speed and threads are
 * worth waking, small enough that the activations stay in the cache. One size everywhere, so that a layer that looks along the batch
 * sees the same samples together in every call.
 */
export const PART = 500;

/**
 * Makes sure that all can be measured in parts.
 *
 * @throws OptionError where a loss or a metric of a user's own is no mean over samples
 */
export function checkMeasurable(
  call: string,
  core: Core,
  loss: Loss,
  metrics: Measured,
  { t }: Dataset,
): void {
  for (const { name, statistic } of metrics) {
    const { mean } = statistic;
    const check = mean?.[meanOverSamples];
    if (!mean || check === true) continue;
    if (!check) {
      throw new OptionError(
        `${call}: whether ${name} is a mean over samples, as it must be here, nobody knows: make it with loss(name, forward, targets)`,
      );
    }
    check(
      call,
      core,
      mean,
      loss.targets === "classes" && t.shape.length === 1
        ? { dtype: "int32", shape: [] }
        : { dtype: core.dtype, shape: core.outputShape },
    );
  }
}

/** Evaluates a network on a stored data set, as often as asked. */
export interface Evaluator {
  /** @param signal stops between batches; the result is then undefined */
  evaluate(signal?: AbortSignal): Promise<Evaluation | undefined>;
  dispose(): void;
}

/** A statistic of a data set, and where it is added up. */
export interface Sum {
  readonly statistic: Statistic;
  readonly address: number;
  totals(): Float64Array;
}

export function evaluator(core: Core, data: StoredDataset, metrics: Measured): Evaluator {
  const { heap } = core.engine;
  const { n } = data;
  const batch = Math.min(PART, n);
  const full = Math.floor(n / batch);
  const held = new Resources();
  // Of metrics that follow from the same statistic, one adds it up for all.
  const sums = new Map<unknown, Sum>();
  const programs: EvaluationProgram[] = [];
  try {
    for (const { statistic } of metrics) {
      if (sums.has(statistic.key)) continue;
      const length = statistic.length(n);
      const block = heap.allocate(8 * length, core.owner);
      held.add({ dispose: () => heap.free(block) });
      const { address } = block;
      sums.set(statistic.key, { statistic, address, totals: () => heap.view("float64", address, length) });
    }
    const compose = (m: number) =>
      programs.push(held.add(composeEvaluation(core, data, [...sums.values()], { m, stride: batch })));
    compose(batch);
    if (n % batch > 0) compose(n % batch);
  } catch (error) {
    held.dispose();
    throw error;
  }
  return {
    async evaluate(signal) {
      for (const { totals } of sums.values()) totals().fill(0);
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
      const results = metrics.map(({ name, statistic, result }) => [
        name,
        result(sums.get(statistic.key)!.totals(), n),
      ]);
      return { loss: Number.NaN, accuracy: Number.NaN, ...Object.fromEntries(results) };
    },
    dispose: () => held.dispose(),
  };
}
