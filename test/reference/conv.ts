// Convolutions in plain TypeScript: patches copied into the rows of a matrix, and the matmul of the reference.

import type { Pair, Sizes } from "../../src/graph/ops/conv-geometry.ts";
import { type Floats, matmul } from "./matmul.ts";

const floats = <A extends Floats>(like: A, length: number): A =>
  new (like.constructor as new (length: number) => A)(length);

/** The columns of a matrix [rows, columns] from `from` on, `count` of them. */
function columnsOf<A extends Floats>(a: A, columns: number, from: number, count: number): A {
  const rows = a.length / columns;
  const out = floats(a, rows * count);
  for (let i = 0; i < rows; i++)
    out.set(a.subarray(i * columns + from, i * columns + from + count), i * count);
  return out;
}

/**
 * Elements of images [batch, height, width, channels] that lie under taps: a row for each patch, in it (tap row, tap column, channel of the
 * group); 0 where there is no pixel. `places` says which rows and columns of the image a patch's taps lie over.
 */
function patchesOf<A extends Floats>(
  images: A,
  { batch, image: [height, width], channels }: Pick<Sizes, "batch" | "image" | "channels">,
  patches: Pair,
  places: { y(patch: number): readonly number[]; x(patch: number): readonly number[] },
  [from, count]: readonly [from: number, count: number],
): A {
  const [rows, columns] = [range(patches[0]).map(places.y), range(patches[1]).map(places.x)];
  const out = floats(images, batch * rows.flat().length * columns.flat().length * count);
  let next = 0;
  for (let n = 0; n < batch; n++) {
    for (const ys of rows) {
      for (const xs of columns) {
        for (const y of ys) {
          for (const x of xs) {
            const isInside = y >= 0 && y < height && x >= 0 && x < width;
            const at = ((n * height + y) * width + x) * channels + from;
            if (isInside) for (let c = 0; c < count; c++) out[next + c] = images[at + c]!;
            next += count;
          }
        }
      }
    }
  }
  return out;
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Patches of the input of one group, [outputs, taps · channels]. */
function inputPatches<A extends Floats>(sizes: Sizes, x: A, group: number): A {
  const { channels, groups, out, kernel, stride, dilation, padding } = sizes;
  const along = (axis: 0 | 1) => (output: number) =>
    range(kernel[axis]).map((tap) => output * stride[axis] + tap * dilation[axis] - padding[axis][0]);
  const each = channels / groups;
  return patchesOf(x, sizes, out, { y: along(0), x: along(1) }, [group * each, each]);
}

/** y: each element the sum over (kernel row, kernel column, channel) in increasing order. */
export function convolve<A extends Floats>(sizes: Sizes, x: A, w: A): A {
  const { batch, out, outChannels, groups, channels, kernel } = sizes;
  const pixels = batch * out[0] * out[1];
  const [k, n] = [kernel[0] * kernel[1] * (channels / groups), outChannels / groups];
  const y = floats(x, pixels * outChannels);
  for (let group = 0; group < groups; group++) {
    const b = columnsOf(w, outChannels, group * n, n);
    const c = matmul({ m: pixels, n, k, a: inputPatches(sizes, x, group), b });
    for (let i = 0; i < pixels; i++) y.set(c.subarray(i * n, (i + 1) * n), i * outChannels + group * n);
  }
  return y;
}

/** The gradient by w: each element the sum over (sample, output row, output column) in increasing order. */
export function convolveWeightGradient<A extends Floats>(sizes: Sizes, x: A, g: A): A {
  const { batch, out, outChannels, groups, channels, kernel } = sizes;
  const pixels = batch * out[0] * out[1];
  const [m, n] = [kernel[0] * kernel[1] * (channels / groups), outChannels / groups];
  const w = floats(x, m * outChannels);
  for (let group = 0; group < groups; group++) {
    const b = columnsOf(g, outChannels, group * n, n);
    const c = matmul({ m, n, k: pixels, a: inputPatches(sizes, x, group), b, transposeA: true });
    for (let i = 0; i < m; i++) w.set(c.subarray(i * n, (i + 1) * n), i * outChannels + group * n);
  }
  return w;
}

/**
 * The gradient by x: each element the sum over (output row, output column, output channel) in increasing order, of the taps that the strides
 * lead over it, outputs that there are not counted as zeros.
 */
export function convolveInputGradient<A extends Floats>(sizes: Sizes, g: A, w: A): A {
  const { batch, image, out, outChannels, groups, channels, kernel, stride, dilation, padding } = sizes;
  const x = floats(g, batch * image[0] * image[1] * channels);
  const [each, outEach] = [channels / groups, outChannels / groups];
  /** Taps over pixels `remainder`, `remainder` + stride, …, the last one first: it comes from the first output. */
  const tapsOf = (axis: 0 | 1, remainder: number) =>
    range(kernel[axis])
      .filter((tap) => (remainder + padding[axis][0] - tap * dilation[axis]) % stride[axis] === 0)
      .reverse();
  for (const [group, ry, rx] of range(groups).flatMap((group) =>
    range(Math.min(stride[0], image[0])).flatMap((ry) =>
      range(Math.min(stride[1], image[1])).map((rx) => [group, ry, rx] as const),
    ),
  )) {
    const remainders = [ry, rx] as const;
    const taps = [tapsOf(0, ry), tapsOf(1, rx)] as const;
    const count = (axis: 0 | 1) => Math.ceil((image[axis] - remainders[axis]) / stride[axis]);
    const outputs = (axis: 0 | 1) => (pixel: number) =>
      taps[axis].map(
        (tap) =>
          (pixel * stride[axis] + remainders[axis] + padding[axis][0] - tap * dilation[axis]) / stride[axis],
      );
    const pixels = [count(0), count(1)] as const;
    const of = { batch, image: out, channels: outChannels };
    const a = patchesOf(g, of, pixels, { y: outputs(0), x: outputs(1) }, [group * outEach, outEach]);
    const k = taps[0].length * taps[1].length * outEach;
    const b = floats(g, k * each);
    let row = 0;
    for (const ky of taps[0]) {
      for (const kx of taps[1]) {
        for (let f = 0; f < outEach; f++, row++) {
          for (let c = 0; c < each; c++) {
            b[row * each + c] = w[((ky * kernel[1] + kx) * each + c) * outChannels + group * outEach + f]!;
          }
        }
      }
    }
    const m = batch * pixels[0] * pixels[1];
    const product = matmul({ m, n: each, k, a, b });
    for (let i = 0; i < m; i++) {
      const [n, rest] = [Math.floor(i / (pixels[0] * pixels[1])), i % (pixels[0] * pixels[1])];
      const y = Math.floor(rest / pixels[1]) * stride[0] + ry;
      const column = (rest % pixels[1]) * stride[1] + rx;
      const at = ((n * image[0] + y) * image[1] + column) * channels + group * each;
      x.set(product.subarray(i * each, (i + 1) * each), at);
    }
  }
  return x;
}
