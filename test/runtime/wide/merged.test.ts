import { describe, expect, it } from "vitest";
import { type Counts, merged } from "../../../scripts/merged.js";
import { lacks, majors, nodeOf } from "./nodes.ts";

/**
 * How many instructions of each kernel work on 256 bits at least, in either dtype: what `node scripts/merged.js` prints. Whoever writes a
 * kernel so that V8 no longer finds its pairs sees it here, not in a bench.
 */
const core: Readonly<Record<string, number>> = {
  "elementwise/loops/combine<Add>": 12,
  "elementwise/loops/combine<Divide>": 12,
  "elementwise/loops/combine<Multiply>": 12,
  "elementwise/loops/combine<ReluGradient>": 36,
  "elementwise/loops/combine<SigmoidGradient>": 33,
  "elementwise/loops/combine<Subtract>": 12,
  "elementwise/loops/combine<TanhGradient>": 30,
  "elementwise/loops/map<Exp>": 78,
  "elementwise/loops/map<Log>": 47,
  "elementwise/loops/map<Sigmoid>": 42,
  "elementwise/loops/map<Tanh>": 44,
  "execute/dispatch": 76,
  "gemm/epilogue/finish": 64,
  "gemm/epilogue/finishSigmoid": 43,
  "gemm/epilogue/finishTanh": 45,
  "gemm/kernels/columnsInPlace": 114,
  "gemm/kernels/columnsPacked": 114,
  "gemm/kernels/rowsInPlace": 114,
  "gemm/kernels/rowsPacked": 114,
  "gemm/row/row": 32,
  "loss/losses/binaryCrossEntropy": 124,
  "loss/losses/rowOfOneHot": 28,
  "loss/losses/rowsOfLabels": 8,
  "loss/losses/sumSquaredError": 16,
  "optimizer/updates/adam": 48,
  "reduce/sum/sumRows": 12,
  "softmax/softmax/eightSumsOfExp": 66,
  "softmax/softmax/logSoftmax": 8,
  "softmax/softmax/logSoftmaxGradient": 34,
  "softmax/softmax/softmaxGradient": 12,
  "sparse/sum-rows/sumRows10": 30,
  "sparse/sum-rows/sumRows12": 36,
  "sparse/sum-rows/sumRows14": 14,
  "sparse/sum-rows/sumRows6": 24,
  "sparse/sum-rows/sumRows8": 32,
  "sparse/sum-rows/sumTile": 24,
  "sweep/sweep/logarithms": 159,
  "sweep/sweep/sumMoved": 53,
};

/** Those of the extension. */
const extension: Readonly<Record<string, number>> = {
  "conv/tiles/tiles": 144,
  "conv/weight-tiles/fourRowsOfFourInPlace": 57,
  "conv/weight-tiles/fourRowsOfFourPacked": 57,
  "elementwise/loops/combine<AbsGradient>": 84,
  "elementwise/loops/combine<Equal>": 24,
  "elementwise/loops/combine<Greater>": 24,
  "elementwise/loops/combine<GreaterEqual>": 24,
  "elementwise/loops/combine<Less>": 24,
  "elementwise/loops/combine<LessEqual>": 24,
  "elementwise/loops/combine<Maximum>": 96,
  "elementwise/loops/combine<Minimum>": 84,
  "elementwise/loops/combine<NotEqual>": 24,
  "elementwise/where/where": 40,
  "extension/dispatch": 12,
  "indexing/gather/scatterAxis": 4,
  "normalize/channels/batchNormGradient": 20,
  "normalize/channels/channelAffine": 12,
  "normalize/columns/columnProducts": 24,
  "normalize/columns/columnSquares": 14,
  "normalize/columns/columnSums": 10,
  "normalize/groups/groupNorm": 56,
  "normalize/groups/groupNormGradient": 20,
  "normalize/groups/weighedSums": 44,
  "pool/interpolate/interpolate": 8,
  "pool/interpolate/interpolateGradient": 8,
  "pool/windows/maxPool": 69,
  "pool/windows/maxPoolGradient": 29,
  "pool/windows/sumPool": 12,
  "pool/windows/sumPoolGradient": 10,
  "reduce/extremes/extremes<Maximum>": 32,
  "reduce/extremes/extremes<Minimum>": 28,
};

/** The micro-kernels' tiles are merged whole: what is left of 128 bits makes sums begin with zero, or ends rows. */
const most = 60;

/** Where fewer are merged than should be. */
function lost(counts: Record<string, Counts>, least: Readonly<Record<string, number>>): string[] {
  return Object.entries(least).flatMap(([kernel, count]) => {
    const own = Object.entries(counts).filter(
      ([name]) => name.replace(/<f(32|64)>/, "").replace(/<f(32|64),/, "<") === kernel,
    );
    if (own.length === 0) return [`${kernel} is missing`];
    const found = Math.min(...own.map(([, { wide }]) => wide));
    return found >= count ? [] : [`${kernel}: ${found} of ${count}`];
  });
}

describe.skipIf(lacks)(`V8${lacks ? ` (not tested: this is ${lacks})` : ""}`, () => {
  it.each(majors)(
    "merges the kernels' pairs, in Node %d",
    (major) => {
      const counts = merged(nodeOf(major));
      expect(lost(counts, core)).toEqual([]);
      expect(lost(merged(nodeOf(major), "kobai-extension-wide"), extension)).toEqual([]);
      const tiles = Object.entries(counts).filter(([name]) => name.startsWith("gemm/kernels/"));
      expect(tiles).toHaveLength(8);
      expect(tiles.filter(([, { narrow }]) => narrow > most)).toEqual([]);
    },
    60_000,
  );
});
