import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Floats, matmul as reference } from "../reference/matmul.ts";

// An engine is one to a realm: every test imports the modules anew.
async function fresh() {
  vi.resetModules();
  return import("../../src/index.ts");
}

let kobai: Awaited<ReturnType<typeof fresh>>;
beforeEach(async () => {
  kobai = await fresh();
});

/** Node 20 has relaxed SIMD behind a flag. */
function allow(): boolean {
  const relaxed = new Uint8Array(readFileSync("build/kobai-relaxed.wasm"));
  if (!WebAssembly.validate(relaxed)) setFlagsFromString("--experimental-wasm-relaxed-simd");
  return WebAssembly.validate(relaxed);
}

describe("init({ relaxed })", () => {
  it("says so where relaxed SIMD is missing, and can be tried again without", async () => {
    const validate = WebAssembly.validate;
    vi.spyOn(WebAssembly, "validate").mockImplementation((bytes) => bytes.byteLength < 30 && validate(bytes));
    await expect(kobai.init({ relaxed: true })).rejects.toThrow(kobai.UnsupportedError);
    expect(await kobai.init()).toMatchObject({ relaxed: false });
    vi.restoreAllMocks();
  });

  it("is not the default, and cannot be had after it", async () => {
    expect(await kobai.init()).toMatchObject({ relaxed: false });
    await expect(kobai.init({ relaxed: true })).rejects.toThrow(kobai.StateError);
  });

  it.runIf(allow())("gives the relaxed build, and says so", async () => {
    expect(await kobai.init({ relaxed: true })).toMatchObject({ relaxed: true });
    expect(kobai.engineInfo().relaxed).toBe(true);
  });

  it.runIf(allow())("takes the file, if it is that of the build asked for", async () => {
    const [plain, relaxed] = ["kobai", "kobai-relaxed"].map((name) => readFileSync(`build/${name}.wasm`));
    await expect(kobai.init({ wasm: relaxed! })).rejects.toThrow(kobai.OptionError);
    await expect(kobai.init({ wasm: plain!, relaxed: true })).rejects.toThrow(kobai.OptionError);
    expect(await kobai.init({ wasm: relaxed!, relaxed: true })).toMatchObject({ relaxed: true });
  });
});

describe.runIf(allow())("matmul of the relaxed build", () => {
  const shapes = [1, 4, 5, 6, 7, 12, 13, 17].flatMap((m) =>
    [1, 3, 8, 9, 16, 33].flatMap((n) => [1, 2, 3, 4, 5, 8, 31].map((k) => ({ m, n, k }))),
  );
  shapes.push({ m: 20, n: 48, k: 801 }, { m: 33, n: 520, k: 405 });

  it.each(["float32", "float64"] as const)("equals the reference in %s but for rounding", async (dtype) => {
    await kobai.init({ relaxed: true });
    const { program, numbers, floats } = await import("../../bench/program.ts");
    const { matmul } = await import("../../src/graph/ops/matmul.ts");
    const { input } = await import("../../src/graph/value.ts");
    const ulp = dtype === "float32" ? 2 ** -24 : 2 ** -53;
    for (const { m, n, k } of shapes) {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const a = input("a", transposeA ? [k, m] : [m, k], dtype);
          const b = input("b", transposeB ? [n, k] : [k, n], dtype);
          const c = matmul(a, b, { transposeA, transposeB });
          const dataA = numbers(floats(dtype, m * k), 1);
          const dataB = numbers(floats(dtype, k * n), 2);
          const one = program(
            [c],
            new Map([
              [a, dataA],
              [b, dataB],
            ]),
          );
          one.run(1);
          const expected = reference<Floats>({ m, n, k, a: dataA, b: dataB, transposeA, transposeB });
          const result = one.view(c);
          let worst = 0;
          for (let i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(expected[i]! - result[i]!));
          }
          one.dispose();
          // The numbers are at most 1: each of k additions rounds a sum of at most k, in both.
          expect(worst, `${m}×${k}·${k}×${n}, ${transposeA} ${transposeB}`).toBeLessThanOrEqual(
            2 * k * k * ulp,
          );
        }
      }
    }
  });
});
