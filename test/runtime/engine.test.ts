import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { named } from "../named.ts";

const MIB = 1024 ** 2;

const identity = (error: unknown) => error;

// An engine is one to a realm: every test imports the modules anew.
async function fresh() {
  vi.resetModules();
  return { ...(await import("../../src/index.ts")), ...(await import("../../src/runtime/engine.ts")) };
}

let kobai: Awaited<ReturnType<typeof fresh>>;
beforeEach(async () => {
  kobai = await fresh();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("init", () => {
  it("is needed first", () => {
    const { dense, memoryReport, sequential, StateError } = kobai;
    const error = new StateError("kobai is not ready: call `await init()` once before anything else");
    expect(() => memoryReport()).toThrow(error);
    expect(() => sequential([dense(1)], { input: [1] })).toThrow(error);
  });

  it("gives an engine that computes", async () => {
    await kobai.init();
    using net = kobai.sequential([kobai.dense(1, { weight: kobai.constant(2) })], { input: [3] });
    expect([...net.predict([1, 2, 3]).data]).toEqual([12]);
  });

  it("keeps the first engine, however often it is called", async () => {
    const info = { threads: 1, maxMemory: 4 * MIB, relaxed: false, wide: false };
    expect(await Promise.all([kobai.init({ maxMemory: 4 * MIB }), kobai.init()])).toEqual([info, info]);
    const engine = kobai.engine();
    expect(await kobai.init({ threads: 1, maxMemory: 4 * MIB })).toEqual(info);
    expect(kobai.engineInfo()).toEqual(info);
    expect(kobai.engine()).toBe(engine);
    expect(() => engine.heap.allocate(5 * MIB, "test")).toThrow("of the limit of 4.0 MiB");
  });

  it.each([
    [{ maxMemory: 8 * MIB }, "init: maxMemory is 4294967296 since the first call, and cannot become 8388608"],
    [{ threads: 2 }, "init: threads is 1 since the first call, and cannot become 2"],
    [{ wide: true }, "init: wide is false since the first call, and cannot become true"],
  ])("refuses later what contradicts the first call: %o", async (options, text) => {
    await kobai.init();
    await expect(kobai.init(options)).rejects.toThrow(
      new kobai.StateError(`${text}: give the options to the first call alone, or use a worker`),
    );
    expect(kobai.engineInfo().threads).toBe(1);
  });

  it.each([0, 2 * MIB - 1, 4 * 1024 * MIB + 65536, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses a maxMemory of %d",
    async (maxMemory) => {
      await expect(kobai.init({ maxMemory })).rejects.toThrow(
        new kobai.OptionError(
          `init: maxMemory must be from 2097152 (2 MiB) to 4294967296 (4 GiB); got ${maxMemory}`,
        ),
      );
    },
  );

  it("can be tried again after it failed", async () => {
    await expect(kobai.init({ maxMemory: 1 })).rejects.toThrow(kobai.OptionError);
    await kobai.init({ maxMemory: 2 * MIB });
    expect(kobai.memoryReport().capacity).toBe(2 * MIB);
  });

  it("takes all that 32-bit addresses reach as a limit, and begins small", async () => {
    await kobai.init({ maxMemory: 4 * 1024 * MIB });
    expect(kobai.memoryReport()).toEqual({ capacity: 2 * MIB, held: 0, owners: {} });
  });

  it("says so where WebAssembly is missing", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    await expect(kobai.init()).rejects.toThrow(
      new kobai.UnsupportedError(
        "init: this runtime has no WebAssembly with SIMD. Use Node 20, Chrome 110, Firefox 115, Safari 16.4 or newer.",
      ),
    );
  });

  it("says so where SIMD is missing", async () => {
    vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    await expect(kobai.init()).rejects.toThrow(
      new kobai.UnsupportedError(
        "init: this runtime has no WebAssembly with SIMD. Use Node 20, Chrome 110, Firefox 115, Safari 16.4 or newer.",
      ),
    );
  });

  it("probes for SIMD with a module that is valid", async () => {
    const validate = vi.spyOn(WebAssembly, "validate");
    await kobai.init();
    expect(validate).toHaveBeenCalledOnce();
    expect(validate).toHaveReturnedWith(true);
  });
});

describe("the wasm's source", () => {
  const bytes = () => Uint8Array.from(readFileSync("build/kobai.wasm"));
  const response = () => new Response(bytes(), { headers: { "content-type": "application/wasm" } });

  it.each<[string, () => import("../../src/index.ts").WasmSource]>([
    ["bytes", bytes],
    ["an ArrayBuffer", () => bytes().buffer],
    ["a compiled module", () => new WebAssembly.Module(bytes())],
    ["a response", response],
    ["a response to come", () => Promise.resolve(response())],
  ])("may be %s", async (_, source) => {
    await kobai.init({ wasm: source() });
    using net = kobai.sequential([kobai.sigmoid()], { input: [1] });
    expect([...net.predict([0]).data]).toEqual([0.5]);
  });
});

describe("a source that is not the file", () => {
  const wasm = { "content-type": "application/wasm" };
  const page = "<!doctype html>";
  const answer = (body: BodyInit, init: ResponseInit) => new Response(body, init);

  describe.each([1, 2])("with threads: %d", (threads) => {
    it.each<[string, () => unknown, string]>([
      [
        "an answer that it is not there",
        () => answer(page, { status: 404 }),
        "init: wasm: its Response answers with status 404: is the address right?",
      ],
      [
        "a page",
        () => answer(page, { headers: { "content-type": "text/html" } }),
        'init: wasm: its Response has the Content-Type "text/html", not application/wasm: is the address right?',
      ],
      [
        "a page that says it is one",
        () => answer(page, { headers: wasm }),
        "init: wasm: what was given is not kobai's file: ",
      ],
      [
        "an answer that comes to nothing",
        () => Promise.reject(new TypeError("fetch failed")),
        "init: wasm could not be fetched: fetch failed",
      ],
      [
        "bytes of something else",
        () => new Uint8Array(10),
        "init: wasm: what was given is not kobai's file: ",
      ],
      [
        "another module",
        () => Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0),
        "init: wasm: what was given is not kobai's file: ",
      ],
      [
        "an address",
        () => "kobai.wasm",
        'init: wasm must be the bytes of kobai/wasm, its Response or a WebAssembly.Module; got "kobai.wasm"',
      ],
    ])("%s is refused", async (_, source, message) => {
      const error = await kobai.init({ threads, wasm: source() as Uint8Array<ArrayBuffer> }).catch(identity);
      expect(error).toBeInstanceOf(kobai.OptionError);
      expect((error as Error).message).toContain(message);
      expect((await kobai.init()).threads).toBe(1);
    });
  });

  it("a Response that was read is refused", async () => {
    const response = answer("", { headers: wasm });
    await response.text();
    await expect(kobai.init({ wasm: response })).rejects.toThrow(
      new kobai.OptionError("init: wasm: its Response was read already; give a Response as it comes"),
    );
  });

  it("what needs relaxed SIMD without being given says what to give", async () => {
    vi.spyOn(WebAssembly, "validate").mockReturnValue(true);
    vi.doMock("../../src/node.ts", () => ({ isNode: false, importNode: () => Promise.reject(new Error()) }));
    kobai = await fresh();
    vi.doUnmock("../../src/node.ts");
    await expect(kobai.init({ relaxed: true })).rejects.toThrow(
      new kobai.OptionError(
        'init: relaxed: that build is not part of a bundle: `import { wasm } from "kobai/relaxed"` and give it, ' +
          "init({ relaxed: true, wasm }), or fetch kobai/wasm-relaxed",
      ),
    );
  });
});

describe("an assertion in the kernels", () => {
  it("becomes an Error with its text and place", async () => {
    await kobai.init();
    const { instruction, runOnce } = await import("../../src/runtime/instructions.ts");
    const { RandomArg } = await import("../../assembly/isa/random.ts");
    const operands = { out: 0, n: 0, state: 0, purpose: 0, stream: 0, a: 0, b: 0 };
    const unknown = instruction<never>(99999 as never, "float32", named(RandomArg, operands));
    const held = kobai.memoryReport().held;
    expect(() => runOnce(kobai.engine(), unknown)).toThrow(/unknown opcode.*assembly\/memory\.ts:\d+:\d+/);
    const integer = instruction<never>(0 as never, "int32", named(RandomArg, operands));
    expect(() => runOnce(kobai.engine(), integer)).toThrow(/only gather works on integers/);
    expect(kobai.memoryReport().held).toBe(held);
  });
});
