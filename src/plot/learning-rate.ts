import { check, isObject, positive, type Rule } from "../check.ts";
import type { Figure } from "./figure.ts";
import { lines } from "./lines.ts";

/** What the figure shows of a search: see `findLearningRate`. */
export interface LearningRateSearch {
  readonly rates: readonly number[];
  readonly losses: readonly number[];
  readonly smoothed: readonly number[];
  /** the rate that it proposes */
  readonly rate: number;
}

const isNumbers = (value: unknown) => Array.isArray(value) && Array.from(value).every(Number.isFinite);

const searchRule: Rule = [
  (value) =>
    isObject(value) &&
    [value.rates, value.losses, value.smoothed].every(isNumbers) &&
    new Set([value.rates, value.losses, value.smoothed].map((list) => (list as number[]).length)).size ===
      1 &&
    (value.rates as number[]).length > 0 &&
    (value.rates as number[]).every(positive[0]) &&
    positive[0](value.rate),
  "what findLearningRate found: { rates, losses, smoothed, rate }",
];

/**
 * A search for a learning rate: the loss at each rate, its moving mean, and the rate that is proposed.
 *
 * @param found what `findLearningRate` gave, or the same read back from JSON
 * @throws OptionError where it is something else
 * @example
 * ```ts
 * import { crossEntropy, findLearningRate } from "kobai";
 * import { learningRateFigure } from "kobai/plot";
 * const found = await findLearningRate(net, train, { loss: crossEntropy(), steps: 20 });
 * await writeFile("learning-rate.svg", await learningRateFigure(found).svg());
 * ```
 */
export function learningRateFigure(found: LearningRateSearch): Figure {
  check("learningRateFigure", "found", found, searchRule);
  const { rates, losses, smoothed, rate } = found;
  // Diverged losses would leave nothing of the others to be seen.
  const [low, high] = [Math.min(...smoothed), Math.max(...smoothed)];
  const room = 0.05 * (high - low) || 0.5;
  const domain = [low - room, high + room] as const;
  return lines(
    [
      { x: rates, y: losses, label: "loss", color: "#bbb" },
      { x: rates, y: smoothed, label: "moving mean" },
      { x: [rate, rate], y: domain, label: `rate ${Number(rate.toPrecision(2))}`, dashed: true },
    ],
    {
      title: "Loss by learning rate",
      x: { label: "learning rate", type: "log" },
      y: { label: "loss", domain },
    },
  );
}
