// The playground's drawings by class: kept, learned, recognised, and the same in all tabs.

import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  drawIn,
  eventually,
  fill,
  flaws,
  hashOf,
  inNode,
  json,
  type Line,
  openPage,
  servePlayground,
  settled,
  site,
  stopAfter,
  train,
  visit,
} from "./page.ts";

servePlayground();

const cross: readonly Line[] = [
  [
    [0.25, 0.2],
    [0.75, 0.8],
  ],
  [
    [0.75, 0.25],
    [0.2, 0.75],
  ],
];
const circle: readonly Line[] = [
  Array.from({ length: 13 }, (_, i) => [
    0.5 + 0.28 * Math.cos((i * Math.PI) / 6),
    0.5 + 0.28 * Math.sin((i * Math.PI) / 6),
  ]),
];

it("drawings of one's own classes are kept, learned to the bits of Node, and recognised", async () => {
  const layers = json([{ kind: "dense", units: 16 }, { kind: "relu" }]);
  const { page, problems } = await openPage(site, `train?lang=en&data=drawings&init=he&layers=${layers}`);
  await page.waitForSelector(".pad");
  const pad = (i: number) => page.locator(".pad canvas").nth(i);
  await fill(page, "Name of class 1", "ring");
  for (const shift of [0, 0.04, -0.04]) {
    await page.getByRole("button", { name: "1: ring", exact: true }).click();
    await drawIn(pad(0), circle, shift);
    await page.click("button:text-is('Keep as ring')");
    await page.getByRole("button", { name: "2: cross", exact: true }).click();
    await drawIn(pad(0), cross, shift);
    await page.click("button:text-is('Keep as cross')");
  }
  await eventually(() => page.locator(".layers .quiet:text-is('3 drawings')").count()).toBe(2);
  await stopAfter(page, 60);
  await train(page);
  expect(await page.getAttribute("[data-accuracy]", "data-accuracy")).toBe("1");
  const hash = await hashOf(page);
  expect(hash).toBe(await inNode(page));

  await drawIn(pad(1), circle, 0.02);
  await page.waitForSelector("[data-class='0']:text-is('looks like ring')");
  await page.locator(".pad ~ p button:text-is('Clear')").nth(1).click();
  await drawIn(pad(1), cross, -0.02);
  await page.waitForSelector("[data-class='1']");

  expect(await flaws(page, 1440)).toEqual([]);

  // A third class, by keys alone.
  await page.click("button:text-is('Add a class')");
  await page.locator(".pad").first().focus();
  await page.keyboard.press("Space");
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await page.click("button:text-is('Keep as class 3')");
  await page.waitForSelector(".tiles [aria-label='class 3 1']");

  // It is all there when the page is opened again, and what was removed is not.
  await page.getByLabel("Remove drawing 1 of class 3").click();
  await page.reload();
  await page.waitForSelector(".pad");
  expect(await page.getByLabel("Name of class 1").inputValue()).toBe("ring");
  await eventually(() => page.locator("fieldset .layers .quiet").allTextContents()).toEqual([
    "3 drawings",
    "3 drawings",
    "0 drawings",
  ]);
  await page.getByLabel("Remove class 3 and its drawings").click();
  await eventually(() => page.getByLabel("Name of class 3").count()).toBe(0);
  expect(problems).toEqual([]);
  await page.close();
});

it.each([
  { lang: "ja", width: 360, scheme: "light" },
  { lang: "en", width: 360, scheme: "dark" },
  { lang: "ja", width: 1440, scheme: "dark" },
] as const)(
  "nothing of the fields is cut off in $lang, $width pixels wide, $scheme",
  async ({ lang, width, scheme }) => {
    const blocks = [
      { kind: "dense", units: 8 },
      {
        kind: "residual",
        layers: [{ kind: "residual", layers: [{ kind: "relu" }] }],
        shortcut: { kind: "dense", units: 8 },
      },
      { kind: "reshape", shape: [2, 4] },
      { kind: "conv1d", filters: 4, kernel: 3, padding: "same" },
      { kind: "flatten" },
    ];
    const { page, problems } = await openPage(
      site,
      `train?lang=${lang}&data=drawings&layers=${json(blocks)}`,
      { width, scheme },
    );
    await page.waitForSelector(".pad");
    expect(await flaws(page, width)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  },
);

it("drawings that were damaged in the store are begun anew", async () => {
  const { page, problems } = await openPage(site, "gradient?lang=en");
  for (const kept of [
    "[]",
    "{}",
    "null",
    "[1,2]",
    '[{"name":"a","drawings":["AAAA"]},{"name":"b","drawings":[]}]',
    '[{"name":{},"drawings":[]},{"name":"b","drawings":[]}]',
    "{",
  ]) {
    await page.evaluate(`localStorage.setItem("kobai.drawings", ${JSON.stringify(kept)})`);
    await visit(page, `train?lang=en&data=drawings`);
    expect(await page.getByLabel("Name of class 2").inputValue()).toBe("cross");
    await visit(page, "gradient?lang=en");
  }
  await page.evaluate("localStorage.clear()");
  await page.close();
  expect(problems).toEqual([]);
});

it("two tabs keep the same drawings", async () => {
  const context = await site.browser.newContext({ locale: "en-US" });
  const [one, other, deaf] = [await context.newPage(), await context.newPage(), await context.newPage()];
  // As a tab that the browser has put to sleep: it is not told what others keep.
  await deaf.addInitScript("addEventListener('storage', (event) => event.stopImmediatePropagation())");
  for (const page of [one, other, deaf]) {
    await page.goto(`${site.server.url}index.html#/train?lang=en&data=drawings`);
    await page.waitForSelector(".pad");
  }
  const nameIn = (page: Page, i: number) => page.getByLabel(`Name of class ${i}`).inputValue();
  const keptIn = (page: Page) => page.evaluate<string>("localStorage['kobai.drawings']");
  await fill(one, "Name of class 1", "mine");
  await eventually(() => nameIn(other, 1)).toBe("mine");
  await fill(other, "Name of class 2", "other");
  await eventually(() => nameIn(one, 2)).toBe("other");
  for (const page of [one, other]) expect(await keptIn(page)).toMatch(/mine.*other/);

  await eventually(() => keptIn(deaf)).toMatch(/mine.*other/);
  expect([await nameIn(deaf, 1), await nameIn(deaf, 2)]).toEqual(["circle", "cross"]);
  await fill(deaf, "Name of class 2", "third");
  expect(await nameIn(deaf, 1)).toBe("mine");
  await eventually(() => nameIn(one, 2)).toBe("third");
  expect(await keptIn(one)).toMatch(/mine.*third/);
  await context.close();
});

it("a second finger draws nothing, and other colours leave what is drawn", async () => {
  const { page, problems } = await openPage(site, "train?lang=en&data=drawings");
  const pad = page.locator(".pad canvas");
  await pad.scrollIntoViewIfNeeded();
  await settled(page);
  /** How many pixels are drawn in the left half and in the right. */
  const ink = () =>
    page.evaluate<[number, number]>(`(() => {
      const { data } = document.querySelector(".pad canvas").getContext("2d").getImageData(0, 0, 280, 280);
      const ink = [0, 0];
      for (let i = 0; i < 280 * 280; i++) if (data[4 * i] < 128) ink[i % 280 < 140 ? 0 : 1]++;
      return ink;
    })()`);
  const { x, y, width, height } = (await pad.boundingBox())!;
  const client = await page.context().newCDPSession(page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", ...points: [number, number][]) =>
    client.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: points.map(([left, top], id) => ({ id, x: x + left * width, y: y + top * height })),
    });
  await send("touchStart", [0.2, 0.2]);
  await send("touchMove", [0.3, 0.2]);
  await eventually(async () => (await ink())[0]).toBeGreaterThan(100);
  await send("touchStart", [0.3, 0.2], [0.8, 0.8]);
  await send("touchMove", [0.3, 0.2], [0.8, 0.7]);
  await send("touchEnd");
  // What another stroke after them leaves is there, and nothing of the second finger.
  const [before] = await ink();
  await send("touchStart", [0.2, 0.8]);
  await send("touchMove", [0.3, 0.8]);
  await send("touchEnd");
  await eventually(async () => (await ink())[0]).toBeGreaterThan(before + 50);
  const drawn = await ink();
  expect(drawn[1]).toBe(0);
  await page.selectOption(".settings select", "dark");
  await eventually(() => page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
    "rgb(20, 24, 29)",
  );
  // Canvases are drawn anew once that has been seen, before a frame or two.
  await page.evaluate(
    "new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(seen, 0))))",
  );
  expect(await ink()).toEqual(drawn);
  await page.close();
  expect(problems).toEqual([]);
});
