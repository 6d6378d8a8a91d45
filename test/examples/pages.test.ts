// The example pages, in a project in which kobai is installed as it comes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchOnce, problemsOf } from "../browser/chromium.ts";
import { type Server, serve } from "../browser/server.ts";
import { installPacked } from "../package/install.ts";

let folder: string;
let server: Server;
let context: BrowserContext;

beforeAll(async () => {
  folder = installPacked();
  cpSync("examples/pages", folder, { recursive: true });
  server = await serve({ root: folder });
  context = await launchOnce(server.url);
}, 120_000);
afterAll(async () => {
  await context?.browser()?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const threads = Math.min(availableParallelism(), 64);

it.each([
  ["import-map.html", { "#output": "XOR: 100 % right" }],
  ["worker.html", { "#output": "XOR: 100 % right" }],
  ["strict-policy.html", { "#output": "XOR: 100 % right", "#worker": "XOR in a worker: 100 % right" }],
  ["threads.html", { "#output": "XOR: 100 % right, threads: 1" }],
  ["service-worker.html", { "#output": `XOR: 100 % right, threads: ${threads}` }],
] as const)("%s", (name, expected) => shows(`${server.url}${name}`, expected));

it("threads.html, as serve.js serves it", async () => {
  const server = spawn(process.execPath, ["serve.js", "0"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [said] = await once(server.stdout, "data");
    await shows(String(said).trim(), { "#output": `XOR: 100 % right, threads: ${threads}` });
  } finally {
    server.kill();
  }
});

it("the list has each of them", () => {
  const list = readFileSync("examples/pages/README.md", "utf8");
  for (const name of readdirSync("examples/pages").filter((name) => name.endsWith(".html"))) {
    expect(list).toContain(`[${name}](${name})`);
  }
});

/** A page that comes to show these texts, without a complaint. */
async function shows(address: string, expected: Readonly<Record<string, string>>): Promise<void> {
  const page = await context.newPage();
  const problems = problemsOf(page);
  await page.goto(address);
  for (const [element, text] of Object.entries(expected)) {
    await page.locator(`${element}:text-is("${text}")`).waitFor();
  }
  expect(problems).toEqual([]);
  await page.close();
}
