// The package as it comes in bundlers as they come: in a page that is built, its threads and its workers train to the bits of Node. And in
// Jest's page.
//
// `npm ci --prefix test/bundlers` installs the bundlers; .ci/run does.

import { exec, execFile } from "node:child_process";
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, type TestContext } from "vitest";
import { launch } from "../browser/chromium.ts";
import { serve } from "../browser/server.ts";
import { installPacked } from "../package/install.ts";
import { skip } from "../runtimes/runtime.ts";

const here = import.meta.dirname;
const isInstalled = existsSync(join(here, "node_modules"));
let folder: string | undefined;
let digest: string;
let browser: Browser;

beforeAll(async () => {
  if (!isInstalled) return;
  // What the README tells who uses Parcel.
  folder = installPacked({ "@parcel/resolver-default": { packageExports: true } });
  cpSync(join(here, "app"), folder, { recursive: true });
  const script = 'console.log((await (await import("./train.js")).train()).digest)';
  digest = (await run("--input-type=module", "-e", script)).trim();
  browser = await launch();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Runs Node in the project, or below it; what it wrote to stdout. */
async function run(...args: string[]): Promise<string> {
  return runIn(folder!, ...args);
}

async function runIn(cwd: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, NODE_ENV: "production", NODE_OPTIONS: "--experimental-vm-modules" };
  return (await promisify(execFile)(process.execPath, args, { cwd, env })).stdout;
}

function installed(context: TestContext): void {
  if (!isInstalled) skip(context, "the bundlers are not installed (npm ci --prefix test/bundlers)");
}

/** The page that a bundler makes of a folder, loaded; what it leaves in `found`, and whether it has the extension. */
async function pageOf(bundler: string, project: string): Promise<{ found: unknown; extended: boolean }> {
  const outdir = join(project, bundler);
  await runIn(project, join(here, "build.js"), bundler, outdir);
  if (!existsSync(join(outdir, "index.html")))
    copyFileSync(join(project, "index.html"), join(outdir, "index.html"));
  const server = await serve({ isolated: true, root: outdir });
  const page = await browser.newPage();
  await page.goto(`${server.url}index.html`);
  const found = await page.evaluate("found");
  await page.close();
  server.close();
  const files = readdirSync(outdir, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  const texts = files.map((name) => readFileSync(join(outdir, name), "utf8"));
  return { found, extended: texts.some((text) => text.includes("relaxedExtension")) };
}

const bundlers = ["vite6", "vite7", "webpack", "rollup", "esbuild", "parcel"];

it.for(bundlers)("%s: a page, its worker and kobai's own train", async (bundler, context) => {
  installed(context);
  expect(await pageOf(bundler, folder!)).toEqual({
    found: {
      page: { threads: 2, digest },
      worker: { threads: Math.min(availableParallelism(), 64), digest },
      client: { threads: 2, digest },
    },
    extended: true,
  });
});

// Parcel by Terser: its own minifier, SWC (1.16), keeps constants that refer to each other, as the ops do whose gradients are each other's, used
// or not.
it.for(bundlers.map((bundler) => (bundler === "parcel" ? "parcel-terser" : bundler)))(
  "%s: a page that uses nothing of the extension is without it",
  async (bundler, context) => {
    installed(context);
    const { found, extended } = await pageOf(bundler, join(folder!, "plain"));
    expect(found).toEqual(["function", 0]);
    expect(extended).toBe(false);
  },
);

const scripts = (
  JSON.parse(readFileSync("examples/bundlers/package.json", "utf8")) as {
    scripts: Readonly<Record<string, string>>;
  }
).scripts;

it.for(Object.entries(scripts))("the example, by its script for %s", async ([name, script], context) => {
  installed(context);
  const project = join(folder!, `example-${name}`);
  cpSync("examples/bundlers", project, { recursive: true });
  const PATH = `${join(here, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
  await promisify(exec)(script, { cwd: project, env: { ...process.env, PATH } });
  const server = await serve({ root: join(project, "dist") });
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(`${server.url}index.html`);
  await page.locator('#output:text-is("XOR: 100 % right")').waitFor();
  await page.locator('#worker:text-is("XOR in a worker: 100 % right")').waitFor();
  expect(problems).toEqual([]);
  await page.close();
  server.close();
});

it("Jest with jsdom", async (context) => {
  installed(context);
  const jest = join(here, "node_modules/jest/bin/jest.js");
  const environment = join(here, "node_modules/jest-environment-jsdom/build/index.js");
  await run(jest, "--rootDir", folder!, "--testEnvironment", environment);
});
