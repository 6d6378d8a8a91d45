import { atLeastZero, options, positive, type Rule, whole } from "../../check.ts";
import type { EvaluationRecord } from "../../train/history.ts";
import { type WatchedOptions, watched, watchedRules } from "../../train/watched.ts";
import type { Schedule } from "../rate.ts";
import { required } from "./schedule.ts";

const factorRule: Rule = [
  (value) => typeof value === "number" && value > 0 && value < 1,
  "a number between 0 and 1",
];

/**
 * A rate that falls when evaluations no longer get better: multiplied by `factor` after more than `patience` of them in a row without an
 * improvement of more than the share `threshold` of the best one (PyTorch's ReduceLROnPlateau; Keras's likewise). It goes with `fit`'s
 * `evaluate`.
 *
 * Its state, { rate, best, bad, cooling }, is kept with the optimizer's.
 *
 * @param given from: the rate of the first update, above 0; factor: between 0 and 1, default 0.1; patience: a whole number, default 10;
 *   threshold: at least 0, default 1e-4; cooldown: evaluations after a change that are not counted, default 0; to: the lowest rate, default 0;
 *   data: the name of the data set to look at, default the last one; output: of a model with several outputs the output's name; metric: which of
 *   its numbers, default "loss"; mode: whether it should be "min" or "max", default "min" for loss, mae, mse and rmse, "max" for accuracy, f1 and
 *   r2; of others it must be said. The numbers are PyTorch's.
 * @throws OptionError for options out of their range, or without a mode where it is not known which is better; from `fit`, where what it looks at is
 *   not evaluated
 * @example
 * ```ts
 * import { crossEntropy, plateau, sgd } from "kobai";
 * await net.fit(train, {
 *   loss: crossEntropy(),
 *   optimizer: sgd({ lr: plateau({ from: 0.1, factor: 0.5, patience: 2 }) }),
 *   epochs: 4,
 *   evaluate: { data: test },
 * });
 * ```
 */
export function plateau(
  given: {
    from: number;
    factor?: number;
    patience?: number;
    threshold?: number;
    cooldown?: number;
    to?: number;
  } & WatchedOptions,
): Schedule {
  const chosen = options("plateau", given, {
    from: positive,
    factor: factorRule,
    patience: whole(0),
    threshold: atLeastZero,
    cooldown: whole(0),
    to: atLeastZero,
    ...watchedRules,
  });
  const from = required("plateau", "from", chosen.from, positive);
  const { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, to = 0 } = chosen;
  const { data, output } = chosen;
  const number = watched("plateau", chosen);
  const { metric, mode } = number;
  const description = {
    kind: "plateau",
    ...{ from, factor, patience, threshold, cooldown, to, metric, mode },
    ...(data !== undefined && { data }),
    ...(output !== undefined && { output }),
  };
  const isBetter = (value: number, best: number) =>
    mode === "min" ? value < best * (1 - threshold) : value > best * (1 + threshold);
  const schedule: Schedule = (_, state) => state?.rate ?? from;
  return Object.assign(schedule, {
    description,
    check: number.check,
    next: (state: Parameters<NonNullable<Schedule["next"]>>[0], record: EvaluationRecord) => {
      const value = number.of(record);
      const { rate = from, best, bad: before = 0, cooling = 0 } = state ?? {};
      const improved = Number.isFinite(value) && (best === undefined || isBetter(value, best));
      const cools = Math.max(0, cooling - 1);
      // Evaluations in a time of cooling are not counted.
      const bad = improved || cooling > 0 ? 0 : before + 1;
      const kept = improved ? { best: value } : best === undefined ? {} : { best };
      if (bad <= patience) return { ...kept, rate, bad, cooling: cools };
      return { ...kept, rate: Math.max(to, rate * factor), bad: 0, cooling: cooldown };
    },
  });
}
