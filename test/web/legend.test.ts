// What the colours of classes and the heights of curves stand for.

import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  eventually,
  flaws,
  hashAt,
  hashOf,
  openPage,
  servePlayground,
  site,
  stopAfter,
  train,
} from "./page.ts";

servePlayground();

const give = (page: Page, content: string) =>
  page.setInputFiles("#csv", { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(content) });

/** The marks of a legend, as shapes with colours. */
const marksIn = (page: Page, where: string) =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll("${where} .mark path")].map((path) => path.getAttribute("d") + path.getAttribute("fill"))`,
  );

it("classes have names, colours and shapes of their own beside the plane: those of a file by its words", async () => {
  const { page, problems } = await openPage(site, "train?lang=en&data=csv");
  await page.waitForSelector("#csv");
  const words = Array.from({ length: 20 }, (_, i) => `kind ${String.fromCharCode(97 + i)}`);
  await give(page, words.flatMap((word, i) => [`${i},${i % 5},${word}`, `${i + 0.5},1,${word}`]).join("\n"));
  await hashOf(page);
  expect((await page.locator(".legend li").allTextContents()).map((name) => name.trim())).toEqual(words);
  const marks = await marksIn(page, ".legend");
  expect(marks.length).toBe(20);
  expect(new Set(marks).size).toBe(20);
  // The first ones differ by shape alone, too: not everybody sees colours.
  expect(new Set(marks.slice(0, 6).map((mark) => mark.split("rgb")[0])).size).toBe(6);
  expect(await flaws(page, 1440)).toEqual([]);
  expect(problems).toEqual([]);
  await page.close();
});

it("points that are computed, and those that are clicked, have the marks of their classes", async () => {
  const { page, problems } = await openPage(site, "train?lang=ja&data=clusters", { width: 360 });
  await hashOf(page);
  expect((await page.locator(".legend li").allTextContents()).map((name) => name.trim())).toEqual([
    "クラス 1",
    "クラス 2",
    "クラス 3",
  ]);
  const marks = await marksIn(page, ".legend");
  await page.selectOption("select:has(option[value=csv])", "points");
  await page.waitForSelector("button .mark");
  expect(await marksIn(page, "button")).toEqual(marks);
  await hashOf(page);
  await page.click("button:text-is('1 ステップ進む')");
  await page.waitForFunction('document.querySelector("[data-step]").textContent === "1"');
  await hashOf(page);
  expect(await flaws(page, 360)).toEqual([]);
  expect(problems).toEqual([]);
  await page.close();
});

it("the cells of the plane bear the marks of the classes that they are given to", async () => {
  const { page, problems } = await openPage(site, "train?lang=en&noise=0&data=circles");
  await hashOf(page);
  // Around the middle of a marked cell and between such cells, in the corner where no point lies.
  const colors = () =>
    page.evaluate<string[]>(`(() => {
      const context = document.querySelector("canvas.square").getContext("2d");
      return [[25, 25], [25, 50]].map(([x, y]) => String(context.getImageData(x, y, 1, 1).data));
    })()`);
  await eventually(async () => {
    const [marked, between] = await colors();
    return marked !== between;
  }).toBe(true);
  expect(problems).toEqual([]);
  await page.close();
});

it("losses are shown on a logarithmic scale where one wishes, by mouse and by keys", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await stopAfter(page, 60);
  await train(page);
  await hashAt(page, 60);
  await page.waitForSelector(".uplot canvas");
  const picture = () => page.evaluate<string>('document.querySelector(".uplot canvas").toDataURL()');
  // Until what is drawn later is drawn.
  let linear = await picture();
  const isStill = async () => {
    const before = linear;
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    linear = await picture();
    return linear === before;
  };
  await eventually(isStill).toBe(true);
  await page.getByLabel("logarithmic").check();
  await eventually(picture).not.toBe(linear);
  expect(await flaws(page, 1440)).toEqual([]);
  await page.getByLabel("logarithmic").focus();
  await page.keyboard.press("Space");
  await eventually(picture).toBe(linear);
  expect(problems).toEqual([]);
  await page.close();
});
