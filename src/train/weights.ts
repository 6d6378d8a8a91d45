// Samples that count more or less in training.

import { show } from "../check.ts";
import { DataError, OptionError } from "../errors.ts";
import { weighted } from "../graph/ops/weighted.ts";
import type { Placement } from "../graph/plan.ts";
import { input } from "../graph/value.ts";
import type { Composer } from "../runtime/composer.ts";
import type { Disposable } from "../runtime/resources.ts";
import { formatShape, size, type Tensor, type TensorLike, toTensor } from "../tensor.ts";
import type { BuiltLoss, Core } from "./core.ts";
import type { Objective, Samples } from "./face.ts";
import { gather, type RowChoice } from "./gather.ts";

/** How much each sample of a data set counts: what `classWeights` and `sampleWeights` make. */
export interface Weights {
  /** @internal Those of a data set. @throws DataError, OptionError where they do not fit it, or the losses' targets */
  of(data: Samples, objective: Objective): Float64Array;
  /** @internal Puts them into memory. */
  hold(core: Core, values: Float64Array): HeldWeights;
}

/** A data set's weights in memory. */
export interface HeldWeights extends Disposable {
  /** Writes the instructions that fetch a batch's weights; the loss with them, and where they come to lie. */
  weigh(composer: Composer, built: BuiltLoss, choice: RowChoice): { built: BuiltLoss; placement: Placement };
}

/**
 * Weights of classes, for `fit`: a sample's loss counts as many times as its class says, so that a rare class can count as much as the
 * others. The loss of a batch is then Σ wᵢ·lᵢ / m, as in Keras; to divide by Σ wᵢ instead, as PyTorch does, choose weights whose mean over
 * the samples is 1. Evaluations are not weighted.
 *
 * @param weights of each class, from class 0: numbers of at least 0. Of outputs that say yes or no, [no, yes]. Or "balanced", as
 * scikit-learn's: n / (k · the class's samples) for each of the k classes that the data have, so that each counts as much as the others, and the
 * mean over the samples is 1.
 * @throws OptionError where they are none; from `fit`, where targets are no classes, there are not as many weights, the gradient is
 * numerical, there are several losses, or it is one of your own: there it can weigh by itself
 * @example
 * ```ts
 * import { classWeights, crossEntropy, sgd } from "kobai";
 * const weights = classWeights([1, 1, 1, 1, 1, 1, 1, 1, 5, 1]);
 * await net.fit(train, { loss: crossEntropy(), optimizer: sgd(), steps: 3, weights });
 * ```
 * @example
 * ```ts
 * import { classWeights, crossEntropy, sgd } from "kobai";
 * await net.fit(train, { loss: crossEntropy(), optimizer: sgd(), steps: 3, weights: classWeights("balanced") });
 * ```
 */
export function classWeights(weights: readonly number[] | "balanced"): Weights {
  const values = weights === "balanced" ? undefined : numbers("classWeights", weights);
  return {
    hold,
    of({ t: targets, n }, objective) {
      const [t] = targets as readonly [Tensor];
      const width = size(t.shape.slice(1));
      const [{ loss }] = objective as readonly [Objective[number]];
      if (loss.targets === "values" || (loss.targets === "binary" && width > 1)) {
        const what = loss.targets === "values" ? "values" : `${width} times yes or no for each sample`;
        throw new OptionError(
          `fit: classWeights are of classes, but the targets of ${loss.name} are ${what}: use sampleWeights(…)`,
        );
      }
      // Yes or no, or a label, or a row whose largest element counts.
      const isLabel = width === 1;
      const labels = Array.from({ length: n }, (_, i) => {
        const row = t.data.subarray(i * width, (i + 1) * width);
        return isLabel ? row[0]! : row.indexOf(Math.max(...row));
      });
      if (!values) return balanced(labels);
      return Float64Array.from(labels, (label, i) => {
        const weight = values[label];
        if (weight !== undefined && (isLabel || values.length === width)) return weight;
        throw new DataError(
          `fit: weights are of ${values.length} classes, but t of sample ${i} is ${isLabel ? label : `a row of ${width}`}; ` +
            "give one for each class, or sampleWeights(…)",
        );
      });
    },
  };
}

/**
 * Weights of samples, for `fit`: each sample's loss counts as many times as its weight says, as with `classWeights`.
 *
 * @param weights [n], of the samples of the data that `fit` is given: numbers of at least 0
 * @throws OptionError where they are none @throws DataError from `fit`, where there are not as many as samples
 * @throws OptionError from `fit`, where the gradient is numerical, or the loss is one of your own: there it can weigh by itself
 * @example
 * ```ts
 * import { crossEntropy, sampleWeights, sgd } from "kobai";
 * const weights = sampleWeights(new Float32Array(200).fill(0.5));
 * await net.fit(train, { loss: crossEntropy(), optimizer: sgd(), steps: 3, weights });
 * ```
 */
export function sampleWeights(weights: TensorLike): Weights {
  const values = numbers("sampleWeights", weights);
  return {
    hold,
    of({ n }) {
      if (values.length === n) return values;
      throw new DataError(`fit: there are ${values.length} weights for ${n} samples`);
    },
  };
}

/** Of each label n / (k · count), for k labels. */
function balanced(labels: readonly number[]): Float64Array {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Float64Array.from(labels, (label) => labels.length / (counts.size * counts.get(label)!));
}

/** A copy. */
function numbers(call: string, weights: TensorLike): Float64Array {
  const { data, shape } = toTensor(`${call}: weights`, weights, { plain: "float64" });
  if (shape.length !== 1 || data.length === 0) {
    throw new OptionError(
      `${call}: weights must be a list of numbers; got ${shape.length === 1 ? "none" : formatShape(shape)}`,
    );
  }
  const bad = data.findIndex((weight: number) => !(weight >= 0 && Number.isFinite(Math.fround(weight))));
  if (bad < 0) return Float64Array.from(data);
  throw new OptionError(
    `${call}: weight ${bad} is ${show(data[bad])}; it must be a finite number of at least 0`,
  );
}

function hold({ engine, owner }: Core, values: Float64Array): HeldWeights {
  const block = engine.heap.allocate(8 * values.length + 8, `${owner}: data`);
  const view = engine.heap.view("float64", block.address, values.length + 1);
  view.set(values);
  view[values.length] = 1;
  const one = block.address + 8 * values.length;
  return {
    weigh(composer, built, choice) {
      const { loss, xs } = built;
      const m = xs[0]!.shape[0]!;
      const leaf = input("weights", [m], loss.dtype);
      const out = composer.room(leaf);
      const from = { out, data: block.address, source: "float64", m, width: 1, scale: one } as const;
      composer.push(gather(loss.dtype, from, choice));
      const made = weighted(loss, leaf);
      if (made) return { built: { ...built, loss: made }, placement: { value: leaf, address: out } };
      throw new OptionError("fit: weights go with one loss of kobai's; one of your own can weigh by itself");
    },
    dispose: () => engine.heap.free(block),
  };
}
