// The playground in Chromium. `npm ci --prefix web` installs what it is built of; .ci/run does.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { launch } from "../browser/chromium.ts";
import { type Server, serve } from "../browser/server.ts";
import { skip } from "../runtimes/runtime.ts";

export const isInstalled = existsSync("web/node_modules");

export interface Site {
  /** where its files lie */
  readonly root: string;
  readonly server: Server;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** While the tests of a file run that has called `servePlayground`. */
export let site: Site;

/** Builds and serves the playground for the tests of a file, which are skipped where it is not installed. */
export function servePlayground(): void {
  beforeAll(async () => {
    if (isInstalled) site = await openSite();
  });
  afterAll(() => site?.close());
  beforeEach((context) => {
    if (!isInstalled) skip(context, "the playground is not installed (npm ci --prefix web)");
  });
}

async function openSite(): Promise<Site> {
  if (!existsSync("dist/worker.js")) throw new Error("dist/ is missing: run `npm run build` first");
  const root = mkdtempSync(join(tmpdir(), "kobai-site-"));
  execFileSync(process.execPath, ["web/build.js", root]);
  const [server, browser] = await Promise.all([serve({ isolated: true, root }), launch()]);
  return {
    root,
    server,
    browser,
    async close() {
      await browser.close();
      server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export interface View {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

/** A page at an address of the playground, and all that it complains of. */
export async function openPage(
  { server, browser }: Site,
  hash: string,
  { width = 1440, scheme = "light" }: View = {},
): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    locale: "en-US",
  });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("requestfailed", (request) => {
    // What a page gives up when it is left or loaded again is no problem.
    const { errorText = "" } = request.failure() ?? {};
    if (!/ABORTED/.test(errorText)) problems.push(`failed: ${request.url()} ${errorText}`);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  await page.goto(`${server.url}index.html#/${hash}`);
  await page.waitForSelector("h1");
  return { page, problems };
}

/** The SHA-256 that the page shows, once it does. */
export async function hashOf(page: Page): Promise<string> {
  await page.waitForFunction('document.querySelector("[data-hash]")?.textContent?.length === 64', undefined, {
    timeout: 60_000,
  });
  return (await page.textContent("[data-hash]"))!;
}

export const stepOf = async (page: Page) => Number(await page.textContent("[data-step]"));

/** Trains to the end. */
export async function train(page: Page): Promise<void> {
  await page.click("button:text-is('Train')");
  await page.waitForSelector("button:text-is('Train'):not([disabled])", { timeout: 120_000 });
}

/** The code that the page shows for Node. */
export async function codeOf(page: Page): Promise<string> {
  if ((await page.locator("[data-code]").count()) === 0)
    await page.locator("details > summary").last().click();
  return (await page.textContent("[data-code]"))!;
}

/** What the code that the page shows prints in Node. @param files what lies beside it */
export async function inNode(page: Page, files: Readonly<Record<string, Buffer>> = {}): Promise<string> {
  const code = await codeOf(page);
  const folder = mkdtempSync(join(tmpdir(), "kobai-web-"));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    const file = join(folder, "train.mjs");
    const dist = (name: string) => JSON.stringify(pathToFileURL(`dist/${name}.js`).href);
    writeFileSync(
      file,
      code
        .replace('"kobai"', dist("index"))
        .replace('"kobai/io"', dist("io"))
        .replace('"kobai/data"', dist("data")),
    );
    return execFileSync(process.execPath, [file], { encoding: "utf8", cwd: folder }).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Elements that reach beyond the page, but for those in areas that scroll. */
const cutOff = `[...document.querySelectorAll("body *")]
  .filter((each) => {
    const { right, width, left } = each.getBoundingClientRect();
    return width > 0 && right > innerWidth + 1 && left > -1000 && !each.closest(".scroll, pre");
  })
  .map((each) => each.outerHTML.slice(0, 100))`;

/** What is cut off in a page so many pixels wide, and what axe finds that shuts somebody out. */
export async function flaws(page: Page, width: number): Promise<string[]> {
  await page.evaluate(readFileSync("web/node_modules/axe-core/axe.min.js", "utf8"));
  const violations = await page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 120)).join(" | ")))`);
  const needed = await page.evaluate<number>("document.documentElement.scrollWidth");
  return [
    ...(await page.evaluate<string[]>(cutOff)),
    ...(needed > width ? [`${needed} pixels are needed`] : []),
    ...violations,
  ];
}
