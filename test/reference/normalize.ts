// Normalization (assembly/normalize/) in plain TypeScript.

import { precisionOf, zerosLike } from "./elementwise.ts";
import type { Kernel } from "./graph.ts";
import type { Floats } from "./matmul.ts";
import { partialSums } from "./partial-sums.ts";
import { rowSum } from "./reduce.ts";

/** Sums over rows `from` to before `to` of each channel's term(row · channels + channel, channel), in the order of the rows. */
function columns(
  like: Floats,
  from: number,
  to: number,
  channels: number,
  term: (at: number, channel: number) => number,
): Floats {
  const { round } = precisionOf(like);
  const totals = new Float64Array(channels);
  for (const [first, end] of partialSums(to - from)) {
    const partial = zerosLike(like, channels);
    for (let row = from + first; row < from + end; row++) {
      for (let c = 0; c < channels; c++) partial[c] = partial[c]! + round(term(row * channels + c, c));
    }
    for (let c = 0; c < channels; c++) totals[c] = totals[c]! + partial[c]!;
  }
  const sums = zerosLike(like, channels);
  sums.set(totals);
  return sums;
}

/** 1 / √(variance + epsilon) */
function inverseOf(variance: number, epsilon: number, round: (x: number) => number): number {
  return round(1 / round(Math.sqrt(round(variance + round(epsilon)))));
}

/** y, mean, variance, inverse, factor */
function batchNorm(x: Floats, gamma: Floats, beta: Floats, epsilon: number): Floats[] {
  const { round } = precisionOf(x);
  const channels = gamma.length;
  const rows = x.length / channels;
  const mean = columns(x, 0, rows, channels, (at) => x[at]!).map((sum) => sum / rows);
  const squares = columns(x, 0, rows, channels, (at, c) => round(x[at]! - mean[c]!) ** 2);
  const variance = squares.map((sum) => sum / rows);
  const inverse = variance.map((v) => inverseOf(v, epsilon, round));
  const factor = inverse.map((v, c) => gamma[c]! * v);
  return [channelAffine(x, mean, factor, beta), mean, variance, inverse, factor];
}

/** (x − mean)·factor + shift */
function channelAffine(x: Floats, mean: Floats, factor: Floats, shift: Floats): Floats {
  const { round } = precisionOf(x);
  const channels = mean.length;
  return x.map((value, at) => {
    const c = at % channels;
    return round(round(value - mean[c]!) * factor[c]!) + shift[c]!;
  });
}

/** dx, dgamma, dbeta */
function batchNormGradient(x: Floats, g: Floats, mean: Floats, inverse: Floats, factor: Floats): Floats[] {
  const { round } = precisionOf(x);
  const channels = mean.length;
  const rows = x.length / channels;
  const beta = columns(x, 0, rows, channels, (at) => g[at]!);
  const products = columns(x, 0, rows, channels, (at, c) => g[at]! * round(x[at]! - mean[c]!));
  const gamma = products.map((sum, c) => sum * inverse[c]!);
  const k0 = beta.map((sum) => sum / rows);
  const k1 = gamma.map((sum, c) => round(sum * inverse[c]!) / rows);
  const dx = x.map((value, at) => {
    const c = at % channels;
    return factor[c]! * round(round(g[at]! - k0[c]!) - round(round(value - mean[c]!) * k1[c]!));
  });
  return [dx, gamma, beta];
}

interface Groups {
  readonly samples: number;
  readonly positions: number;
  readonly channels: number;
  readonly groups: number;
}

/** The means over a sample's groups of sums of channels, repeated for each channel. */
function groupMeans(sums: Floats, { positions, channels, groups }: Groups): Floats {
  const { round } = precisionOf(sums);
  const size = channels / groups;
  const count = round(round(positions) * round(size));
  const means = Array.from({ length: groups }, (_, group) => rowSum(sums, group * size, size) / count);
  return sums.map((_, c) => means[Math.floor(c / size)]!);
}

/** y, x̂, inverse */
function groupNorm(x: Floats, gamma: Floats, beta: Floats, epsilon: number, sizes: Groups): Floats[] {
  const { round } = precisionOf(x);
  const { samples, positions, channels, groups } = sizes;
  const [y, normalized] = [zerosLike(x, x.length), zerosLike(x, x.length)];
  const inverses = zerosLike(x, samples * groups);
  for (let sample = 0; sample < samples; sample++) {
    const [from, to] = [sample * positions, (sample + 1) * positions];
    const mean = groupMeans(
      columns(x, from, to, channels, (at) => x[at]!),
      sizes,
    );
    const variance = groupMeans(
      columns(x, from, to, channels, (at, c) => round(x[at]! - mean[c]!) ** 2),
      sizes,
    );
    const inverse = variance.map((v) => inverseOf(v, epsilon, round));
    for (let group = 0; group < groups; group++) {
      inverses[sample * groups + group] = inverse[(group * channels) / groups]!;
    }
    for (let at = from * channels; at < to * channels; at++) {
      const c = at % channels;
      normalized[at] = round(x[at]! - mean[c]!) * inverse[c]!;
      y[at] = round(normalized[at]! * gamma[c]!) + beta[c]!;
    }
  }
  return [y, normalized, inverses];
}

function groupNormGradient(
  g: Floats,
  normalized: Floats,
  inverse: Floats,
  gamma: Floats,
  sizes: Groups,
): Floats {
  const { round } = precisionOf(g);
  const { samples, positions, channels, groups } = sizes;
  const dx = zerosLike(g, g.length);
  for (let sample = 0; sample < samples; sample++) {
    const [from, to] = [sample * positions, (sample + 1) * positions];
    const sums = columns(g, from, to, channels, (at) => g[at]!);
    const products = columns(g, from, to, channels, (at) => g[at]! * normalized[at]!);
    const k0 = groupMeans(
      sums.map((sum, c) => sum * gamma[c]!),
      sizes,
    );
    const k1 = groupMeans(
      products.map((sum, c) => sum * gamma[c]!),
      sizes,
    );
    for (let at = from * channels; at < to * channels; at++) {
      const c = at % channels;
      const by = inverse[sample * groups + Math.floor((c * groups) / channels)]!;
      dx[at] = by * round(round(round(g[at]! * gamma[c]!) - k0[c]!) - round(normalized[at]! * k1[c]!));
    }
  }
  return dx;
}

/** dgamma, dbeta of x̂·gamma + beta */
function groupAffineGradient(g: Floats, normalized: Floats, channels: number): Floats[] {
  const rows = g.length / channels;
  return [
    columns(g, 0, rows, channels, (at) => g[at]! * normalized[at]!),
    columns(g, 0, rows, channels, (at) => g[at]!),
  ];
}

const epsilonOf = ({ attributes }: Parameters<Kernel>[0]) => (attributes as { epsilon: number }).epsilon;

function groupsOf({ inputs: [x], attributes }: Parameters<Kernel>[0]): Groups {
  const { groups, axes } = attributes as { groups: number; axes: number };
  const { shape } = x!;
  const product = (lengths: readonly number[]) => lengths.reduce((total, length) => total * length, 1);
  const positions = product(shape.slice(shape.length - axes, -1));
  const channels = shape.at(-1)!;
  return { samples: product(shape) / positions / channels, positions, channels, groups };
}

/** By the op's name. */
export const normalizeKernels: readonly (readonly [string, Kernel])[] = [
  ["batchNorm", (node, [x, gamma, beta]) => batchNorm(x!, gamma!, beta!, epsilonOf(node))],
  [
    "batchNormGradient",
    (_, [x, g, mean, inverse, factor]) => batchNormGradient(x!, g!, mean!, inverse!, factor!),
  ],
  ["channelAffine", (_, [x, mean, factor, shift]) => [channelAffine(x!, mean!, factor!, shift!)]],
  ["groupNorm", (node, [x, gamma, beta]) => groupNorm(x!, gamma!, beta!, epsilonOf(node), groupsOf(node))],
  [
    "groupNormGradient",
    (node, [g, normalized, inverse, gamma]) => [
      groupNormGradient(g!, normalized!, inverse!, gamma!, groupsOf(node)),
    ],
  ],
  ["groupAffineGradient", (node, [g, x]) => groupAffineGradient(g!, x!, node.inputs[0]!.shape.at(-1)!)],
];
