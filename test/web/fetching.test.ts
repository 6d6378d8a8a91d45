// Data sets are fetched with a word of how much has come; that can be cancelled, and what failed can be asked for again.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Page, Route } from "playwright-core";
import { describe, expect, it } from "vitest";
import { eventually, hashOf, openPage, servePlayground, site } from "./page.ts";

servePlayground();

const IMAGES = "train-images-idx3-ubyte";

/** Holds an answer back until it is let go. */
async function held(page: Page, pattern: string): Promise<{ letGo: () => Promise<void> }> {
  const waiting: Route[] = [];
  await page.route(pattern, (route) => void waiting.push(route));
  return {
    async letGo() {
      await page.unroute(pattern);
      await Promise.all(waiting.map((route) => route.continue().catch(() => {})));
    },
  };
}

describe.each([
  ["en", "Fetch MNIST (11 MB)", "Cancel", /^\d+\.\d( of \d+\.\d)? MB$/],
  ["ja", "MNIST を取得(11 MB)", "中止", /^(\d+\.\d MB 中の )?\d+\.\d MB$/],
] as const)("in %s", (lang, fetchIt, cancel, shown) => {
  it("it is told how much has come, and cancelling brings back what there was", async () => {
    const { page, problems } = await openPage(site, `train?lang=${lang}&data=mnist`);
    const images = await held(page, `**/mnist/${IMAGES}`);
    await page.click(`button:text-is('${fetchIt}')`);
    await eventually(async () =>
      Number(await page.getAttribute("[data-loaded]", "data-loaded")),
    ).toBeGreaterThan(1_000_000);
    expect(await page.textContent("[data-loaded]")).toMatch(shown);
    expect(await page.locator("main progress").count()).toBe(1);
    await page.click(`button:text-is('${cancel}')`);
    await page.waitForSelector(`button:text-is('${fetchIt}'):not([disabled])`);
    expect(await page.locator("main progress").count()).toBe(0);
    expect(await page.locator("[role=alert]").count()).toBe(0);
    await images.letGo();
    await page.click(`button:text-is('${fetchIt}')`);
    expect(await hashOf(page)).toMatch(/^[0-9a-f]{64}$/);
    expect(problems).toEqual([]);
    await page.close();
  });
});

it("of how much in all, where the server says so", async () => {
  const { page, problems } = await openPage(site, "train?lang=en&data=mnist");
  let total = 0;
  await page.route("**/mnist/*", async (route) => {
    if (route.request().url().endsWith(IMAGES)) return;
    const response = await route.fetch();
    const body = await response.body();
    total += body.length;
    await route.fulfill({ body, headers: { "content-length": String(body.length) } });
  });
  await page.click("button:has-text('Fetch MNIST')");
  // Three of four say how long they are: what is unknown is not guessed at.
  await eventually(async () =>
    Number(await page.getAttribute("[data-loaded]", "data-loaded")),
  ).toBeGreaterThan(1_500_000);
  expect(await page.textContent("[data-loaded]")).not.toContain("of");
  expect(await page.getAttribute("main progress", "value")).toBe(null);
  expect(total).toBeGreaterThan(0);
  expect(problems).toEqual([]);
  await page.close();
});

it("what was fetched is kept by the browser, and not asked of the server again", async () => {
  const { page, problems } = await openPage(site, "train?lang=en&data=mnist");
  await page.click("button:has-text('Fetch MNIST')");
  const hash = await hashOf(page);
  await eventually(() =>
    page.evaluate("caches.open('kobai-data').then((store) => store.keys()).then(({ length }) => length)"),
  ).toBe(4);
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/mnist/")) asked.push(request.url());
  });
  await page.reload();
  await page.click("button:has-text('Fetch MNIST')");
  expect(await hashOf(page)).toBe(hash);
  expect(asked).toEqual([]);
  expect(problems).toEqual([]);
  await page.close();
});

describe("what cannot be used is refused in the page's language, is not kept, and can be asked for again:", () => {
  const plain = () => gunzipSync(readFileSync(`${site.root}/mnist/t10k-labels-idx1-ubyte`));
  it.each([
    ["no answer", (route: Route) => route.abort(), "接続を確かめて"],
    ["a page that is not there", (route: Route) => route.fulfill({ status: 404 }), "404"],
    ["no IDX file", (route: Route) => route.fulfill({ body: "no labels" }), "IDX ファイルではありません"],
    [
      "fewer labels than images",
      (route: Route) =>
        route.fulfill({
          body: Buffer.concat([Buffer.from([0, 0, 8, 1, 0, 0, 0, 9]), plain().subarray(8, 17)]),
        }),
      "IDX ファイルではありません",
    ],
    [
      "labels that are none",
      (route: Route) =>
        route.fulfill({ body: Buffer.concat([plain().subarray(0, 8), Buffer.alloc(10_000, 10)]) }),
      "IDX ファイルではありません",
    ],
  ] as const)("%s", async (_, answer, words) => {
    const { page } = await openPage(site, "train?lang=ja&data=mnist");
    await page.route("**/mnist/t10k-labels*", answer);
    await page.click("button:text-is('MNIST を取得(11 MB)')");
    await page.waitForSelector(`section:has(h2:text-is('データ')) [role=alert]:has-text('${words}')`);
    expect(await page.textContent("[role=alert]")).toContain("t10k-labels-idx1-ubyte");
    await page.unroute("**/mnist/t10k-labels*");
    await page.click("button:text-is('MNIST を取得(11 MB)')");
    await hashOf(page);
    expect(await page.locator("[role=alert]").count()).toBe(0);
    await page.close();
  });
});

it("the optimizers' race is cancelled while it fetches, and run afterwards", async () => {
  const { page, problems } = await openPage(site, "optimizers?lang=en");
  const images = await held(page, `**/mnist/${IMAGES}`);
  await page.click("[data-race]");
  await page.click("button:text-is('Cancel')");
  await page.waitForSelector("[data-race]:text-is('Fetch MNIST and start'):not([disabled])");
  expect(await page.locator("[role=alert]").count()).toBe(0);
  await images.letGo();
  await page.click("[data-race]");
  await page.waitForSelector("[data-race]:text-is('Stop')");
  await page.click("[data-race]");
  await page.waitForSelector("[data-race]:text-is('Fetch MNIST and start'):not([disabled])");
  expect(problems).toEqual([]);
  await page.close();
});
