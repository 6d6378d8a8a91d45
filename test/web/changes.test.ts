// What is changed of a run of the playground while it goes on: it is part of the run, to the bits of Node, at any of its steps.

import { expect, it } from "vitest";
import { kinds } from "../../src/worker/description.ts";
import {
  addressAt,
  codeOf,
  eventually,
  fill,
  fillPast,
  flaws,
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
  visit,
} from "./page.ts";

servePlayground();

it("the rate of dropout is changed while it trains, and belongs to the run", async () => {
  const layers = [
    { kind: "dense", units: 8 },
    { kind: "residual", layers: [{ kind: "dropout", rate: 0.1 }, { kind: "relu" }] },
    { kind: "dropout", rate: 0.2 },
  ];
  const { page, problems } = await openPage(site, `train?lang=en&layers=${json(layers)}`);
  const atFirst = await hashOf(page);
  await stopAfter(page, 10_000);
  await page.evaluate(`(() => {
    const shown = document.querySelector("[data-step]");
    new MutationObserver((_, observer) => {
      if (Number(shown.textContent) <= 300) return;
      observer.disconnect();
      const field = document.querySelector("[aria-label='rate of layer 3']");
      field.value = "0.5";
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }).observe(shown, { characterData: true, childList: true, subtree: true });
  })()`);
  await train(page);
  const trained = await hashAt(page, 10_000);
  expect(await page.getByLabel("rate of layer 3").inputValue()).toBe("0.5");
  expect(await page.getByLabel("rate of layer 2.1").inputValue()).toBe("0.1");
  expect(await codeOf(page)).toMatch(/dropout\(0\.2\).*\n(.*\n)*.*dropout\(0\.5\)/);
  expect(await inNode(page)).toBe(trained);

  // Once more, and with another optimizer.
  await fill(page, "rate of layer 2.1", "0");
  await fill(page, "Weight decay", "0.001");
  await stopAfter(page, 100);
  await train(page);
  const changed = await hashAt(page, 10_100);
  expect(await inNode(page)).toBe(changed);

  await seek(page, 10_000);
  expect(await hashAt(page, 10_000)).toBe(trained);
  await seek(page, 10_100);
  expect(await hashAt(page, 10_100)).toBe(changed);

  const address = await addressAt(page, 10_100);
  const other = await openPage(site, address);
  expect(await hashAt(other.page, 10_100)).toBe(changed);
  expect(await other.page.getByLabel("rate of layer 2.1").inputValue()).toBe("0");
  expect([...problems, ...other.problems]).toEqual([]);
  await other.page.close();

  // A run that begins anew begins with what is set.
  await page.click("button:text-is('Begin anew')");
  expect(await hashAt(page, 0)).toBe(atFirst);
  expect(await page.getByLabel("rate of layer 3").inputValue()).toBe("0.5");
  await train(page);
  expect(await codeOf(page)).not.toContain("checkpoint");
  expect(await hashAt(page, 100)).toBe(await inNode(page));
  expect(problems).toEqual([]);
});

it("another optimizer begins without the state of the one before, at whatever step one comes from", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await stopAfter(page, 200);
  await train(page);
  const trained = await hashAt(page, 200);
  await fill(page, "Weight decay", "0.001");
  await train(page);
  const decayed = await hashAt(page, 400);
  expect(decayed).toBe(await inNode(page));

  await seek(page, 200);
  expect(await hashAt(page, 200)).toBe(trained);
  await seek(page, 230);
  const between = await hashAt(page, 230);
  expect(between).toBe(await inNode(page));
  await seek(page, 400);
  expect(await hashAt(page, 400)).toBe(decayed);

  // From a step back the same optimizer goes on, and another begins.
  await seek(page, 200);
  await hashAt(page, 200);
  await train(page);
  expect(await hashAt(page, 400)).toBe(decayed);
  await seek(page, 200);
  await hashAt(page, 200);
  await fill(page, "Weight decay", "0");
  await train(page);
  expect(await hashAt(page, 400)).toBe(await inNode(page));
  expect(await codeOf(page)).not.toContain("weightDecay");

  // Paused within a fit, from where no checkpoint is kept.
  await fillPast(page, 433, "Weight decay", "0.002");
  await stopAfter(page, 5000);
  await train(page);
  const paused = await hashAt(page, 5400);
  expect(paused).toBe(await inNode(page));
  await seek(page, 5399);
  await hashAt(page, 5399);
  await seek(page, 5400);
  expect(await hashAt(page, 5400)).toBe(paused);
  expect(problems).toEqual([]);
});

it("every schedule can be chosen while a run goes on, also behind a warm-up, and its numbers; all of it is part of the run", async () => {
  const { page, problems } = await openPage(
    site,
    "train?lang=en&optimizer=%7B%22kind%22%3A%22sgd%22%2C%22lr%22%3A0.1%7D",
  );
  await hashOf(page);
  await stopAfter(page, 20);
  const course = page.getByLabel("Rate schedule");
  // What follows evaluations depends on where one pauses.
  const offered = kinds.schedules.filter((kind) => kind !== "plateau");
  await eventually(() => course.locator("option").allTextContents()).toEqual([...offered, "constant"]);
  for (const [i, kind] of offered.entries()) {
    await course.selectOption(kind);
    await fill(page, "Steps of warm-up before", 3 + i);
    if (kind === "cosine") await fill(page, "Next period, times as long", 2);
    if (kind === "polynomial") await fill(page, "Power", 2.5);
    if (kind === "stepDecay") await fill(page, "… once in so many steps", 70);
    if (kind === "oneCycle") await fill(page, "Share that rises", 0.4);
    await train(page);
    await hashAt(page, 20 * (i + 1));
  }
  await course.selectOption("constant");
  await train(page);
  const steps = 20 * (offered.length + 1);
  const hash = await hashAt(page, steps);
  expect(await inNode(page)).toBe(hash);
  const code = await codeOf(page);
  // Each ends with what is trained next, if nothing else is said.
  expect(code).toContain("lr: warmUp({ steps: 3, to: cosine({ from: 0.1, steps: 20, restart: 2 }) })");
  expect(code).toMatch(/oneCycle\(\{ max: 0\.1, steps: \d+, up: 0\.4 \}\)/);
  expect(code).toContain("power: 2.5");
  expect(code).toContain("every: 70");

  const other = await openPage(site, await addressAt(page, steps));
  expect(await hashAt(other.page, steps)).toBe(hash);
  await other.page.close();

  // An address with one that cannot be chosen, or that says no rate, is as usual.
  for (const lr of [
    { kind: "plateau", from: 0.1 },
    { kind: "warmUp", steps: 3 },
    { kind: "warmUp", to: { kind: "warmUp", to: 1 } },
  ]) {
    await visit(page, `train?lang=en&optimizer=${json({ kind: "sgd", lr })}`);
    expect(await page.getByLabel("Optimizer").inputValue()).toBe("adam");
  }
  expect(await flaws(page, 1440)).toEqual([]);
  expect(problems).toEqual([]);
});
