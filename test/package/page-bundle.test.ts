import { existsSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { pageBundle } from "../../bench/page-bundle.ts";

let bundle: Awaited<ReturnType<typeof pageBundle>>;
beforeAll(async () => {
  if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: run `npm run build` first");
  bundle = await pageBundle();
});

it("a page that trains loads at most 40 kB compressed, the wasm inside", () => {
  expect(bundle.brotli).toBeLessThanOrEqual(40_000);
  expect(bundle.gzip).toBeLessThanOrEqual(40_000);
});

it("the wasm is inside once, and the relaxed and the wide build are not", () => {
  const long = bundle.texts.flatMap((text) => text.match(/"[^"]{15000,}"/g) ?? []);
  // its tokens
  expect(long.length).toBe(1);
});

it("the loader is inside, without its functions for AssemblyScript's objects", () => {
  const text = bundle.texts.join();
  expect(text).toContain("abort: ");
  expect(text).not.toContain("__newArray");
});
