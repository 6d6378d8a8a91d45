// What this machine's processor can do at most with 128-bit vectors: the measure of the matmul.

import asc from "assemblyscript/asc";
import { clock } from "./harness.ts";

/** Flops of one core in a second, 10⁹. */
export interface Peak {
  float32: number;
  float64: number;
}

interface Chains {
  float32(turns: number, x: number, y: number): number;
  float64(turns: number, x: number, y: number): number;
}

const TURNS = 6_000_000;
const FLOPS = { float32: 48, float64: 24 } as const;

/** Measures the peak; the highest of all measurements counts, as other programs can only lower it. */
export class PeakMeter {
  readonly #chains: Chains;
  readonly highest: Peak = { float32: 0, float64: 0 };

  private constructor(chains: Chains) {
    this.#chains = chains;
  }

  static async create(): Promise<PeakMeter> {
    const meter = new PeakMeter(await compile());
    for (let i = 0; i < 10; i++) meter.measure();
    return meter;
  }

  /** Some 10 ms of multiplications and additions. */
  measure(): void {
    for (const dtype of ["float32", "float64"] as const) {
      const start = clock();
      // Factors of 1 and terms of 0 keep all numbers normal; the compiler does not know them.
      this.#chains[dtype](TURNS, 1, 0);
      const seconds = clock() - start;
      this.highest[dtype] = Math.max(this.highest[dtype], (TURNS * FLOPS[dtype]) / seconds / 1e9);
    }
  }
}

async function compile(): Promise<Chains> {
  const files: { wasm?: Uint8Array } = {};
  const { error, stderr } = await asc.main(
    ["bench/peak/peak.ts", "--config", "none", "--runtime", "stub", "--enable", "simd", "-O3", "-o", "wasm"],
    {
      writeFile(_name, contents) {
        files.wasm = contents as Uint8Array;
      },
    },
  );
  if (error || !files.wasm) throw new Error(`bench/peak/peak.ts: ${error?.message}\n${stderr.toString()}`);
  const { instance } = await WebAssembly.instantiate(files.wasm as BufferSource, { env: { abort() {} } });
  return instance.exports as unknown as Chains;
}
