// kobai's matrix products for the peers bench: each a program of one instruction on an engine of its own, bundled for peers/kobai.js.

import { matmul } from "../../src/graph/ops/matmul.ts";
import { input } from "../../src/graph/value.ts";
import { init } from "../../src/runtime/engine.ts";
import { program } from "../program.ts";

interface Product {
  readonly dtype: "float32" | "float64";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly a: Float32Array | Float64Array;
  readonly b: Float32Array | Float64Array;
}

/** Makes the engine ready; what it gives prepares a product to be timed, as `matmuls` in peers/common.js asks. */
export async function product({ threads }: { threads: number }) {
  await init(threads > 1 ? ({ threads } as Parameters<typeof init>[0]) : {});
  return ({ dtype, m, n, k, transposeA, transposeB, a, b }: Product) => {
    const left = input("a", transposeA ? [k, m] : [m, k], dtype);
    const right = input("b", transposeB ? [n, k] : [k, n], dtype);
    const c = matmul(left, right, { transposeA, transposeB });
    const one = program(
      [c],
      new Map([
        [left, a],
        [right, b],
      ]),
    );
    return { call: () => one.run(1), product: () => one.view(c), dispose: () => one.dispose() };
  };
}
