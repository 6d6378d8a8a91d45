// Every part of the playground: nothing is cut off, nobody is shut out, nothing is complained of; and what is moved moves.

import { describe, expect, it } from "vitest";
import { eventually, flaws, openPage, servePlayground, settled, site } from "./page.ts";

servePlayground();

const parts = {
  train: { en: "Train a network", ja: "ネットワークを学習させる" },
  gradient: { en: "The gradient", ja: "勾配" },
  optimizers: { en: "Optimizers", ja: "最適化手法" },
  backpropagation: { en: "Backpropagation", ja: "誤差逆伝播法" },
  layers: { en: "Layers", ja: "レイヤ" },
} as const;

describe.each(Object.entries(parts))("%s", (part, headings) => {
  it.each([
    { lang: "en", width: 1440, scheme: "light" },
    { lang: "ja", width: 360, scheme: "dark" },
  ] as const)("in $lang, $scheme, $width pixels wide", async ({ lang, width, scheme }) => {
    const { page, problems } = await openPage(site, `${part}?lang=${lang}`, { width, scheme });
    // What the worker gives, where the part asks it.
    if (part === "train") await page.waitForSelector(".tiles canvas");
    if (part === "layers") await page.waitForSelector(".depth svg");
    expect(await page.textContent("h1")).toBe(headings[lang]);
    expect(await flaws(page, width)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });
});

it("a part is loaded when it is opened", async () => {
  const { page } = await openPage(site, "gradient");
  const scripts =
    "performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1).split('-')[0])";
  expect(await page.evaluate(scripts)).not.toContain("train");
  await page.click("nav a:text-is('Train')");
  await page.waitForSelector("h1:text-is('Train a network')");
  expect(await page.evaluate(scripts)).toContain("train");
  await page.close();
});

it("what changes without end leaves the last of it in the address", async () => {
  const { page, problems } = await openPage(site, "gradient?lang=en");
  // Browsers take a hundred within ten seconds, but for Playwright's.
  await page.evaluate(`(() => {
    const write = history.replaceState;
    globalThis.written = 0;
    history.replaceState = function (...address) {
      written++;
      write.apply(history, address);
    };
    const themes = document.querySelector(".settings select");
    for (let i = 0; i < 400; i++) {
      themes.value = ["light", "dark"][i % 2];
      themes.dispatchEvent(new Event("change", { bubbles: true }));
    }
  })()`);
  await eventually(() => page.evaluate("location.hash")).toContain("theme=dark");
  expect(await page.evaluate("written")).toBeLessThan(100);
  await page.close();
  expect(problems).toEqual([]);
});

it("the language and the colours are switched, and stand in the address", async () => {
  const { page } = await openPage(site, "gradient");
  await page.click("button:text-is('日本語')");
  await page.waitForSelector("h1:text-is('勾配')");
  await page.selectOption(".settings select", "dark");
  await eventually(() => page.evaluate("location.hash")).toMatch(/lang=ja.*theme=dark/);
  await eventually(() => page.evaluate("document.documentElement.lang")).toBe("ja");
  await eventually(() => page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
    "rgb(20, 24, 29)",
  );
  await page.close();
});

describe("gradient", () => {
  it("the tangent follows the point that is dragged; numerical and analytic derivative agree", async () => {
    const { page, problems } = await openPage(site, "gradient?f=x%5E2&x=-4");
    expect(Number(await page.textContent("[data-analytic]"))).toBe(-8);
    await settled(page);
    const { x, y, width, height } = (await page.locator("svg:has([data-point])").boundingBox())!;
    await page.mouse.move(x + width / 10, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + 0.8 * width, y + height / 2, { steps: 5 });
    await page.mouse.up();
    const analyticOf = async () => Number(await page.textContent("[data-analytic]"));
    await eventually(analyticOf).toBeCloseTo(6, 0);
    const analytic = await analyticOf();
    expect(Number(await page.textContent("[data-numerical]"))).toBeCloseTo(analytic, 6);
    await eventually(() => page.evaluate("location.hash")).toMatch(/[?&]x=3(&|$)|[?&]x=2\.9|[?&]x=3\.0/);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("a typed function is parsed, and what is none is refused in words", async () => {
    const { page, problems } = await openPage(site, "gradient?x=2");
    const field = page.getByLabel("f(x) =", { exact: true });
    await field.fill("3*x + 1");
    await eventually(() => page.textContent("[data-analytic]")).toBe("3");
    // Key by key: on the way to an expression there are some that are none.
    await field.fill("");
    await field.pressSequentially("2*exp(-x^2)");
    expect(await field.inputValue()).toBe("2*exp(-x^2)");
    await eventually(() => page.locator("[role=alert]").count()).toBe(0);
    expect(Number(await page.textContent("[data-analytic]"))).toBeCloseTo(-8 * Math.exp(-4), 12);
    await field.fill("3*x + 1");
    for (const wrong of ["", "2x", "3*", "alert(1)", "x.constructor", "y", "`x`", "[x]", "x = 3"]) {
      await field.fill(wrong);
      await page.waitForSelector("[role=alert]");
      expect(await page.textContent("[data-analytic]")).toBe("3");
    }
    expect(problems).toEqual([]);
    await page.close();
  });

  it("the book's learning rates arrive, blow up and stay", async () => {
    const { page } = await openPage(site, "gradient?steps=100");
    const outcome = () => page.getAttribute("[data-outcome]", "data-outcome");
    expect(await outcome()).toBe("converged");
    await page.click("button:has-text('it blows up')");
    await eventually(outcome).toBe("diverged");
    await page.click("button:has-text('it does not move')");
    await eventually(outcome).toBe("still");
    await page.close();
  });

  it("a word about what cannot be read goes with it", async () => {
    const { page, problems } = await openPage(site, "gradient?lang=en");
    const field = page.getByLabel("f(x) =", { exact: true });
    for (const wrong of [
      `${"(".repeat(5000)}x`,
      "x".repeat(10_000),
      "x = ∞",
      "勾配",
      "x@@x",
      "-".repeat(9000),
    ]) {
      await field.fill(wrong);
      expect(await page.textContent("[role=alert]")).not.toMatch(/call stack/);
    }
    await field.fill("3*");
    await page.waitForSelector("[role=alert]");
    await page.locator("main select").first().selectOption("x^2");
    expect(await field.inputValue()).toBe("x^2");
    await eventually(() => page.locator("[role=alert]").count()).toBe(0);
    await page.close();
    expect(problems).toEqual([]);
  });

  it("a tangent that is dragged for long leaves the last place in the address", async () => {
    const { page, problems } = await openPage(site, "gradient?lang=en");
    await settled(page);
    const { x, y, width, height } = (await page.locator("svg:has([data-point])").boundingBox())!;
    await page.mouse.move(x + width / 10, y + height / 2);
    await page.mouse.down();
    for (let i = 0; i < 4; i++)
      await page.mouse.move(x + (i % 2 ? 0.1 : 0.9) * width, y + height / 2, { steps: 10 });
    await page.mouse.move(x + 0.8 * width, y + height / 2);
    await page.mouse.up();
    const at = await page.locator("input[type=range]").first().inputValue();
    await eventually(() => page.evaluate("location.hash")).toContain(`x=${Number(at)}&`);
    await page.close();
    expect(problems).toEqual([]);
  });
});

it("optimizers: the race is run, step by step and from where one presses", async () => {
  const { page, problems } = await openPage(site, "optimizers");
  await page.waitForSelector("[data-height]");
  const heights = async () =>
    (await page.locator("[data-height]").allTextContents()).map((height) => Number(height));
  expect(await heights()).toEqual([6.45, 6.45, 6.45, 6.45]);
  await page.click("button:text-is('One step')");
  await page.waitForSelector("strong:text-is('1 of 100')");
  // Book 6.1.7: SGD, Momentum, AdaGrad, Adam from (-7, 2) to here.
  expect((await page.locator("td:left-of([data-height])").first().textContent())!.length).toBeGreaterThan(3);
  await page.getByLabel(/^Step/).fill("92");
  await page.click("button:text-is('Play')");
  await page.waitForSelector("strong:text-is('100 of 100')");
  for (const height of await heights()) expect(height).toBeLessThan(0.1);
  await settled(page);
  const field = page.locator("canvas").first();
  const { width, height } = (await field.boundingBox())!;
  await field.click({ position: { x: 0.75 * width, y: 0.25 * height } });
  await eventually(() => page.getByLabel("Start x").inputValue()).toMatch(/^(4\.9|5)/);
  expect(problems).toEqual([]);
  await page.close();
});

it("backpropagation: the book's apples, one operation at a time", async () => {
  const { page, problems } = await openPage(site, "backpropagation?step=0");
  const arrows = () => page.locator("svg text.halo").allTextContents();
  await eventually(async () => (await arrows()).sort()).toEqual(["1.1", "100", "150", "2", "3"]);
  for (let i = 0; i < 4; i++) await page.click("button:text-is('One operation on')");
  await eventually(arrows).toContain("715");
  expect(await arrows()).not.toContain("165");
  for (let i = 0; i < 4; i++) await page.click("button:text-is('One operation on')");
  // Book 5.4.2: what the price gains by an apple's price, their number, an orange's price, their number and the tax.
  await eventually(arrows).toEqual(expect.arrayContaining(["2.2", "110", "3.3", "165", "650"]));
  expect(await page.textContent(".arithmetic")).toContain("200 + 450 = 650");
  expect(problems).toEqual([]);
  await page.close();
});

it("layers: a window moves over an image", async () => {
  const { page, problems } = await openPage(site, "layers?filter=horizontal");
  const cell = () => page.textContent("[data-cell]");
  const arithmetic = await cell();
  expect(arithmetic).toMatch(/= 9$/);
  await page.getByLabel("Row of the output").fill("2");
  await eventually(cell).not.toBe(arithmetic);
  await page.selectOption("select:has(option[value=max])", "max");
  await eventually(cell).toMatch(/^max\(\d, \d, \d, \d\) = \d$/);
  expect(problems).toEqual([]);
  await page.close();
});
