import {
  BAND_BYTES,
  BAND_SLACK,
  BLOCK_PIXELS,
  HEADER_BYTES,
  PLACES_BYTES,
  SEGMENTS_BYTES,
} from "../../assembly/conv/blocking.ts";
import { BLOCK_K, BLOCK_N_BYTES } from "../../assembly/gemm/blocking.ts";
import { LONGEST_SUM, TOTALS_BYTES } from "../../assembly/sums.ts";
import { type Sizes, spanOf } from "../graph/ops/conv-geometry.ts";
import { roundUp } from "./heap.ts";

/** The parts of a lane's scratch, in bytes. */
export interface ConvolutionScratch {
  /** a band of the image or of the output's gradient, with its padding */
  readonly bandBytes: number;
  /** packed panels */
  readonly panelBytes: number;
  /** the totals of long sums */
  readonly totalsBytes: number;
  /** all of it, a multiple of 64 */
  readonly bytes: number;
}

/** One axis of patches: of the source, so much lies under all of them, and under one. */
interface Reach {
  readonly all: number;
  readonly one: number;
  /** how many patches, and how many elements of one, lie along it */
  readonly patches: number;
  readonly taps: number;
}

/**
 * How much scratch one lane of a convolution y = x ∗ w needs: a bound that holds for any number of lanes, and does not grow with the batch.
 *
 * @param of which of the three is computed
 */
export function convolutionScratch(
  of: "y" | "x" | "w",
  sizes: Sizes,
  elementBytes: 4 | 8,
): ConvolutionScratch {
  const { batch, channels, outChannels, groups } = sizes;
  const [y, x] = of === "x" ? [back(sizes, 0), back(sizes, 1)] : [along(sizes, 0), along(sizes, 1)];
  const source = of === "x" ? outChannels : channels;
  const pixels = batch * y.patches * x.patches;
  const inPatch = y.taps * x.taps * (source / groups);
  // A weight's gradient does all channels of a depthwise convolution together.
  const together = of === "w" && groups === channels && groups === outChannels;
  const columns = together ? channels : (of === "x" ? channels : outChannels) / groups;
  const [rows, terms] = of === "w" ? [inPatch, pixels] : [pixels, inPatch];

  const rowBytes = x.all * source * elementBytes;
  const bandBytes = roundUp(
    Math.max(Math.min(batch * y.all * rowBytes, BAND_BYTES), y.one * rowBytes) + BAND_SLACK,
  );
  const blockColumns = Math.min(columns, BLOCK_N_BYTES / elementBytes);
  const depth = Math.min(roundUp(terms, 4), Math.max(BLOCK_K, BLOCK_PIXELS));
  // The wide build's panels, which are the widest, end with a cache line.
  const panelBytes = roundUp(depth * roundUp(blockColumns, 64 / elementBytes) * elementBytes);
  const rowTotals = 8 * roundUp(blockColumns, 4);
  const totalsBytes =
    terms > LONGEST_SUM
      ? roundUp(Math.max(Math.min(TOTALS_BYTES, rows * rowTotals), x.patches * rowTotals))
      : 0;
  const bytes = HEADER_BYTES + SEGMENTS_BYTES + PLACES_BYTES + bandBytes + panelBytes + totalsBytes;
  return { bandBytes, panelBytes, totalsBytes, bytes: roundUp(bytes) };
}

/** Patches of the image under the kernel. */
function along({ out, kernel, stride, dilation }: Sizes, axis: 0 | 1): Reach {
  const one = spanOf(kernel[axis], dilation[axis]);
  return { all: (out[axis] - 1) * stride[axis] + one, one, patches: out[axis], taps: kernel[axis] };
}

/** Patches of the output's gradient: at most, of the kinds that there are with strides. */
function back({ image, kernel, stride, dilation }: Sizes, axis: 0 | 1): Reach {
  const common = greatestCommonDivisor(stride[axis], dilation[axis]);
  const taps = Math.ceil((kernel[axis] * common) / stride[axis]);
  const one = spanOf(taps, dilation[axis] / common);
  const patches = Math.ceil(image[axis] / stride[axis]);
  return { all: patches - 1 + one, one, patches, taps };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
