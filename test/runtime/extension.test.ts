// The second module of kernels: when it is linked, where its file may come from, and what happens without it.

import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ExtensionOp } from "../../assembly/isa/index.ts";
import { named } from "../named.ts";
import { expectSameBits } from "../same-bits.ts";

// An engine is one to a realm: every test imports the modules anew.
async function fresh() {
  vi.resetModules();
  return {
    ...(await import("../../src/index.ts")),
    abs: (await import("../../src/ops.ts")).abs,
    ...(await import("../../src/runtime/eager.ts")),
    ...(await import("../../src/runtime/engine.ts")),
  };
}

type Kobai = Awaited<ReturnType<typeof fresh>>;
let kobai: Kobai;
beforeEach(async () => {
  kobai = await fresh();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await kobai.close();
});

const file = (name: string) => Uint8Array.from(readFileSync(`build/${name}.wasm`));

/** Has the extension compute |x| of `n` elements. */
function expectAbs(n = 3): void {
  const x = Float32Array.from({ length: n }, (_, i) => ((i % 7) - 3) / 4);
  const y = kobai.evaluate(kobai.abs, kobai.tensor(x)).data;
  expectSameBits(y, x.map(Math.abs), "abs");
}

/** Node 20 has relaxed SIMD behind a flag. */
function allowsRelaxed(): boolean {
  const relaxed = file("kobai-relaxed");
  if (!WebAssembly.validate(relaxed)) setFlagsFromString("--experimental-wasm-relaxed-simd");
  return WebAssembly.validate(relaxed);
}

describe("the extension", () => {
  it("is compiled in Node when it is needed first, and once", async () => {
    const compiled = vi.spyOn(WebAssembly, "Module");
    await kobai.init();
    const core = compiled.mock.calls.length;
    using net = kobai.sequential([kobai.dense(1)], { input: [2] });
    net.predict([1, 2]);
    expect(compiled.mock.calls.length).toBe(core);
    expectAbs();
    expectAbs(100);
    expect(compiled.mock.calls.length).toBe(core + 1);
  });

  it("is compiled for several threads when they start, and they work with it", async () => {
    const compiled = vi.spyOn(WebAssembly, "Module");
    await kobai.init({ threads: 3 });
    const both = compiled.mock.calls.length;
    // So large that the lanes share it, often enough that they are awake.
    for (let i = 0; i < 50; i++) expectAbs(200_000);
    expect(compiled.mock.calls.length).toBe(both);
    await kobai.close();
    expectAbs(1000);
  });

  it.runIf(allowsRelaxed()).each([1, 3])("has a relaxed build, with threads: %d", async (threads) => {
    expect(await kobai.init({ relaxed: true, threads })).toMatchObject({ relaxed: true, threads });
    expectAbs(50_000);
  });

  it("says what assertion failed in it, and where", async () => {
    await kobai.init();
    const { instruction, runOnce } = await import("../../src/runtime/instructions.ts");
    const { UnaryArg } = await import("../../assembly/isa/elementwise.ts");
    const operands = named(UnaryArg, { out: 0, a: 0, n: 0, parameter: 0 });
    const integers = instruction<never>(ExtensionOp.abs as never, "int32", operands);
    expect(() => runOnce(kobai.engine(), integers)).toThrow(
      /no kernel works on integers.*assembly\/extension\.ts:\d+:\d+/,
    );
  });
});

describe("its file", () => {
  const headers = { "content-type": "application/wasm" };

  it.each<[string, () => import("../../src/index.ts").WasmSource]>([
    ["bytes", () => file("kobai-extension")],
    ["a compiled module", () => new WebAssembly.Module(file("kobai-extension"))],
    ["a response to come", () => Promise.resolve(new Response(file("kobai-extension"), { headers }))],
  ])("may be %s", async (_, extension) => {
    await kobai.init({ extension: extension() });
    expectAbs();
  });

  it("may be given for several threads, beside that of the core", async () => {
    await kobai.init({ threads: 2, extension: file("kobai-extension"), wasm: file("kobai") });
    expectAbs(50_000);
  });

  it.each<[string, () => unknown, string]>([
    ["the core's", () => file("kobai"), "init: extension: what was given is not kobai's file: "],
    [
      "an answer that it is not there",
      () => new Response("", { status: 404 }),
      "init: extension: its Response answers with status 404: is the address right?",
    ],
    [
      "an answer that comes to nothing",
      () => Promise.reject(new TypeError("fetch failed")),
      "init: extension could not be fetched: fetch failed",
    ],
    [
      "an address",
      () => "kobai-extension.wasm",
      "init: extension must be the bytes of kobai/wasm-extension, its Response or a WebAssembly.Module; got ",
    ],
  ])("is not %s", async (_, extension, message) => {
    const error = await kobai.init({ extension: extension() as never }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(kobai.OptionError);
    expect((error as Error).message).toContain(message);
    await kobai.init();
    expectAbs();
  });

  it("is to be given where the relaxed build is not found by itself", async () => {
    vi.spyOn(WebAssembly, "validate").mockReturnValue(true);
    vi.doMock("../../src/node.ts", () => ({ isNode: false, importNode: () => Promise.reject(new Error()) }));
    kobai = await fresh();
    vi.doUnmock("../../src/node.ts");
    await expect(kobai.init({ relaxed: true, wasm: file("kobai-relaxed") })).rejects.toThrow(
      new kobai.OptionError(
        'init: relaxed: that build is not part of a bundle: `import { extension } from "kobai/relaxed"` and give it, ' +
          "init({ relaxed: true, extension }), or fetch kobai/wasm-extension-relaxed",
      ),
    );
  });

  it("is not the core's", async () => {
    await expect(kobai.init({ wasm: file("kobai-extension") })).rejects.toThrow(
      /^init: wasm: what was given is not kobai's file: /,
    );
  });

  it.runIf(allowsRelaxed())("must be of the build that is wanted", async () => {
    await expect(kobai.init({ extension: file("kobai-extension-relaxed") })).rejects.toThrow(
      "init: the file given as `extension` is the relaxed build: say relaxed: true, or give kobai/wasm-extension",
    );
    await expect(kobai.init({ relaxed: true, extension: file("kobai-extension") })).rejects.toThrow(
      "init: the file given as `extension` is the plain build: say relaxed: false, or give kobai/wasm-extension-relaxed",
    );
  });
});

describe("where nothing that is imported needs it", () => {
  beforeEach(async () => {
    vi.doMock("../../src/runtime/extension.ts", () => ({ extension: (op: number) => op }));
    kobai = await fresh();
    vi.doUnmock("../../src/runtime/extension.ts");
  });

  it("it is not linked, and its file is refused", async () => {
    await expect(kobai.init({ extension: file("kobai-extension") })).rejects.toThrow(
      new kobai.OptionError("init: extension: nothing that is imported needs it; leave it out"),
    );
    expect(await kobai.init()).toMatchObject({ threads: 1 });
  });

  it.each([1, 2])("what is imported later says that it came too late, with threads: %d", async (threads) => {
    await kobai.init({ threads });
    expect(() => expectAbs(50_000)).toThrow(
      new kobai.StateError("kernels are missing: import what uses them before init() is called"),
    );
    using net = kobai.sequential([kobai.dense(1, { weight: kobai.constant(2) })], { input: [3] });
    expect([...net.predict([1, 1, 1]).data]).toEqual([6]);
  });
});
