import { describe, expect, it } from "vitest";
import { merged } from "../../../scripts/merged.js";
import { lacks, majors, nodeOf } from "./nodes.ts";

/**
 * How many instructions of each kernel work on 256 bits at least, in either dtype: what `node scripts/merged.js` prints. Whoever writes a
 * kernel so that V8 no longer finds its pairs sees it here, not in a bench.
 */
const least: Readonly<Record<string, number>> = {
  "binary/add": 12,
  "binary/divide": 12,
  "binary/multiply": 12,
  "binary/reluGradient": 36,
  "binary/sigmoidGradient": 33,
  "binary/subtract": 12,
  "binary/tanhGradient": 30,
  "gemm/epilogue/finish": 64,
  "gemm/epilogue/finishSigmoid": 43,
  "gemm/epilogue/finishTanh": 45,
  "gemm/kernels/columnsInPlace": 114,
  "gemm/kernels/columnsPacked": 114,
  "gemm/kernels/rowsInPlace": 114,
  "gemm/kernels/rowsPacked": 114,
  "gemm/row/row": 32,
  "loss/binaryCrossEntropy": 124,
  "loss/rowOfOneHot": 28,
  "loss/rowsOfLabels": 8,
  "loss/sumSquaredError": 16,
  "optimizer/adam": 48,
  "program/dispatch": 80,
  "reduce/sumRows": 12,
  "softmax/eightSumsOfExp": 66,
  "softmax/logSoftmax": 8,
  "softmax/logSoftmaxGradient": 34,
  "softmax/softmaxGradient": 12,
  "sparse/matmul/sumRows10": 30,
  "sparse/matmul/sumRows12": 36,
  "sparse/matmul/sumRows14": 14,
  "sparse/matmul/sumRows6": 24,
  "sparse/matmul/sumRows8": 32,
  "sparse/matmul/sumTile": 24,
  "sweep/logarithms": 159,
  "sweep/sumMoved": 53,
  "unary/mapExp": 78,
  "unary/mapLog": 47,
  "unary/mapSigmoid": 42,
  "unary/mapTanh": 44,
};

/** The micro-kernels' tiles are merged whole: what is left of 128 bits makes sums begin with zero, or ends rows. */
const most = 60;

describe.skipIf(lacks)(`V8${lacks ? ` (not tested: this is ${lacks})` : ""}`, () => {
  it.each(majors)(
    "merges the kernels' pairs, in Node %d",
    (major) => {
      const counts = Object.entries(merged(nodeOf(major)));
      const ofKernel = (kernel: string) => counts.filter(([name]) => name.replace(/<.*/, "") === kernel);
      const found = Object.fromEntries(
        Object.keys(least).map((kernel) => [
          kernel,
          Math.min(...ofKernel(kernel).map(([, { wide }]) => wide)),
        ]),
      );
      const lost = Object.entries(least).filter(([kernel, count]) => !(found[kernel]! >= count));
      expect(lost.map(([kernel, count]) => `${kernel}: ${found[kernel]} of ${count}`)).toEqual([]);
      const tiles = counts.filter(([name]) => name.startsWith("gemm/kernels/"));
      expect(tiles).toHaveLength(8);
      expect(tiles.filter(([, { narrow }]) => narrow > most)).toEqual([]);
    },
    60_000,
  );
});
