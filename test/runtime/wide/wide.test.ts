import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bundle } from "../../bundle.ts";
import { lacks, majors, nodeOf } from "./nodes.ts";

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
  vi.unstubAllGlobals();
  vi.doUnmock("../../../src/node.ts");
});

const hint = 'Leave the option out, or say "auto".';

/** A process of another kind. */
function stub(arch: string, versions: Record<string, string>): void {
  vi.stubGlobal("process", { ...process, arch, versions });
}

describe("init({ wide })", () => {
  it.each([
    ["x64", { node: "20.20.2" }, "Node 24 or 26; this is Node 20.20.2"],
    ["x64", { node: "22.23.3" }, "Node 24 or 26; this is Node 22.23.3"],
    ["x64", { node: "28.0.0" }, "Node 24 or 26; this is Node 28.0.0"],
    ["x64", { node: "24.3.0", bun: "1.4.0" }, "Node 24 or 26; this is bun"],
    ["x64", { node: "24.2.0", deno: "2.8.0" }, "Node 24 or 26; this is deno"],
    ["arm64", { node: "26.10.0" }, "an x64 processor; this is arm64"],
  ])("names what is missing on %s, %o", async (arch, versions, what) => {
    stub(arch, versions);
    await expect(kobai.init({ wide: true })).rejects.toThrow(
      new kobai.UnsupportedError(`init: wide needs ${what}. ${hint}`),
    );
    expect(await kobai.init({ wide: "auto" })).toMatchObject({ wide: false });
    expect(kobai.engineInfo().wide).toBe(false);
  });

  it("names it in a page", async () => {
    vi.doMock("../../../src/node.ts", async (original) => ({ ...(await original<object>()), isNode: false }));
    kobai = await fresh();
    await expect(kobai.init({ wide: true })).rejects.toThrow(
      new kobai.UnsupportedError(`init: wide needs Node: no page can ask its V8 for merged vectors. ${hint}`),
    );
  });

  it.each(["yes", 1, null])("refuses %o", async (wide) => {
    await expect(kobai.init({ wide: wide as never })).rejects.toThrow(kobai.OptionError);
  });

  it.each([
    [{ wide: true, relaxed: true }, "relaxed"],
    [{ wide: "auto", relaxed: true }, "relaxed"],
    [{ wide: true, wasm: new Uint8Array() }, "wasm"],
    [{ wide: true, extension: new Uint8Array() }, "extension"],
  ] as const)("has a build of its own: refuses %o", async (options, other) => {
    await expect(kobai.init(options)).rejects.toThrow(
      new kobai.OptionError(
        `init: wide has a build of its own, and does not go with ${other}: leave one of them out`,
      ),
    );
  });
});

/** A program of kobai's, as one file: beside the package, which it finds by its name, or elsewhere. */
async function bundled(body: string, where = "build"): Promise<string> {
  const folder = mkdtempSync(join(resolve(where), "kobai-wide-"));
  const entry = join(folder, "entry.ts");
  const index = JSON.stringify(join(process.cwd(), "src/index.ts"));
  writeFileSync(entry, `import { close, dense, init, sequential, tensor } from ${index};\n${body}`);
  await bundle([entry], join(folder, "out"), { packages: "bundle" });
  return join(folder, "out/entry.mjs");
}

describe.skipIf(lacks)(`in a process${lacks ? ` (not tested: this is ${lacks})` : ""}`, () => {
  it.each(majors)("finds out that V8 merges nothing, in Node %d", async (major) => {
    const file = await bundled(`
      console.log(await init({ wide: true }).catch(({ name, message }) => name + ": " + message));
      console.log((await init({ wide: "auto" })).wide);`);
    // A V8 that leaves AVX2 alone, as on a processor without.
    const stdout = execFileSync(nodeOf(major), ["--no-enable-avx2", file], { encoding: "utf8" });
    expect(stdout).toBe(
      "UnsupportedError: init: wide needs a processor with 256-bit vectors (AVX2): here a loop is not faster when V8 has been told " +
        `to merge its vectors. ${hint}\nfalse\n`,
    );
  });

  it("is no part of a bundle", async () => {
    const file = await bundled(
      "console.log(await init({ wide: true }).catch(({ message }) => message), (await init({ wide: 'auto' })).wide);",
      tmpdir(),
    );
    expect(execFileSync(nodeOf(26), [file], { encoding: "utf8" })).toBe(
      `init: wide needs kobai as it is installed: that build is not part of a bundle. ${hint} false\n`,
    );
  });

  it.each(majors)("is compiled once, before init returns, for all threads, in Node %d", async (major) => {
    const file = await bundled(`
      await init({ wide: true, threads: 3 });
      console.log("there it is");
      const net = sequential([dense(256)], { input: [256] });
      const x = tensor(new Float32Array(2 ** 18), [1024, 256]);
      for (let i = 0; i < 300; i++) net.predict(x);
      await close();`);
    const stdout = execFileSync(nodeOf(major), ["--trace-wasm-compilation-times", file], {
      encoding: "utf8",
    });
    const [before, after] = stdout.split("there it is");
    const compiled = (text: string) => text.match(/^Compiled function .*$/gm) ?? [];
    expect(compiled(before!).length).toBeGreaterThan(100);
    expect(compiled(before!).filter((line) => !line.includes("using TurboFan"))).toEqual([]);
    expect(compiled(after!)).toEqual([]);
  });
});
