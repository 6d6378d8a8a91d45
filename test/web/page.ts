// The playground in Chromium. `npm ci --prefix web` installs what it is built of; .ci/run does.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { launchOnce, problemsOf } from "../browser/chromium.ts";
import { type Server, serve } from "../browser/server.ts";
import { skip } from "../runtimes/runtime.ts";

export const isInstalled = existsSync("web/node_modules");

export interface Site {
  /** where its files lie */
  readonly root: string;
  readonly server: Server;
  readonly browser: Browser;
  /** of the pages of `openPage`; what they keep is forgotten after each test */
  readonly context: BrowserContext;
  /** Ends what a test has left. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** While the tests of a file run that has called `servePlayground`. */
export let site: Site;

/** What anything may take that a page does, in milliseconds, on a machine that has much else to do. */
const PATIENCE_MS = 120_000;

/**
 * Waits until something is as expected: a page shows what was asked for a little later, on a busy machine much later. What it shows by itself
 * when an event has been handled, such as a field's value, may be looked at without.
 *
 * @example await eventually(() => page.locator("[role=alert]").count()).toBe(0);
 */
export const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: PATIENCE_MS });

/** Builds and serves the playground for the tests of a file, which are skipped where it is not installed. */
export function servePlayground(): void {
  vi.setConfig({ testTimeout: 2 * PATIENCE_MS, hookTimeout: 2 * PATIENCE_MS });
  beforeAll(async () => {
    if (isInstalled) site = await openSite();
  });
  afterEach(() => site?.clear());
  afterAll(() => site?.close());
  beforeEach((context) => {
    if (!isInstalled) skip(context, "the playground is not installed (npm ci --prefix web)");
  });
}

async function openSite(): Promise<Site> {
  if (!existsSync("dist/worker.js")) throw new Error("dist/ is missing: run `npm run build` first");
  const root = mkdtempSync(join(tmpdir(), "kobai-site-"));
  execFileSync(process.execPath, ["web/build.js", root]);
  const server = await serve({ isolated: true, root });
  const context = await launchOnce(`${server.url}icon.svg`);
  context.setDefaultTimeout(PATIENCE_MS);
  const browser = context.browser()!;
  const [keeper] = context.pages() as [Page];
  return {
    root,
    server,
    browser,
    context,
    async clear() {
      // What still trains takes the time of others.
      await Promise.all(context.pages().map((page) => page !== keeper && page.close()));
      await keeper.evaluate("localStorage.clear(), caches.delete('kobai-data')");
    },
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
  { server, context }: Site,
  hash: string,
  { width = 1440, scheme = "light" }: View = {},
): Promise<{ page: Page; problems: string[] }> {
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  const problems = problemsOf(page);
  await page.goto(`${server.url}index.html#/${hash}`);
  await page.waitForSelector("h1");
  return { page, problems };
}

/** A value as it stands in an address. */
export const json = (value: unknown) => encodeURIComponent(JSON.stringify(value));

/** A page whose worker can be ended, as one is that has run out of memory. */
export async function openMortal(site: Site, hash: string): Promise<{ page: Page; kill(): Promise<void> }> {
  const { page } = await openPage(site, "about:blank");
  await page.addInitScript(() => {
    const made: Worker[] = [];
    const Original = globalThis.Worker;
    Object.assign(globalThis, {
      made,
      Worker: class extends Original {
        constructor(...args: ConstructorParameters<typeof Worker>) {
          super(...args);
          made.push(this);
        }
      },
    });
  });
  await page.goto(`${site.server.url}index.html?dies#/${hash}`);
  return {
    page,
    kill: () =>
      page.evaluate(
        "made[0].dispatchEvent(new ErrorEvent('error', { message: 'out of memory' })), undefined",
      ),
  };
}

/** Leads a page to another address, as a link does; resolves when what it shows is of that one. */
export async function visit(page: Page, hash: string): Promise<void> {
  await page.evaluate(`(() => {
    document.querySelector("h1").dataset.before = "";
    location.hash = ${JSON.stringify(`#/${hash}`)};
  })()`);
  await page.waitForSelector("h1:not([data-before])");
}

/** Resolves when all that is loaded by itself is there, so that nothing moves any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction('!document.querySelector("[aria-busy]")');
}

const HASH = 'document.querySelector("[data-hash]").textContent';
const STEP = 'Number(document.querySelector("[data-step]").textContent)';

/** The SHA-256 that the page shows, once it does: it goes with the press of a button that makes it another. */
export async function hashOf(page: Page): Promise<string> {
  await page.waitForFunction('document.querySelector("[data-hash]")?.textContent?.length === 64');
  return page.evaluate<string>(HASH);
}

/** The same of what comes of something that the page takes up a little later, such as a file. */
export async function hashAfter(page: Page, act: () => Promise<unknown>): Promise<string> {
  await page.evaluate(`(() => {
    const hash = document.querySelector("[data-hash]");
    const look = () => {
      hash.dataset.gone = hash.dataset.gone || hash.textContent.length !== 64 ? "yes" : "";
    };
    delete hash.dataset.gone;
    look();
    new MutationObserver(look).observe(hash, { characterData: true, childList: true, subtree: true });
  })()`);
  await act();
  await page.waitForSelector("[data-hash][data-gone=yes]");
  return hashOf(page);
}

export const stepOf = (page: Page) => page.evaluate<number>(STEP);

/** Where the page stands, once what was asked for is done. */
export async function stateOf(page: Page): Promise<{ step: number; hash: string }> {
  await hashOf(page);
  return page.evaluate(`({ step: ${STEP}, hash: ${HASH} })`);
}

/** The hash at a step, once the page is there. */
export async function hashAt(page: Page, step: number): Promise<string> {
  await page.waitForFunction(`${STEP} === ${step} && ${HASH}.length === 64`);
  return page.evaluate<string>(HASH);
}

/** Resolves when the page shows a step after one. */
export async function pastStep(page: Page, step: number): Promise<void> {
  await page.waitForFunction(`${STEP} > ${step}`);
}

/** Moves the slider of time. */
export const seek = (page: Page, step: number) =>
  page.locator("section[aria-label=State] input[type=range]").fill(String(step));

/** Types into a field, and leaves it. */
export async function fill(page: Page, label: string, value: string | number): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await field.fill(String(value));
  await field.blur();
}

export const stopAfter = (page: Page, steps: number) => fill(page, "Stop after … steps", steps);

/**
 * Fills a field as soon as the page shows a step after one. The page does that itself: when a test hears of a step, the training may have ended.
 * Resolves when all is ready for that.
 */
export async function fillPast(page: Page, step: number, label: string, value: string): Promise<void> {
  await page.evaluate(`(() => {
    const label = [...document.querySelectorAll("label")].find((each) => each.textContent === ${JSON.stringify(label)});
    const shown = document.querySelector("[data-step]");
    new MutationObserver((_, observer) => {
      if (Number(shown.textContent) <= ${step}) return;
      observer.disconnect();
      label.control.value = ${JSON.stringify(value)};
      label.control.dispatchEvent(new Event("change", { bubbles: true }));
    }).observe(shown, { characterData: true, childList: true, subtree: true });
  })()`);
}

/** Points of a line, from 0 to 1 in both directions. */
export type Line = readonly (readonly [number, number])[];

/** Draws lines with the mouse, all moved a little to the right. */
export async function drawIn(canvas: Locator, lines: readonly Line[], shift = 0): Promise<void> {
  const page = canvas.page();
  await settled(page);
  await canvas.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await canvas.boundingBox())!;
  for (const line of lines) {
    for (const [i, [left, top]] of line.entries()) {
      await page.mouse.move(x + (left + shift) * width, y + top * height, { steps: i === 0 ? 1 : 4 });
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }
}

/** Trains to the end. */
export async function train(page: Page): Promise<void> {
  await page.click("button:text-is('Train')");
  await page.waitForSelector("button:text-is('Train'):not([disabled])");
}

/** Trains without an end in sight; resolves when it is on its way. */
export async function trainOn(page: Page): Promise<void> {
  await hashOf(page);
  await stopAfter(page, 1_000_000);
  await page.click("button:text-is('Train')");
  await pastStep(page, 50);
}

/** A page's address, once the run that it leads to is of so many steps. Browsers take addresses only so often: the page may write it later. */
export async function addressAt(page: Page, step: number): Promise<string> {
  await page.waitForFunction(`(() => {
    const log = new URLSearchParams(location.hash.split("?")[1]).get("log");
    return JSON.parse(log ?? "[]").reduce((sum, { steps }) => sum + steps, 0) === ${step};
  })()`);
  return page.evaluate<string>("location.hash.slice(2)");
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
  await settled(page);
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
