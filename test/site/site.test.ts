// The site as it is built: it stands below any path, no link of it leads nowhere, nothing is cut off, nobody is shut out.
//
// `npm ci --prefix site` and `npm ci --prefix web` install what it is built of; .ci/run does.

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { launchOnce, problemsOf } from "../browser/chromium.ts";
import { type Server, serve } from "../browser/server.ts";
import { skip } from "../runtimes/runtime.ts";

const isInstalled = existsSync("site/node_modules") && existsSync("web/node_modules");
const root = "build/site";
const base = "/some/where/";
const built = join(root, base);
vi.setConfig({ testTimeout: 240_000 });
let server: Server;
let context: BrowserContext;

beforeAll(async () => {
  if (!isInstalled) return;
  // VitePress fails where a link leads to a page that there is not.
  await promisify(execFile)(process.execPath, [
    "site/build.js",
    "--base",
    base,
    "--out",
    built,
    "--steps",
    "3",
  ]);
  server = await serve({ root });
  context = await launchOnce(`${server.url}${base.slice(1)}icon.svg`);
  context.setDefaultTimeout(120_000);
}, 600_000);
afterAll(async () => {
  await context?.browser()?.close();
  server?.close();
});
beforeEach((context) => {
  if (!isInstalled) skip(context, "the site is not installed (npm ci --prefix site, npm ci --prefix web)");
});

interface View {
  readonly width: number;
  readonly scheme: "light" | "dark";
}

/** A page below the site's base, and all that it complains of. */
async function open(path: string, { width, scheme }: View): Promise<{ page: Page; problems: string[] }> {
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  const problems = problemsOf(page);
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  await page.goto(`${server.url}${base.slice(1)}${path}`, { waitUntil: "networkidle" });
  // Vue marks what it has taken over: before, nothing answers.
  await page.waitForFunction('document.querySelector("#app").__vue_app__');
  await page.waitForSelector("h1");
  return { page, problems };
}

/** The outermost elements that reach beyond the page, but for those in areas that scroll. */
const cutOff = `(function look(each) {
  const { left, right, width } = each.getBoundingClientRect();
  if (width > 0 && right > innerWidth + 1 && left > -1000) return [each.outerHTML.slice(0, 120)];
  const scrolls = each !== document.body && getComputedStyle(each).overflowX !== "visible";
  return scrolls ? [] : [...each.children].flatMap(look);
})(document.body)`;

const violations = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).join(" | ")))`;

const pages = {
  "index.html": { en: "kobai", ja: "kobai" },
  "guide/layers.html": { en: "Layers and convolution", ja: "層と畳み込み" },
  "guide/in-the-page.html": { en: "In the page", ja: "ページの中で" },
  "api/numeric.html": { en: "kobai/numeric", ja: "kobai/numeric" },
  "gallery/gradient.html": { en: "Gradients", ja: "勾配" },
} as const;

describe.each(Object.entries(pages))("%s", (path, headings) => {
  it.each([
    { lang: "en", width: 1440, scheme: "light" },
    { lang: "ja", width: 360, scheme: "dark" },
  ] as const)("in $lang, $scheme, $width pixels wide", async ({ lang, width, scheme }) => {
    const { page, problems } = await open(lang === "ja" ? `ja/${path}` : path, { width, scheme });
    expect(await page.textContent("h1")).toContain(headings[lang]);
    expect(await page.evaluate("document.documentElement.lang")).toBe(lang);
    expect(await page.evaluate(cutOff)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    await page.evaluate(readFileSync("web/node_modules/axe-core/axe.min.js", "utf8"));
    expect(await page.evaluate(violations)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });
});

it.each(["en", "ja"] as const)("the playground opens from the first page, in %s", async (lang) => {
  const { page, problems } = await open(lang === "ja" ? "ja/" : "", { width: 1440, scheme: "light" });
  await page.click(`.actions a:text-is("${lang === "ja" ? "プレイグラウンド" : "Playground"}")`);
  await page.waitForSelector(
    `h1:text-is("${lang === "ja" ? "ネットワークを学習させる" : "Train a network"}")`,
  );
  expect(page.url()).toContain(`${base}playground/`);
  expect(problems).toEqual([]);
  await page.close();
});

it("the language is switched, and what is searched for is found", async () => {
  const { page, problems } = await open("guide/training.html", { width: 1440, scheme: "light" });
  await page.hover(".VPNavBarTranslations button");
  await page.click(".VPNavBarTranslations a:has-text('日本語')");
  await page.waitForSelector("h1:has-text('学習')");
  await page.waitForURL(`**${base}ja/guide/training*`);
  await page.keyboard.press("Control+k");
  await page.fill("#localsearch-input", "畳み込み");
  await page.waitForSelector("#localsearch-list a[href*='ja/guide/layers']");
  await page.fill("#localsearch-input", "maxPool2d");
  await page.waitForSelector("#localsearch-list a[href*='ja/api/kobai']");
  expect(problems).toEqual([]);
  await page.close();
});

const files = () =>
  readdirSync(built, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".html") && !name.startsWith("playground/"));

it("no page is cut off on a phone", async () => {
  // As it comes: the scripts would take ten times as long, and move nothing.
  const page = await context.browser()!.newPage({
    viewport: { width: 360, height: 900 },
    javaScriptEnabled: false,
  });
  for (const file of files()) {
    await page.goto(`${server.url}${base.slice(1)}${file}`, { waitUntil: "load" });
    expect(await page.evaluate(cutOff), file).toEqual([]);
  }
  await page.close();
});

it("links lead to headings that there are, and to files below the base", () => {
  const html = new Map(files().map((name) => [name, readFileSync(join(built, name), "utf8")]));
  const wrong: string[] = [];
  for (const [name, page] of html) {
    for (const [, href] of page.matchAll(/<a\b[^>]*? href="([^"]*)"/g)) {
      if (/^(https?|mailto):/.test(href!)) continue;
      const { pathname, hash } = new URL(href!.replaceAll("&amp;", "&"), new URL(name, `http://site${base}`));
      const inside = decodeURI(pathname.slice(base.length));
      const file = inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside;
      const target = html.get(file);
      const isThere = pathname.startsWith(base) && (target !== undefined || existsSync(join(built, file)));
      const id = decodeURIComponent(hash.slice(1));
      if (!isThere || (target && id && !target.includes(`id="${id}"`))) wrong.push(`${name}: ${href}`);
    }
    for (const [, src] of page.matchAll(/<img\b[^>]*? src="([^"]*)"/g)) {
      if (!src!.startsWith(base) || !existsSync(join(built, src!.slice(base.length))))
        wrong.push(`${name}: ${src}`);
    }
  }
  expect(wrong).toEqual([]);
});

it("its sources are sound", async () => {
  const tsc = "node_modules/typescript/bin/tsc";
  await promisify(execFile)(process.execPath, [tsc, "-p", "site"]);
});
