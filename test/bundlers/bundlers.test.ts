// The package as it comes in bundlers as they come: in a page that is built, its threads and its workers train to the bits of Node. And in
// Jest's page.
//
// `npm ci --prefix test/bundlers` installs the bundlers; .ci/run does.

import { execFile } from "node:child_process";
import { copyFileSync, cpSync, existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
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
});

/** Runs Node in the project; what it wrote to stdout. */
async function run(...args: string[]): Promise<string> {
  const env = { ...process.env, NODE_ENV: "production", NODE_OPTIONS: "--experimental-vm-modules" };
  return (await promisify(execFile)(process.execPath, args, { cwd: folder!, env })).stdout;
}

function installed(context: TestContext): void {
  if (!isInstalled) skip(context, "the bundlers are not installed (npm ci --prefix test/bundlers)");
}

it.for(["vite6", "vite7", "webpack", "rollup", "esbuild", "parcel"])(
  "%s: a page, its worker and kobai's own train",
  async (bundler, context) => {
    installed(context);
    const outdir = join(folder!, bundler);
    await run(join(here, "build.js"), bundler, outdir);
    if (!existsSync(join(outdir, "index.html")))
      copyFileSync(join(here, "app/index.html"), join(outdir, "index.html"));
    const server = await serve({ isolated: true, root: outdir });
    const page = await browser.newPage();
    await page.goto(`${server.url}index.html`);
    const found = await page.evaluate("found");
    await page.close();
    server.close();
    expect(found).toEqual({
      page: { threads: 2, digest },
      worker: { threads: Math.min(availableParallelism(), 64), digest },
      client: { threads: 2, digest },
    });
  },
);

it("Jest with jsdom", async (context) => {
  installed(context);
  const jest = join(here, "node_modules/jest/bin/jest.js");
  const environment = join(here, "node_modules/jest-environment-jsdom/build/index.js");
  await run(jest, "--rootDir", folder!, "--testEnvironment", environment);
});
