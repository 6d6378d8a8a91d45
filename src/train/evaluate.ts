import { OptionError } from "../errors.ts";
import { meanOverSamples } from "../nn/losses.ts";
import { Resources } from "../runtime/resources.ts";
import { Slicer } from "../runtime/slices.ts";
import type { Core, TargetType } from "./core.ts";
import type { Objective, Samples } from "./face.ts";
import { chosenMetrics } from "./metrics/chosen.ts";
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

/** What is measured of each term's output. */
export type MeasuredTerms = readonly Measured[];

/**
 * What to measure, and how, of each term's output.
 *
 * @param option how messages name the option @param asked as a caller gives it
 * @throws OptionError as `chosenMetrics` does
 */
export function measuredTerms(
  option: string,
  { face, outputs }: Core,
  objective: Objective,
  asked: unknown,
): MeasuredTerms {
  const lists = face.metrics(option, asked, objective);
  return objective.map(({ output, loss }, i) =>
    chosenMetrics(option, outputs[output]!.shape, loss, lists[i] as Parameters<typeof chosenMetrics>[3]),
  );
}

/**
 * Makes sure that all can be measured in parts.
 *
 * @throws OptionError where a loss or a metric of a user's own is no mean over samples
 */
export function checkMeasurable(
  call: string,
  core: Core,
  objective: Objective,
  metrics: MeasuredTerms,
  { t }: Samples,
): void {
  for (const [i, { output, loss }] of objective.entries()) {
    const { shape } = core.outputs[output]!;
    for (const { name, statistic } of metrics[i]!) {
      const { mean } = statistic;
      const check = mean?.[meanOverSamples];
      if (!mean || check === true) continue;
      if (!check) {
        throw new OptionError(
          `${call}: whether ${name} is a mean over samples, as it must be here, nobody knows: make it with loss(name, forward, targets)`,
        );
      }
      const isLabels = loss.targets === "classes" && t[i]!.shape.length === 1;
      const target: TargetType = isLabels ? { dtype: "int32", shape: [] } : { dtype: core.dtype, shape };
      check(call, core, mean, shape, target);
    }
  }
}

/** Evaluates a network on a stored data set, as often as asked. */
export interface Evaluator {
  /** @param signal stops between batches; the result is then undefined */
  evaluate(signal?: AbortSignal): Promise<object | undefined>;
  dispose(): void;
}

/** A statistic of a data set, and where it is added up. */
export interface Sum {
  readonly statistic: Statistic;
  /** which of the objective's terms it is of */
  readonly term: number;
  readonly address: number;
  totals(): Float64Array;
}

export function evaluator(
  core: Core,
  data: StoredDataset,
  objective: Objective,
  metrics: MeasuredTerms,
): Evaluator {
  const { heap } = core.engine;
  const { n } = data;
  const batch = Math.min(PART, n);
  const full = Math.floor(n / batch);
  const held = new Resources();
  // Of metrics that follow from the same statistic, one adds it up for all.
  const sums = objective.map(() => new Map<unknown, Sum>());
  const programs: EvaluationProgram[] = [];
  try {
    for (const [term, own] of sums.entries()) {
      for (const { statistic } of metrics[term]!) {
        if (own.has(statistic.key)) continue;
        const length = statistic.length(n);
        const block = heap.allocate(8 * length, core.owner);
        held.add({ dispose: () => heap.free(block) });
        const { address } = block;
        const totals = () => heap.view("float64", address, length);
        own.set(statistic.key, { statistic, term, address, totals });
      }
    }
    const all = sums.flatMap((own) => [...own.values()]);
    const compose = (m: number) =>
      programs.push(held.add(composeEvaluation(core, data, objective, all, { m, stride: batch })));
    compose(batch);
    if (n % batch > 0) compose(n % batch);
  } catch (error) {
    held.dispose();
    throw error;
  }
  return {
    async evaluate(signal) {
      for (const own of sums) for (const { totals } of own.values()) totals().fill(0);
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
      const results = sums.map((own, term): Evaluation => {
        const measured = metrics[term]!.map(({ name, statistic, result }) => [
          name,
          result(own.get(statistic.key)!.totals(), n),
        ]);
        return { loss: Number.NaN, accuracy: Number.NaN, ...Object.fromEntries(measured) };
      });
      return core.face.evaluation(results, objective) as object;
    },
    dispose: () => held.dispose(),
  };
}
