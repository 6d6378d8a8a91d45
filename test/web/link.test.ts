// A link leads others to the step that one looks at, and to the same bits; what one chose to see goes with it.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  eventually,
  hashAt,
  hashOf,
  inNode,
  json,
  openPage,
  seek,
  servePlayground,
  site,
  stopAfter,
  train,
} from "./page.ts";

servePlayground();

const adam = { kind: "adam", lr: 0.01 };
const logOf = (steps: number) => `log=${json([{ optimizer: adam, batchSize: 30, steps }])}`;

const addressOf = (page: Page) => page.evaluate<string>("location.hash.slice(2)");

it("a step that one has gone back to is in the address, and what lies ahead of it", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await stopAfter(page, 300);
  await train(page);
  const last = await hashAt(page, 300);
  expect(await addressOf(page)).not.toContain("at=");
  await seek(page, 120);
  const back = await hashAt(page, 120);
  await eventually(() => addressOf(page)).toMatch(/[?&]at=120(&|$)/);
  expect(await inNode(page)).toBe(back);

  const other = await openPage(site, await addressOf(page));
  expect(await hashAt(other.page, 120)).toBe(back);
  expect(await other.page.textContent("section[aria-label=State]")).toContain("step 120 of 300");
  await seek(other.page, 300);
  expect(await hashAt(other.page, 300)).toBe(last);
  await eventually(() => addressOf(other.page)).not.toContain("at=");

  // From there on it is another run.
  await seek(other.page, 0);
  await hashAt(other.page, 0);
  await eventually(() => addressOf(other.page)).toMatch(/[?&]at=0(&|$)/);
  await other.page.click("button:text-is('One step')");
  await hashAt(other.page, 1);
  await eventually(() => addressOf(other.page)).not.toContain("at=");
  expect(await other.page.evaluate("decodeURIComponent(location.hash)")).toContain('"steps":1}]');
  expect([...problems, ...other.problems]).toEqual([]);
  await other.page.close();
  await page.close();
});

it.each(["-1", "51", "1.5", "1e9", "NaN", "", "__proto__"])(
  "at=%s is no step of a run of 50: it leads to the last one",
  async (at) => {
    const { page, problems } = await openPage(site, `train?lang=en&${logOf(50)}&at=${at}`);
    await hashAt(page, 50);
    expect(await page.locator("[role=alert]").count()).toBe(0);
    expect(problems).toEqual([]);
    await page.close();
  },
);

describe("a run that is long", () => {
  it("is told how far it is, and can be ended there, to bits that Node has, too", async () => {
    const { page, problems } = await openPage(site, `train?lang=en&${logOf(9_000_000)}`);
    await page.waitForFunction("document.querySelector('main progress')?.value > 0");
    const { at, to } = await page.evaluate<{ at: number; to: number }>(
      "(({ value, max }) => ({ at: value, to: max }))(document.querySelector('main progress'))",
    );
    expect(to).toBe(9_000_000);
    await page.click("button:text-is('Stay here')");
    const hash = await hashOf(page);
    const step = Number(await page.textContent("[data-step]"));
    expect(step).toBeGreaterThanOrEqual(at);
    expect(step).toBeLessThan(to);
    expect(await page.locator("main progress").count()).toBe(0);
    await eventually(() => addressOf(page)).toContain(`at=${step}`);
    expect(await inNode(page)).toBe(hash);
    const other = await openPage(site, await addressOf(page));
    expect(await hashAt(other.page, step)).toBe(hash);
    expect([...problems, ...other.problems]).toEqual([]);
    await other.page.close();
    await page.close();
  });

  it.each([
    ["en", "10,000,000"],
    ["ja", "10,000,000 ステップまで"],
  ])("is not begun where it is too long, and a word says so: %s", async (lang, word) => {
    const { page, problems } = await openPage(site, `train?lang=${lang}&${logOf(10_000_001)}&at=5`);
    await page.waitForSelector(`[role=status]:has-text('${word}')`);
    expect(await page.textContent("[role=status]")).toContain("10,000,001");
    await hashAt(page, 0);
    await page.click(`button:text-is('${lang === "en" ? "One step" : "1 ステップ進む"}')`);
    await hashAt(page, 1);
    expect(await page.locator("[role=status]").count()).toBe(0);
    expect(problems).toEqual([]);
    await page.close();
  });
});

it("while it trains the address follows", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await stopAfter(page, 1000000);
  await page.click("button:text-is('Train')");
  const steps = async () =>
    Number(/"steps":(\d+)/.exec(await page.evaluate<string>("decodeURIComponent(location.hash)"))?.[1] ?? 0);
  await eventually(steps).toBeGreaterThan(0);
  const first = await steps();
  await eventually(steps).toBeGreaterThan(first);
  await page.click("button:text-is('Pause')");
  const hash = await hashOf(page);
  const step = Number(await page.textContent("[data-step]"));
  await eventually(steps).toBe(step);
  expect(await inNode(page)).toBe(hash);
  expect(problems).toEqual([]);
  await page.close();
});

it("when it stops, how fast it goes and the scale of the losses are in the address", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await stopAfter(page, 40);
  await page.getByLabel("Stop at test accuracy").selectOption("0.97");
  await page.getByLabel("Speed").selectOption("20");
  await page.click("button:text-is('One step')");
  await page.getByLabel("logarithmic").check();
  await eventually(() => addressOf(page)).toMatch(/stop=40.*until=0.97.*speed=20.*scale=log/);
  const other = await openPage(site, await addressOf(page));
  await hashAt(other.page, 1);
  expect(await other.page.getByLabel("Stop after … steps").inputValue()).toBe("40");
  expect(await other.page.getByLabel("Stop at test accuracy").inputValue()).toBe("0.97");
  expect(await other.page.getByLabel("Speed").inputValue()).toBe("20");
  expect(await other.page.getByLabel("logarithmic").isChecked()).toBe(true);
  // By keys, and what is usual is left out.
  await other.page.getByLabel("logarithmic").press("Space");
  await eventually(() => addressOf(other.page)).not.toContain("scale=");
  await other.page.close();

  const wrong = await openPage(site, "train?lang=en&stop=-5&until=2&speed=__proto__&scale=constructor");
  await hashOf(wrong.page);
  expect(await wrong.page.getByLabel("Stop after … steps").inputValue()).toBe("2000");
  expect(await wrong.page.getByLabel("Stop at test accuracy").inputValue()).toBe("never");
  expect(await wrong.page.getByLabel("Speed").inputValue()).toBe("full");
  expect([...problems, ...other.problems, ...wrong.problems]).toEqual([]);
  await wrong.page.close();
  await page.close();
});
