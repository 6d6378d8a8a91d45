// What `init({ wide })` does where the wide build can be had: run by suite.test.ts, in Node 24 and 26.

import { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import v8 from "node:v8";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

// An engine is one to a realm: every test imports the modules anew.
async function fresh() {
  vi.resetModules();
  return import("../../../src/index.ts");
}

let kobai: Awaited<ReturnType<typeof fresh>>;
beforeEach(async () => {
  kobai = await fresh();
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

/** The flags of V8 that are set, as kobai sets them. */
function watchFlags(): string[] {
  const set: string[] = [];
  const original = v8.setFlagsFromString;
  vi.spyOn(v8, "setFlagsFromString").mockImplementation((flag) => {
    set.push(flag);
    original(flag);
  });
  syncBuiltinESMExports();
  return set;
}

/** The state of each flag after all that was set. */
function stateOf(set: readonly string[]): Record<string, boolean> {
  return Object.fromEntries(set.map((flag) => [flag.replace(/^--(no-)?/, ""), !flag.startsWith("--no-")]));
}

it.each([true, "auto"] as const)("says that it is there: wide %s", async (wide) => {
  expect(await kobai.init({ wide })).toMatchObject({ wide: true, threads: 1 });
  expect(kobai.engineInfo().wide).toBe(true);
});

it("comes with threads", async () => {
  expect(await kobai.init({ wide: true, threads: 3 })).toMatchObject({ wide: true, threads: 3 });
  using net = kobai.sequential([kobai.dense(256)], { input: [256] });
  const x = new Float32Array(256 * 256).fill(0.5);
  const two = net.predict(kobai.tensor(x, [256, 256]));
  await kobai.close();
  expect(net.predict(kobai.tensor(x, [256, 256])).data).toEqual(two.data);
});

it("is not taken where it is not asked for, even after others compiled wasm", async () => {
  new WebAssembly.Module(readFileSync("build/kobai.wasm"));
  expect(await kobai.init({ wide: false })).toMatchObject({ wide: false });
  await expect(kobai.init({ wide: true })).rejects.toThrow(kobai.StateError);
  expect(await kobai.init({ wide: "auto" })).toMatchObject({ wide: false });
});

it("leaves V8's flags as they are by default", async () => {
  const set = watchFlags();
  await kobai.init({ wide: true });
  expect(set).toContain("--experimental-wasm-revectorize");
  expect(stateOf(set)).toEqual({
    "experimental-wasm-revectorize": false,
    liftoff: true,
    "wasm-lazy-compilation": true,
    "wasm-inlining": true,
  });
});

it("keeps flags that Node was started with", async () => {
  const set = watchFlags();
  vi.spyOn(process, "execArgv", "get").mockReturnValue(["--no-liftoff", "--experimental-wasm-revectorize"]);
  await kobai.init({ wide: true });
  expect(Object.keys(stateOf(set))).toEqual(["wasm-lazy-compilation", "wasm-inlining"]);
});

it("leaves them so where compiling fails, and can be tried again", async () => {
  const set = watchFlags();
  const compile = vi.spyOn(WebAssembly, "Module").mockImplementation(() => {
    throw new WebAssembly.CompileError("no memory");
  });
  await expect(kobai.init({ wide: true })).rejects.toThrow("no memory");
  expect(stateOf(set)).toMatchObject({ liftoff: true, "wasm-lazy-compilation": true });
  compile.mockRestore();
  expect(await kobai.init({ wide: true })).toMatchObject({ wide: true });
});
