// The example page in Next.js, built by both of its bundlers from the package as it comes, and served by `next start`: it trains in the page
// and in a worker.
//
// `npm ci --prefix test/next` installs Next.js; .ci/run does.

import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../browser/chromium.ts";
import { installPacked } from "../package/install.ts";
import { skip } from "../runtimes/runtime.ts";

const here = import.meta.dirname;
const next = "node_modules/next/dist/bin/next";
const isInstalled = existsSync(join(here, next));
let project: string | undefined;
let browser: Browser;

beforeAll(async () => {
  if (!isInstalled) return;
  project = installPacked();
  // Copies, since Turbopack follows no link out of a project.
  execFileSync("cp", ["-r", join(here, "node_modules"), project]);
  cpSync("examples/next", project, { recursive: true });
  browser = await launch();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  if (project !== undefined) rmSync(project, { recursive: true, force: true });
}, 60_000);

const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };

it.for(["--turbopack", "--webpack"])("next build %s", { timeout: 180_000 }, async (bundler, context) => {
  if (!isInstalled) skip(context, "Next.js is not installed (npm ci --prefix test/next)");
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [next, "build", bundler], {
    cwd: project!,
    env,
  });
  expect(`${stdout}${stderr}`).not.toMatch(/warn/i);
  const server = spawn(process.execPath, [next, "start", "--port", "0"], {
    cwd: project!,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(message.text());
    });
    await page.goto(await addressOf(server));
    // React marks what it has taken over: before, nothing answers.
    await page.waitForFunction(
      'Object.keys(document.querySelector("button")).some((key) => key.startsWith("__react"))',
    );
    for (const how of ["Train in the page", "Train in a worker"]) {
      await page.getByRole("button", { name: how }).click();
      const threads = Math.min(availableParallelism(), 64);
      await page.locator(`output:text-is("XOR: 100 % right, threads: ${threads}")`).waitFor();
      expect(await page.getByRole("progressbar").getAttribute("value")).toBe("1");
    }
    expect(problems).toEqual([]);
    await page.close();
  } finally {
    server.kill();
  }
});

/** Where a server says that it listens. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stdout!.on("data", (text) => {
      said += text;
      const [address] = /http:\/\/localhost:\d+/.exec(said) ?? [];
      if (address) resolve(address);
    });
    server.on("exit", () => reject(new Error(`next start has ended: ${said}`)));
  });
}
