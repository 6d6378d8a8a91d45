// Normalization: channels of a vector, less, more; few rows, and about where their sums become ones of partial sums.

import type { Shape, Value } from "../../../src/graph/value.ts";
import { batchNorm, channelAffine, groupNorm, layerNorm } from "../../../src/ops.ts";
import type { OpCase } from "../op-cases.ts";

const inputs: Shape[] = [
  [1, 1],
  [5, 1],
  [3, 4],
  [4, 7],
  [2, 3, 5],
  [2, 3, 2, 8],
  [9, 30],
  [3, 2, 2, 17],
  [2, 70],
  [1024, 3],
  [1025, 5],
  [2, 20, 30, 18],
];
const withChannels = (shapes: readonly Shape[], numbers: number): Shape[][] =>
  shapes.map((shape) => [shape, ...Array.from({ length: numbers }, () => [shape.at(-1)!])]);

export const normalizeCases: readonly OpCase[] = [
  // y = γ·x̂ + β, x̂ = (x − μ)·r: ∂β = Σ ∂y, ∂γ = Σ ∂y·x̂, ∂x = γ·r·(∂y − mean ∂y − x̂·mean(∂y·x̂))
  {
    name: "batchNorm",
    apply: (x, gamma, beta) => batchNorm(x!, gamma!, beta!).y,
    shapes: withChannels(inputs, 2),
  },
  {
    name: "batchNorm, a large epsilon",
    apply: (x, gamma, beta) => batchNorm(x!, gamma!, beta!, { epsilon: 0.1 }).y,
    shapes: withChannels(inputs, 2),
  },
  // y = (x − μ)·f + s: ∂x = f·∂y, ∂μ = −Σ f·∂y, ∂f = Σ (x − μ)·∂y, ∂s = Σ ∂y
  {
    name: "channelAffine",
    apply: (x, mean, factor, shift) => channelAffine(x!, mean!, factor!, shift!),
    shapes: withChannels(inputs, 3),
  },
  // As batchNorm, the means over a row, or over a sample's group.
  {
    name: "layerNorm",
    apply: (x, gamma, beta) => layerNorm(x!, gamma!, beta!, { epsilon: 0.1 }),
    shapes: withChannels([...inputs, [3, 1500]], 2),
  },
  ...([1, 2, 5, "all"] as const).map((groups) => ({
    name: `groupNorm, ${groups} groups`,
    apply: (x: Value, gamma?: Value, beta?: Value) =>
      groupNorm(x, groups === "all" ? x.shape.at(-1)! : groups, gamma!, beta!, { epsilon: 0.1 }),
    shapes: withChannels(
      [...inputs, [2, 1030, 10], [2, 5, 10], [1, 3, 3, 20]].filter(
        (shape) => groups === "all" || shape.at(-1)! % groups === 0,
      ),
      2,
    ),
  })),
] satisfies OpCase[];
