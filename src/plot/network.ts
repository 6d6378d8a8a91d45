// Looks into a trained network: its first weights, what comes out of its layers, and what it takes for something else.

import { options as checkOptions, isShape, property, show, whole } from "../check.ts";
import { DataError, OptionError } from "../errors.ts";
import { size, type Tensor, type TensorLike } from "../tensor.ts";
import { layerOutputs } from "../train/layer-outputs.ts";
import { Network } from "../train/network.ts";
import { checkSameLength, texts } from "./arguments.ts";
import type { Figure } from "./figure.ts";
import { type HistogramGridOptions, histogramGrid, histogramGridRules } from "./histogram.ts";
import { gridImages, type ImageGridOptions, imageGrid, imageGridRules } from "./image.ts";
import { type Classes, toClasses } from "./labels.ts";
import type { ImageInput } from "./pixels.ts";

/** Options of `firstLayerWeights`. */
export interface WeightsOptions extends Omit<ImageGridOptions, "labels"> {
  /** How many units are shown, the first ones. Default: all up to 100. */
  count?: number;
}

/**
 * The weights of each unit of a network's first affine layer as a picture: blue for what speaks against, red for what speaks for it.
 *
 * @param net a network whose first parameters are a weight [inputs, units]
 * @param options as of `imageGrid`; scheme: default "rdbu", zero in its middle; shape: default the network's input shape, or a square
 * @throws DataError where the network has no such weight @throws OptionError
 * @example
 * import { firstLayerWeights } from "kobai/plot";
 * await writeFile("weights.svg", await firstLayerWeights(net).svg());
 */
export function firstLayerWeights(
  net: Pick<Network, "params" | "inputShape">,
  options: WeightsOptions = {},
): Figure {
  const { labels: _, ...rules } = imageGridRules;
  const { count, ...rest } = checkOptions("firstLayerWeights", options, { ...rules, count: whole() });
  if (!isShape(property(net, "inputShape")) || !(typeof property(net, "params") === "object"))
    throw new OptionError(`firstLayerWeights: takes a network; got ${show(net)}`);
  const inputs = size(net.inputShape);
  const weight = Object.values(net.params ?? {}).find(
    ({ shape }) => shape.length === 2 && shape[0] === inputs,
  );
  if (!weight) {
    throw new DataError(
      `firstLayerWeights: the network has no weight [${inputs}, units], which an affine layer at its beginning has`,
    );
  }
  const units = weight.shape[1]!;
  const shown = Math.min(count ?? 100, units);
  const columns = Array.from({ length: shown }, (_, unit) =>
    Array.from({ length: inputs }, (_, i) => weight.data[i * units + unit]!),
  );
  const [rows, across] = net.inputShape;
  const shape = net.inputShape.length === 2 ? { shape: [rows!, across!] as const } : {};
  return imageGrid(columns, { scheme: "rdbu", ...shape, ...rest });
}

/**
 * How the outputs of each layer of a network are spread over their values, side by side on equal axes (book 6.2): whether they sit at the
 * ends, or all in one place.
 *
 * @param x [batch, …input], samples; bytes are scaled as `predict` scales them
 * @param options as of `histogramGrid`
 * @throws ShapeError where x does not fit the network @throws DataError where x holds NaN @throws StateError after dispose
 * @example
 * import { activationHistograms } from "kobai/plot";
 * activationHistograms(net, test.x, { title: "Activations" });
 */
export function activationHistograms(
  net: Network,
  x: TensorLike,
  options: HistogramGridOptions = {},
): Figure {
  checkOptions("activationHistograms", options, histogramGridRules);
  if (!(net instanceof Network))
    throw new OptionError(`activationHistograms: takes a network; got ${show(net)}`);
  const outputs = layerOutputs("activationHistograms", net, x);
  return histogramGrid(
    Object.entries(outputs).map(([label, { data }]) => ({ label, values: data })),
    options,
  );
}

/** Options of `misclassified`. */
export interface MisclassifiedOptions extends Omit<ImageGridOptions, "labels"> {
  /** How many samples are shown, the first ones. Default: up to 30. */
  count?: number;
  /** The classes' names, in any language. Default: 0, 1, 2, … */
  labels?: readonly string[];
}

/**
 * The samples that a network takes for something else, each with its true label and the other one: "4 → 9".
 *
 * @param x the samples as pictures: a tensor [n, rows, columns] or [n, pixels], or an array of what `image` takes
 * @param t the true labels [n], or one-hot rows
 * @param y the predicted labels [n], or the network's outputs [n, classes], of which the largest counts
 * @param options as of `imageGrid`, but labels: the classes' names
 * @throws DataError where there are not as many labels as samples, or none is misclassified @throws OptionError
 * @example
 * import { misclassified } from "kobai/plot";
 * const [ones, taken] = [new Uint8Array(200).fill(1), new Uint8Array(200).fill(7)]; // or test.t and net.predict(test.x)
 * misclassified(test.x, ones, taken, { columns: 6 });
 */
export function misclassified(
  x: Tensor | readonly ImageInput[],
  t: Classes,
  y: Classes,
  options: MisclassifiedOptions = {},
): Figure {
  const {
    count = 30,
    labels,
    ...rest
  } = checkOptions("misclassified", options, {
    ...imageGridRules,
    labels: texts,
    count: whole(),
  });
  const truths = toClasses("misclassified: t", t);
  const predictions = toClasses("misclassified: y", y);
  const images = gridImages("misclassified", x);
  checkSameLength("misclassified", { x: images, t: truths, y: predictions });
  const wrong = truths.flatMap((truth, i) => (truth === predictions[i] ? [] : [i])).slice(0, count);
  if (wrong.length === 0) {
    throw new DataError(
      `misclassified: all ${truths.length} samples are classified right; there is nothing to show`,
    );
  }
  const nameOf = (label: number) => labels?.[label] ?? String(label);
  return imageGrid(
    wrong.map((i) => images[i]!),
    { ...rest, labels: wrong.map((i) => `${nameOf(truths[i]!)} → ${nameOf(predictions[i]!)}`) },
  );
}
