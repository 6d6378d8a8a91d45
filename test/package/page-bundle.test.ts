import { existsSync, readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { pageBundle } from "../../bench/page-bundle.ts";

let bundle: Awaited<ReturnType<typeof pageBundle>>;
beforeAll(async () => {
  if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: run `npm run build` first");
  bundle = await pageBundle();
});

// Of gzip's bytes 16.8 kB are the wasm, 5.9 kB the texts of messages, the rest code. In the code are threads (2.3 kB) and the numerical gradient
// (2.3 kB), which a page that does not use them loads as well: their parts cannot be files of their own, since some bundlers make
// workers of one file, and a network's methods cannot be left out. The figures are what was reached, and 0.3 % for what a compressor makes of
// a name.
it("a page that trains loads no more than it did, the wasm inside", () => {
  expect(bundle.gzip).toBeLessThanOrEqual(56_030);
  expect(bundle.brotli).toBeLessThanOrEqual(50_420);
});

it("the wasm is inside once, and the relaxed and the wide build are not", () => {
  const long = bundle.texts.flatMap((text) => text.match(/"[^"]{15000,}"/g) ?? []);
  // its tokens
  expect(long.length).toBe(1);
});

// In gzip's window the code would be in two pieces, which costs 0.9 kB. The order is that of esbuild's chunks (scripts/build.js): a module that
// fewer entries share than the wasm, and that imports others, comes before it.
it("the wasm comes before all code", () => {
  const text = bundle.texts.join();
  expect(text.search(/"[^"]{15000,}"/)).toBeLessThan(text.search(/\bclass\b/));
});

describe("the extension", () => {
  /** A name that only it has. */
  const mark = "relaxedExtension";
  const texts = async (contents?: string) => (await pageBundle(contents)).texts.join();

  it("is not inside, nor in a page that uses ops of the core", async () => {
    expect(bundle.texts.join()).not.toContain(mark);
    expect(
      await texts('export { init } from "kobai"; export { exp, gradients } from "kobai/ops";'),
    ).not.toContain(mark);
  });

  it("is asked for as what may be left out, by whoever asks for it", () => {
    const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    const calls = files.flatMap((name) =>
      [...readFileSync(`src/${name}`, "utf8").matchAll(/.*\bextension\(\s*ExtensionOp/g)].map(
        ([line]) => `${name}: ${line}`,
      ),
    );
    expect(calls.length).toBeGreaterThan(20);
    expect(calls.filter((call) => !call.includes("/* @__PURE__ */ extension("))).toEqual([]);
  });

  it("is inside once where a page uses an op of its", async () => {
    const text = await texts('export { init } from "kobai"; export { abs } from "kobai/ops";');
    expect(text.split(mark).length).toBe(2);
  });
});

it("the loader is inside, without its functions for AssemblyScript's objects", () => {
  const text = bundle.texts.join();
  expect(text).toContain("abort: ");
  expect(text).not.toContain("__newArray");
});
