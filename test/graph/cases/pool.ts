// Pooling: windows side by side, apart and overlapping, at odd sizes and with every padding; channels of a vector, less, more. And upsampling.

import type { Shape, Value } from "../../../src/graph/value.ts";
import {
  avgPool1d,
  avgPool2d,
  globalAvgPool1d,
  globalAvgPool2d,
  globalMaxPool1d,
  globalMaxPool2d,
  maxPool1d,
  maxPool2d,
  type Pair,
  type PoolOptions,
  upsample1d,
  upsample2d,
} from "../../../src/ops.ts";
import type { OpCase } from "../op-cases.ts";

const images: Shape[] = [
  [1, 4, 4, 1],
  [2, 6, 5, 3],
  [3, 5, 7, 2],
  [2, 4, 6, 8],
  [1, 5, 5, 17],
  [2, 5, 4, 30],
  [4, 6, 6, 16],
];
const signals: Shape[] = [
  [1, 6, 1],
  [3, 7, 2],
  [2, 9, 5],
  [2, 10, 33],
];
const oneEach = (shapes: readonly Shape[]) => shapes.map((shape) => [shape]);

const windows: readonly (readonly [what: string, window: number | Pair, options: PoolOptions])[] = [
  ["side by side", 2, {}],
  ["of one element", 1, {}],
  ["overlapping", 3, { stride: 2 }],
  ["overlapping everywhere", [3, 2], { stride: 1 }],
  ["overlapping along rows only", [2, 3], { stride: [2, 1] }],
  ["apart", [1, 2], { stride: [3, 3] }],
  ["with a padding", 2, { padding: 1 }],
  ["overlapping, with a padding", [3, 4], { stride: [2, 1], padding: [1, 3] }],
  ['"same"', [3, 2], { stride: 2, padding: "same" }],
  [
    "with another padding on each side",
    3,
    {
      stride: 2,
      padding: [
        [2, 0],
        [1, 2],
      ],
    },
  ],
  ['"same", one by one', 3, { stride: 1, padding: "same" }],
];

export const poolCases: readonly OpCase[] = [
  // y = max x: ∂y = ∂x of the first of the largest
  ...windows.map(([what, window, options]) => ({
    name: `maxPool2d, windows ${what}`,
    apply: (x: Value) => maxPool2d(x, window, options),
    shapes: oneEach(images),
  })),
  // y = Σ x / n: ∂y = Σ ∂x / n
  ...windows.flatMap(([what, window, options]) =>
    [false, true].map((countPadding) => ({
      name: `avgPool2d, windows ${what}${countPadding ? ", padding counted" : ""}`,
      apply: (x: Value) => avgPool2d(x, window, { ...options, countPadding }),
      shapes: oneEach(images),
    })),
  ),
  { name: "globalAvgPool2d", apply: globalAvgPool2d, shapes: oneEach([...images, [1, 41, 25, 3]]) },
  { name: "globalMaxPool2d", apply: globalMaxPool2d, shapes: oneEach([...images, [1, 41, 25, 3]]) },
  { name: "maxPool1d", apply: (x) => maxPool1d(x, 2), shapes: oneEach(signals) },
  {
    name: "maxPool1d, overlapping",
    apply: (x) => maxPool1d(x, 3, { stride: 2, padding: 1 }),
    shapes: oneEach(signals),
  },
  { name: "avgPool1d", apply: (x) => avgPool1d(x, 3, { padding: "same" }), shapes: oneEach(signals) },
  {
    name: "avgPool1d, padding counted",
    apply: (x) => avgPool1d(x, 4, { stride: 1, padding: 2, countPadding: true }),
    shapes: oneEach(signals),
  },
  { name: "globalAvgPool1d", apply: globalAvgPool1d, shapes: oneEach(signals) },
  { name: "globalMaxPool1d", apply: globalMaxPool1d, shapes: oneEach(signals) },
  // Repeated pixels: ∂x = Σ ∂y of its copies
  { name: "upsample2d", apply: (x) => upsample2d(x, 2), shapes: oneEach(images) },
  { name: "upsample2d, unlike factors", apply: (x) => upsample2d(x, [1, 3]), shapes: oneEach(images) },
  { name: "upsample1d", apply: (x) => upsample1d(x, 3), shapes: oneEach(signals) },
  // Values between: ∂x = Σ weight·∂y
  ...[2, 3, 4, [1, 2], [5, 1], [3, 2]].map((factor) => ({
    name: `upsample2d by ${factor}, bilinear`,
    apply: (x: Value) => upsample2d(x, factor as number | Pair, { interpolation: "bilinear" }),
    shapes: oneEach([...images, [2, 1, 1, 3], [1, 1, 3, 1]]),
  })),
  {
    name: "upsample1d, linear",
    apply: (x) => upsample1d(x, 5, { interpolation: "linear" }),
    shapes: oneEach([...signals, [2, 1, 2]]),
  },
] satisfies OpCase[];
