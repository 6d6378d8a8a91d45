// The playground's drawings by class, and data sets of images beside MNIST.

import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { flaws, hashOf, inNode, openPage, servePlayground, site, train } from "./page.ts";

servePlayground();

/** Draws lines between places of a pad, from 0 to 1, and moves them all a little. */
async function draw(
  page: Page,
  pad: number,
  lines: readonly (readonly [number, number])[][],
  shift = 0,
): Promise<void> {
  const canvas = page.locator(".pad canvas").nth(pad);
  await canvas.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await canvas.boundingBox())!;
  for (const [[left, top], ...others] of lines as [[number, number], ...[number, number][]][]) {
    await page.mouse.move(x + (left + shift) * width, y + top * height);
    await page.mouse.down();
    for (const [to, down] of others)
      await page.mouse.move(x + (to + shift) * width, y + (down + shift) * height, { steps: 4 });
    await page.mouse.up();
  }
}

const cross: [number, number][][] = [
  [
    [0.25, 0.2],
    [0.75, 0.8],
  ],
  [
    [0.75, 0.25],
    [0.2, 0.75],
  ],
];
const circle: [number, number][][] = [
  Array.from({ length: 13 }, (_, i) => [
    0.5 + 0.28 * Math.cos((i * Math.PI) / 6),
    0.5 + 0.28 * Math.sin((i * Math.PI) / 6),
  ]),
];

it("drawings of one's own classes are kept, learned to the bits of Node, and recognised", async () => {
  const layers = encodeURIComponent(JSON.stringify([{ kind: "dense", units: 16 }, { kind: "relu" }]));
  const { page, problems } = await openPage(site, `train?lang=en&data=drawings&init=he&layers=${layers}`);
  await page.waitForSelector(".pad");
  await page.getByLabel("Name of class 1").fill("ring");
  await page.getByLabel("Name of class 1").blur();
  for (const shift of [0, 0.04, -0.04]) {
    await page.getByRole("button", { name: "1: ring", exact: true }).click();
    await draw(page, 0, circle, shift);
    await page.click("button:text-is('Keep as ring')");
    await page.getByRole("button", { name: "2: cross", exact: true }).click();
    await draw(page, 0, cross, shift);
    await page.click("button:text-is('Keep as cross')");
  }
  expect(await page.locator(".layers .quiet:text-is('3 drawings')").count()).toBe(2);
  await hashOf(page);
  await page.getByLabel("Stop after … steps").fill("60");
  await page.getByLabel("Stop after … steps").blur();
  await train(page);
  expect(await page.getAttribute("[data-accuracy]", "data-accuracy")).toBe("1");
  const hash = await hashOf(page);
  expect(hash).toBe(await inNode(page));

  await draw(page, 1, circle, 0.02);
  await page.waitForSelector("[data-class='0']:text-is('looks like ring')");
  await page.locator(".pad ~ p button:text-is('Clear')").nth(1).click();
  await draw(page, 1, cross, -0.02);
  await page.waitForSelector("[data-class='1']");

  expect(await flaws(page, 1440)).toEqual([]);

  // A third class, by keys alone.
  await page.click("button:text-is('Add a class')");
  const pad = page.locator(".pad").first();
  await pad.focus();
  await page.keyboard.press("Space");
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await page.click("button:text-is('Keep as class 3')");
  expect(await page.locator(".tiles [aria-label='class 3 1']").count()).toBe(1);

  // It is all there when the page is opened again, and what was removed is not.
  await page.getByLabel("Remove drawing 1 of class 3").click();
  await page.reload();
  await page.waitForSelector(".pad");
  expect(await page.getByLabel("Name of class 1").inputValue()).toBe("ring");
  expect(await page.locator(".layers .quiet").allTextContents()).toEqual(
    expect.arrayContaining(["3 drawings", "3 drawings", "0 drawings"]),
  );
  await page.getByLabel("Remove class 3 and its drawings").click();
  expect(await page.getByLabel("Name of class 3").count()).toBe(0);
  expect(problems).toEqual([]);
  await page.close();
});

it("Fashion-MNIST is fetched when asked for, and learned to the bits of Node", async () => {
  const layers = encodeURIComponent(JSON.stringify([{ kind: "dense", units: 32 }, { kind: "relu" }]));
  const { page, problems } = await openPage(
    site,
    `train?lang=en&data=fashionMnist&init=he&batch=100&layers=${layers}`,
  );
  await page.click("button:has-text('Fetch Fashion-MNIST')");
  await hashOf(page);
  await page.getByLabel("Stop after … steps").fill("400");
  await page.getByLabel("Stop after … steps").blur();
  await train(page);
  expect(Number(await page.getAttribute("[data-accuracy]", "data-accuracy"))).toBeGreaterThan(0.75);
  expect(await page.textContent(".confusion")).toContain("sneaker");
  expect(await flaws(page, 1440)).toEqual([]);
  expect(await hashOf(page)).toBe(await inNode(page));
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
      `train?lang=${lang}&data=drawings&layers=${encodeURIComponent(JSON.stringify(blocks))}`,
      { width, scheme },
    );
    await page.waitForSelector(".pad");
    expect(await flaws(page, width)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  },
);
