// Figures in a page that forbids what can be forbidden, bundled from the built package as a user's bundler does it.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { DOMParser } from "linkedom";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as plot from "../../src/plot/index.ts";
import { launch } from "./chromium.ts";
import { contentOf, figuresOf } from "./figures.ts";
import { serve } from "./server.ts";

const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src data:";
const here = figuresOf(plot);

let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  if (!existsSync("dist/plot.js")) throw new Error("dist/ is missing: run `npm run build` first");
  await build({
    stdin: {
      contents: `
        import * as plot from "kobai/plot";
        import { contentOf, figuresOf } from "./figures.ts";
        export { contentOf };
        export const figures = figuresOf(plot);`,
      resolveDir: resolve("test/browser"),
      loader: "ts",
    },
    outdir: "build/figures-page",
    entryNames: "page",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    external: ["node:*"],
    alias: { "kobai/plot": resolve("dist/plot.js") },
    logLevel: "silent",
  });
  server = await serve();
  browser = await launch();
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => problems.push(message.text()));
  page.on("requestfailed", (request) => problems.push(request.url()));
  await page.goto(`${server.url}?policy=${encodeURIComponent(policy)}`);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

it.each(Object.keys(here))("%s is the same as in Node", async (name) => {
  const there = await page.evaluate(
    `import("/build/figures-page/page.js").then(async ({ figures, contentOf }) => {
      const element = await figures[${JSON.stringify(name)}].element();
      document.body.replaceChildren(element);
      return contentOf(element);
    })`,
  );
  const document = new DOMParser().parseFromString(await here[name]!.svg(), "image/svg+xml");
  expect(there).toEqual(contentOf(document.documentElement as unknown as Element));
});

it.each(Object.keys(here))("%s as text is a file of SVG there too", async (name) => {
  const [text, error, back] = await page.evaluate<[string, string | undefined, unknown]>(
    `import("/build/figures-page/page.js").then(async ({ figures, contentOf }) => {
      const text = await figures[${JSON.stringify(name)}].svg();
      const document = new DOMParser().parseFromString(text, "image/svg+xml");
      return [text, document.querySelector("parsererror")?.textContent, contentOf(document.documentElement)];
    })`,
  );
  expect(error).toBeUndefined();
  expect(text).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  const document = new DOMParser().parseFromString(await here[name]!.svg(), "image/svg+xml");
  expect(back).toEqual(contentOf(document.documentElement as unknown as Element));
});

it("nothing that a strict content security policy forbids was tried", async () => {
  expect(problems).toEqual([]);
  // Such a policy is at work: a style that is tried is a problem.
  await page.evaluate(`document.body.innerHTML = '<p style="color: red">'`);
  expect(problems.join()).toMatch(/violates the following Content Security Policy directive/);
});
