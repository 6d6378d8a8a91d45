// The playground while it trains: people press everything at once and change what they like, losses go wrong, and workers die.

import { expect, it } from "vitest";
import {
  addressAt,
  codeOf,
  eventually,
  fillPast,
  hashAt,
  hashOf,
  inNode,
  json,
  openMortal,
  openPage,
  pastStep,
  seek,
  servePlayground,
  site,
  stateOf,
  stepOf,
  stopAfter,
  train,
  trainOn,
} from "./page.ts";

servePlayground();

it("whatever is pressed, the hash is that of Node at the end", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await trainOn(page);
  // Back in time from the run, and on from there before it has come.
  await seek(page, 37);
  await page.click("button:text-is('Train')");
  await pastStep(page, 120);
  await seek(page, 120);
  await seek(page, 15);
  await page.click("button:text-is('One step')");
  await page.click("button:text-is('Train')");
  await page.click("button:text-is('Pause')");
  await page.click("button:text-is('Train')");
  await pastStep(page, 100);
  await page.click("button:text-is('Pause')");
  const { hash, step } = await stateOf(page);
  expect(hash).toBe(await inNode(page));
  const other = await openPage(site, await addressAt(page, step));
  expect(await hashAt(other.page, step)).toBe(hash);
  await other.page.close();
  // The code is that of where it stands, too.
  await page.click("button:text-is('One step back')");
  const before = await stateOf(page);
  expect(before.step).toBe(step - 1);
  expect(before.hash).toBe(await inNode(page));
  await page.close();
  expect([...problems, ...other.problems]).toEqual([]);
});

it("what is pressed while it goes to a step waits until it is there", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await stopAfter(page, 130);
  await train(page);
  await stopAfter(page, 3000);
  // Both before the first can be there.
  await page.evaluate(`(() => {
    const slider = document.querySelector("section[aria-label=State] input[type=range]");
    slider.value = "37";
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Train").click();
  })()`);
  expect(await hashAt(page, 3037)).toBe(await inNode(page));
  expect(await page.locator("[role=alert]").count()).toBe(0);
  await page.close();
  expect(problems).toEqual([]);
});

it("a slow run ends at its step, too, whatever is changed meanwhile", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await page.selectOption("select:has(option[value='20'])", "20");
  await stopAfter(page, 30);
  await fillPast(page, 5, "Learning rate", "0.003");
  await train(page);
  expect(await hashAt(page, 30)).toBe(await inNode(page));
  expect(await codeOf(page)).toContain("optimizer.lr = 0.003");
  await page.close();
  expect(problems).toEqual([]);
});

it("another language leaves the run as it is", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await trainOn(page);
  const before = await stepOf(page);
  await page.click("button:text-is('日本語')");
  await page.waitForSelector("h1:text-is('ネットワークを学習させる')");
  const then = await stepOf(page);
  expect(then).toBeGreaterThanOrEqual(before);
  await pastStep(page, then);
  await page.click("button.main");
  expect((await stateOf(page)).step).toBeGreaterThan(then);
  await page.close();
  expect(problems).toEqual([]);
});

it("other data and other layers begin another run, without a word of the one before", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  const first = await hashOf(page);
  for (const kind of ["xor", "circles", "spiral"]) {
    await trainOn(page);
    await page.selectOption("select:has(option[value=csv])", kind);
    await hashAt(page, 0);
  }
  expect(await hashOf(page)).toBe(first);
  // What the worker has to say of the others, it has said when it has trained this one.
  await page.click("button:text-is('One step')");
  await hashAt(page, 1);
  await page.click("button:text-is('One step back')");
  expect(await hashAt(page, 0)).toBe(first);
  expect(await page.locator("[role=alert]").count()).toBe(0);
  await page.close();
  expect(problems).toEqual([]);
});

it("with other data nothing of the run before can be pressed, not even at once", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  // Before the page is drawn anew.
  const shown = await page.evaluate(`(async () => {
    const data = document.querySelector("select:has(option[value=csv])");
    data.value = "xor";
    data.dispatchEvent(new Event("change", { bubbles: true }));
    for (let i = 0; i < 20; i++) await undefined;
    return [document.querySelector("[data-hash]").textContent, document.querySelector("button.main").disabled];
  })()`);
  expect(shown).toEqual(["…", true]);
  await page.close();
  expect(problems).toEqual([]);
});

it("a loss that is no number ends it at a step whose hash is that of Node", async () => {
  const optimizer = { kind: "sgd", lr: 1e9 };
  const layers = [1, 2, 3].flatMap(() => [{ kind: "dense", units: 32 }, { kind: "identity" }]);
  const { page, problems } = await openPage(
    site,
    `train?lang=en&init=he&layers=${json(layers)}&optimizer=${json(optimizer)}`,
  );
  await hashOf(page);
  await page.click("button:text-is('Train')");
  await page.waitForSelector("[role=alert]:has-text('the loss of step')");
  expect(await hashOf(page)).toBe(await inNode(page));
  await page.close();
  expect(problems).toEqual([]);
});

it("training ends at the step that was asked for, whatever is changed meanwhile", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await stopAfter(page, 20_000);
  await fillPast(page, 300, "Learning rate", "0.003");
  await train(page);
  expect(await hashAt(page, 20_000)).toBe(await inNode(page));
  expect(await codeOf(page)).toContain("optimizer.lr = 0.003");
  expect(problems).toEqual([]);
  await page.close();
});

it("what is typed while it trains stays until it is taken", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await trainOn(page);
  const rate = page.getByLabel("Learning rate");
  await rate.fill("0.02");
  await pastStep(page, (await stepOf(page)) + 200);
  expect(await rate.inputValue()).toBe("0.02");
  await rate.blur();
  await eventually(() => page.evaluate("location.hash")).toContain("0.02");
  await pastStep(page, await stepOf(page));
  await page.click("button:text-is('Pause')");
  const { step } = await stateOf(page);
  expect(decodeURIComponent(await addressAt(page, step))).toMatch(/log=.*"lr":0.01.*"lr":0.02/);
  // What is none is not taken.
  await rate.fill("-1");
  await rate.blur();
  expect(await rate.inputValue()).toBe("0.02");
  expect(problems).toEqual([]);
  await page.close();
});

it("a worker that dies is told of, and another takes its place", async () => {
  const { page, kill } = await openMortal(site, "train?lang=en");
  const first = await hashOf(page);
  await trainOn(page);
  await kill();
  await page.waitForSelector("[role=alert]:has-text('out of memory')");
  await page.click("button:text-is('Begin anew')");
  expect(await hashAt(page, 0)).toBe(first);
  await trainOn(page);
  await page.close();
});
