// The example pages, in a project in which kobai is installed as it comes.

import { cpSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../browser/chromium.ts";
import { type Server, serve } from "../browser/server.ts";
import { installPacked } from "../package/install.ts";

let folder: string;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  folder = installPacked();
  cpSync("examples/pages", folder, { recursive: true });
  [server, browser] = await Promise.all([serve({ root: folder }), launch()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ["import-map.html", { "#output": "XOR: 100 % right" }],
  ["worker.html", { "#output": "XOR: 100 % right" }],
  ["strict-policy.html", { "#output": "XOR: 100 % right", "#worker": "XOR in a worker: 100 % right" }],
  ["threads.html", { "#output": `${Math.min(availableParallelism(), 64)} threads` }],
] as const)("%s", async (name, expected) => {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  await page.goto(`${server.url}${name}`);
  for (const [element, text] of Object.entries(expected)) {
    await page.locator(`${element}:text-is("${text}")`).waitFor();
  }
  expect(problems).toEqual([]);
  await page.close();
});
