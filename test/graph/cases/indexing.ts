// The rows of op-cases.ts of what moves elements, or finds them by index.

import type { Shape, Value } from "../../../src/graph/value.ts";
import * as ops from "../../../src/ops.ts";
import type { OpCase } from "../op-cases.ts";

const permutations: readonly (readonly [order: readonly number[] | undefined, shapes: readonly Shape[]])[] = [
  [undefined, [[], [5], [1, 7], [3, 5], [4, 4], [9, 33], [64, 17], [2, 3, 4]]],
  [
    [0, 2, 1],
    [
      [2, 3, 5],
      [3, 8, 8],
      [1, 33, 18],
      [2, 1, 5],
    ],
  ],
  [
    [1, 0, 2],
    [
      [2, 3, 5],
      [3, 4, 64],
    ],
  ],
  [
    [0, -1, 1, 2],
    [
      [2, 3, 4, 5],
      [2, 5, 5, 3],
    ],
  ],
  [[3, 1, 2, 0], [[2, 3, 4, 5]]],
  [[4, 2, 0, 5, 1, 3], [[2, 3, 2, 3, 2, 2]]],
  [[6, 4, 2, 0, 5, 1, 3], [[2, 3, 2, 2, 2, 2, 3]]],
];

const slices: readonly (readonly [
  shape: Shape,
  begin: readonly number[],
  end?: readonly number[],
  steps?: readonly number[],
])[] = [
  [[9], [2], [7]],
  [[9], [-3]],
  [[33], [1], [-1], [3]],
  [
    [5, 33],
    [1, 2],
    [4, 30],
  ],
  [
    [5, 33],
    [0, 5],
  ],
  [[6, 5], [], [], [2]],
  [[6, 5], [], [Number.POSITIVE_INFINITY, -1], [5, 2]],
  [
    [3, 4, 5],
    [0, 1],
    [99, 3],
    [1, 1, 2],
  ],
  [
    [2, 3, 4, 5],
    [1, 0, 1, 2],
    [2, 3, 3, 4],
  ],
  [
    [3, 3, 3, 3, 3, 3],
    [0, 1, 0, 1, 0, 1],
    [2, 3, 2, 3, 2, 3],
  ],
  [[3, 3, 3, 3, 3, 3], [], [], [2, 2, 2, 2, 2, 2]],
];

/** Gathering, by indices of either form. */
const gathers = (indices: "labels" | "words", axes: readonly number[]): OpCase[] =>
  axes.map((axis) => ({
    name: `gather by ${indices}, axis ${axis}`,
    apply: (x: Value, indices: Value) => ops.gather(x, indices, { axis }),
    shapes: [
      [[5, 3], [7]],
      [
        [9, 4, 3],
        [2, 3],
      ],
      [[40, 33], [64]],
      [[5, 5], []],
      ...(axis === 0 ? [[[7], [30]]] : []),
      // indices that are out of range: NaN
      ...(axis === 0 ? [[[3, 130], [9]]] : []),
    ] as Shape[][],
    kinds: ["any", indices] as const,
    smooth: (shapes: readonly Shape[]) => shapes[0]!.at(-1)! <= shapes[0]!.at(axis)!,
  }));

export const indexingCases: readonly OpCase[] = [
  // Elements elsewhere, and so are their gradients.
  ...permutations.map(([order, shapes]) => ({
    name: `permute ${order?.join() ?? "reversed"}`,
    apply: (x: Value) => ops.permute(x, order),
    shapes: shapes.map((shape) => [shape]),
  })),
  ...slices.map(([shape, ...ranges]) => ({
    name: `slice ${ranges.map((range) => `[${range}]`).join()} of [${shape}]`,
    apply: (x: Value) => ops.slice(x, ...ranges),
    shapes: [[shape]],
  })),
  ...[0, 1, -2].flatMap((axis) => [
    {
      name: `concatenate, axis ${axis}`,
      apply: (...values: Value[]) => ops.concatenate(values, { axis }),
      shapes: [
        [[3, 4]],
        [
          [2, 5],
          [2, 5],
        ],
        ...[5, 64, 129].map((n) =>
          [1, 3, 2].map((m) => (axis === 1 ? [n, m, 3] : axis === 0 ? [m, n] : [2, m, n])),
        ),
      ],
    },
    {
      name: `stack, axis ${axis}`,
      apply: (...values: Value[]) => ops.stack(values, { axis }),
      shapes: [
        [[3, 4]],
        [
          [2, 5],
          [2, 5],
          [2, 5],
        ],
        [
          [2, 3, 4],
          [2, 3, 4],
        ],
      ],
    },
  ]),
  {
    name: "pad",
    apply: (x) =>
      ops.pad(x, [
        [1, 2],
        [0, 3],
      ]),
    shapes: [[[2, 3]], [[1, 1, 5]], [[3, 33]], [[2, 4, 3, 2]]],
  },
  {
    name: "pad with a value",
    apply: (x) => ops.pad(x, [[2, 0]], { value: -1.5 }),
    shapes: [[[1]], [[9]], [[3, 5]]],
  },
  // The gradient of a slice is the sum over its copies.
  ...gathers("labels", [0, 1, -1]),
  ...gathers("words", [0, -1]),

  // Where the largest stands, as a row: it is the same all around.
  ...[0, 1, -1].map((axis) => ({
    name: `oneHot of argmax, axis ${axis}`,
    apply: (x: Value) => ops.oneHot(ops.argmax(x, { axis }), 9, { dtype: x.dtype as "float32" | "float64" }),
    shapes: [[[3, 5]], [[9, 33]], [[2, 12, 3]]],
  })),
  {
    name: "oneHot of words",
    apply: (x, words) => ops.multiply(x, ops.sum(ops.oneHot(words, x.shape[0]!), { axis: 0 })),
    shapes: [
      [[5], [7]],
      [[33], [64]],
      [[9], [1]],
    ],
    kinds: ["any", "words"],
  },
];
