// Rows of the table of ops (op-cases.ts): convolutions at awkward sizes.

import type { Value } from "../../src/graph/value.ts";
import {
  type ConvolutionOptions,
  convolve2d,
  convolveTranspose2d,
  type TransposedConvolutionOptions,
} from "../../src/ops.ts";
import type { OpCase } from "./op-cases.ts";

type Image = readonly [batch: number, height: number, width: number, channels: number];
/** [height, width, output channels] */
type Kernel = readonly [number, number, number];

const described = (options: object) => JSON.stringify(options).replaceAll('"', "");

/** y = Σ x·w: ∂x is the convolution of ∂y by the kernel turned around, ∂w the product of the patches and ∂y. */
function convolution(options: ConvolutionOptions, ...sizes: readonly (readonly [Image, Kernel])[]): OpCase {
  const { groups = 1 } = options;
  return {
    name: `convolve2d, ${described(options)}`,
    apply: (x: Value, w: Value) => convolve2d(x, w, options),
    shapes: sizes.map(([image, [height, width, out]]) => [image, [height, width, image[3] / groups, out]]),
  };
}

/** The input's gradient as an op: its gradients are a convolution, and again the product of patches and gradient. */
function transposed(
  options: TransposedConvolutionOptions,
  ...sizes: readonly (readonly [Image, Kernel])[]
): OpCase {
  const { groups = 1 } = options;
  return {
    name: `convolveTranspose2d, ${described(options)}`,
    apply: (x: Value, w: Value) => convolveTranspose2d(x, w, options),
    shapes: sizes.map(([image, [height, width, out]]) => [image, [height, width, out / groups, image[3]]]),
  };
}

// biome-ignore format: a table
export const convolutions: readonly OpCase[] = [
  convolution({},
    [[1, 1, 1, 1], [1, 1, 1]], [[2, 5, 7, 1], [3, 2, 3]], [[3, 4, 4, 2], [2, 3, 5]], [[1, 3, 9, 4], [3, 1, 9]],
    [[2, 6, 5, 5], [1, 1, 31]], [[1, 9, 11, 3], [5, 5, 33]], [[1, 5, 6, 6], [2, 1, 12]],
    // Long sums: over the pixels, over a patch, over a patch of the output's gradient.
    [[5, 17, 15, 1], [2, 2, 9]], [[3, 21, 20, 3], [1, 2, 3]], [[1, 4, 4, 150], [3, 3, 2]], [[1, 4, 4, 2], [3, 3, 150]],
    // More rows of a weight than are done at once, more columns than are packed at once.
    [[1, 3, 3, 90], [3, 3, 2]], [[1, 2, 2, 2], [1, 2, 530]],
  ),
  convolution({ padding: "same" },
    [[2, 3, 3, 1], [3, 3, 2]], [[1, 4, 7, 2], [2, 5, 5]], [[2, 7, 9, 16], [3, 3, 24]], [[2, 28, 28, 1], [3, 3, 16]],
    [[1, 2, 2, 3], [5, 5, 4]], [[2, 10, 9, 1], [5, 5, 30]],
    // More than a band holds: some rows of a sample, some samples.
    [[2, 70, 81, 13], [3, 3, 2]], [[30, 19, 18, 7], [3, 3, 2]],
  ),
  convolution({ padding: "same", stride: 2 },
    [[2, 5, 6, 3], [3, 3, 4]], [[1, 7, 4, 4], [2, 5, 9]], [[2, 4, 4, 2], [1, 1, 3]]),
  convolution({ stride: [3, 2], padding: 1 }, [[2, 5, 6, 3], [3, 3, 4]], [[1, 8, 8, 1], [2, 4, 5]]),
  convolution({ padding: [[0, 3], [2, 1]] }, [[2, 3, 4, 2], [3, 3, 5]], [[1, 1, 1, 1], [3, 2, 3]]),
  convolution({ dilation: 2, padding: "same" }, [[2, 5, 6, 3], [3, 3, 4]], [[1, 7, 3, 4], [2, 3, 9]]),
  convolution({ dilation: [2, 3], stride: [4, 2], padding: [2, 4] },
    [[2, 9, 8, 3], [3, 3, 4]], [[1, 6, 9, 1], [2, 2, 5]]),
  convolution({ groups: 2, padding: 1 },
    [[2, 4, 5, 4], [3, 3, 6]], [[1, 3, 3, 2], [1, 3, 18]], [[1, 5, 4, 258], [2, 2, 4]]),
  convolution({ groups: 6, padding: "same", stride: 2 },
    [[2, 5, 4, 6], [3, 3, 6]], [[1, 3, 3, 6], [2, 2, 12]], [[3, 41, 20, 6], [2, 3, 6]]),
  convolution({ groups: 21, dilation: 2, padding: 2 }, [[2, 5, 4, 21], [3, 3, 21]], [[1, 35, 36, 21], [1, 2, 21]]),
  transposed({}, [[2, 3, 4, 3], [3, 2, 5]], [[1, 1, 1, 1], [2, 2, 1]]),
  transposed({ stride: 2, padding: "same" }, [[2, 3, 4, 3], [3, 3, 5]], [[1, 5, 2, 2], [2, 4, 9]]),
  transposed({ stride: [2, 3], padding: 1, outputPadding: [1, 2] }, [[2, 3, 4, 4], [3, 3, 2]]),
  // Larger than what its elements reach: a convolution of its result would give more than there were.
  transposed({ stride: [4, 3], padding: "same", outputPadding: [3, 2] }, [[2, 3, 4, 2], [3, 1, 3]], [[1, 2, 5, 1], [1, 2, 5]]),
  transposed({ stride: 3, dilation: 2, groups: 2 }, [[2, 3, 2, 4], [2, 3, 6]]),
];
