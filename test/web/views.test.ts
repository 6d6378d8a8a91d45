// The playground as it is seen, narrow and wide, light and dark, in both languages, before and after there is much to see: nothing is cut off, and
// nobody is shut out. What stands in one view is looked at in the next: a page is resized, and not opened anew.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  eventually,
  fill,
  flaws,
  hashAt,
  hashOf,
  json,
  openPage,
  seek,
  servePlayground,
  settled,
  site,
  stopAfter,
  train,
  visit,
} from "./page.ts";

servePlayground();

interface View {
  readonly lang: "en" | "ja";
  readonly width: number;
  readonly scheme: "light" | "dark";
}

/** Those that a page is not opened with in other tests. */
const views: readonly View[] = [
  { lang: "en", width: 360, scheme: "light" },
  { lang: "ja", width: 1440, scheme: "dark" },
];
const [narrow, wide] = views as [View, View];
const allViews: readonly View[] = [
  narrow,
  { ...narrow, scheme: "dark", lang: "ja" },
  { ...wide, scheme: "light" },
  { ...wide, lang: "en" },
];

/** Shows a page in a view, and says what is wrong there. */
async function flawsIn(page: Page, { lang, width, scheme }: View): Promise<string[]> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  const shown = await page.evaluate<string>("document.documentElement.lang");
  if (shown !== lang) {
    const heading = await page.textContent("h1");
    await page.click(".settings button");
    await page.waitForFunction(
      `document.documentElement.lang === "${lang}" && document.querySelector("h1")?.textContent !== ${JSON.stringify(heading)}`,
    );
  }
  return (await flaws(page, width)).map((flaw) => `${lang} ${width} ${scheme}: ${flaw}`);
}

/** The chapters of the book whose programs belong to each part. */
const chapters = {
  gradient: ["ch04", "ch04"],
  optimizers: ["ch06"],
  backpropagation: ["ch05"],
  layers: ["ch03", "ch04", "ch06", "ch07", "ch07"],
  train: ["ch04"],
};

it("every part says what it is about, with links to the programs of the book's chapters, in all views", async () => {
  const { page, problems } = await openPage(site, "gradient?lang=en");
  for (const [part, folders] of Object.entries(chapters)) {
    for (const view of views) {
      await visit(page, `${part}?lang=${view.lang}`);
      // What the worker gives, where the part asks it.
      if (part === "train") await page.waitForSelector(".tiles canvas");
      if (part === "layers") await page.waitForSelector(".depth svg");
      expect(await flawsIn(page, view), part).toEqual([]);
      const links = page.locator("h1 + p a");
      const hrefs = await links.evaluateAll((all) => all.map((link) => (link as { href?: string }).href));
      expect(hrefs).toEqual(
        folders.map(
          (folder) => `https://github.com/oreilly-japan/deep-learning-from-scratch/tree/master/${folder}`,
        ),
      );
      for (const words of await links.allTextContents())
        expect(words).toMatch(view.lang === "ja" ? /^(第 )?\d(\.\d)? [章節] / : /^(chapter )?\d(\.\d)?, /);
      // A run goes on where it is.
      expect(await links.first().getAttribute("target")).toBe("_blank");
      await links.first().focus();
      expect(await page.evaluate("document.activeElement.tagName")).toBe("A");
    }
  }
  expect(problems).toEqual([]);
});

describe("once it is trained, in all views", () => {
  it("points: several runs, the plane, the units, the matrix, histograms, the code", async () => {
    const { page, problems } = await openPage(site, "train?lang=en");
    await hashOf(page);
    await stopAfter(page, 150);
    await train(page);
    await hashAt(page, 150);
    await page.click("button:text-is('Keep this curve to compare')");
    await fill(page, "Learning rate", "0.03");
    await page.getByLabel("Rate schedule").selectOption("cosine");
    await train(page);
    await hashAt(page, 300);
    await page.click("button:text-is('Keep this curve to compare')");
    await seek(page, 200);
    await hashAt(page, 200);
    await page.locator("details > summary").last().click();
    await page.waitForSelector("[data-code]");
    await page.waitForSelector(".confusion");
    await eventually(() => page.locator(".u-legend .u-series").count()).toBe(8);
    for (const view of allViews) expect(await flawsIn(page, view)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("images: filters, the matrix, what is misclassified, what is drawn, a schedule behind a warm-up, layers within layers", async () => {
    const layers = [
      { kind: "conv2d", filters: 8, kernel: 5, stride: 2 },
      { kind: "residual", layers: [{ kind: "relu" }, { kind: "dropout", rate: 0.1 }] },
      { kind: "flatten" },
    ];
    const { page, problems } = await openPage(
      site,
      `train?lang=en&data=mnist&batch=100&init=he&layers=${json(layers)}`,
    );
    await page.click("button:has-text('Fetch MNIST')");
    await hashOf(page);
    await page.getByLabel("Rate schedule").selectOption("oneCycle");
    await stopAfter(page, 60);
    await fill(page, "Steps of warm-up before", 5);
    await train(page);
    await hashAt(page, 60);
    await page.waitForSelector(".confusion");
    for (const view of allViews) expect(await flawsIn(page, view)).toEqual([]);
    expect(problems).toEqual([]);
  });
});

it("the race on MNIST: four optimizers at once, until it is stopped, left or over", async () => {
  const { page, problems } = await openPage(site, "optimizers?lang=en");
  await settled(page);
  await page.click("[data-race]");
  await page.waitForSelector("[data-race]:text-is('Stop')");
  const charts = page.locator("section:has([data-race]) .u-over");
  await eventually(() => charts.count()).toBe(2);
  /** What the legend says under the pointer, at the end of what is drawn. */
  const accuracies = async () => {
    await charts.last().scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await charts.last().boundingBox())!;
    await page.mouse.move(x + width - 2, y + height / 2 + Math.random());
    const values = await page
      .locator("section:has([data-race]) .uplot")
      .last()
      .locator(".u-legend .u-series")
      .allTextContents();
    return values.slice(1).filter((value) => Number(/([\d.]+) ?%/.exec(value)?.[1]) > 50).length;
  };
  await eventually(accuracies).toBe(4);
  await page.click("[data-race]");
  await page.waitForSelector("[data-race]:text-is('Fetch MNIST and start')");
  for (const view of views) expect(await flawsIn(page, view)).toEqual([]);

  // Once more, from the beginning, and left on its way: what is left trains no more.
  await page.click("[data-race]");
  await page.waitForSelector("[data-race]:text-matches('止|Stop')");
  await visit(page, "train?lang=en");
  await hashOf(page);
  await stopAfter(page, 50);
  await train(page);
  await hashAt(page, 50);
  expect(problems).toEqual([]);
});
