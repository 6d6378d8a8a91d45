// What `kobai train --figures` draws: looks into the network that was trained.

import { type Dataset, sampleCount, takeBatch } from "../data/index.ts";
import type { NamedTensors, Network } from "../index.ts";
import { confusionMatrix, firstLayerWeights, type ImageShape, misclassified } from "../plot/index.ts";
import { toClasses } from "../plot/labels.ts";
import type { PossibleResult } from "./results.ts";

/** So many samples are predicted at a time. */
const BATCH = 500;

/**
 * The files of `--figures`. They are drawn when their turn comes, when the weights are written.
 *
 * @param params what is kept of the network, whose own may not be finite
 * @param shape of the images
 */
export function figuresOf(
  net: Network,
  params: NamedTensors,
  test: Dataset,
  shape: ImageShape,
): PossibleResult[] {
  let classes: number[] | undefined;
  const predictions = () => {
    classes ??= predicted(net, params, test);
    return classes;
  };
  return [
    {
      name: "first-layer-weights.svg",
      content: () =>
        firstLayerWeights(
          { params, inputShape: net.inputShape },
          { shape, title: "First-layer weights", colorBar: true },
        ).svg(),
    },
    {
      name: "confusion-matrix.svg",
      content: () =>
        confusionMatrix(test.t, predictions(), { title: "Test samples", classes: test.classes! }).svg(),
    },
    {
      name: "misclassified.svg",
      content: () => {
        const labels = toClasses("labels", test.t);
        if (predictions().every((label, i) => label === labels[i])) return undefined;
        return misclassified(test.x, labels, predictions(), { shape, title: "True → taken for" }).svg();
      },
    },
  ];
}

function predicted(net: Network, params: NamedTensors, test: Dataset): number[] {
  Object.assign(net.params, params);
  const count = sampleCount(test);
  return Array.from({ length: Math.ceil(count / BATCH) }, (_, i) => {
    const [x] = takeBatch(test, i * BATCH, Math.min(count, (i + 1) * BATCH));
    return toClasses("outputs", net.predict(x));
  }).flat();
}
