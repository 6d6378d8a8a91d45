// Data sets of images in the playground, and networks for them.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "../../src/io/index.ts";
import {
  codeOf,
  drawIn,
  eventually,
  fill,
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
} from "./page.ts";

servePlayground();

it("MNIST to 0.97 in the tab, to the bits of Node; a drawn digit is recognised; weights come and go", async () => {
  const layers = json([{ kind: "dense", units: 100 }, { kind: "relu" }]);
  const optimizer = json({ kind: "adam", lr: 0.002 });
  const { page, problems } = await openPage(
    site,
    `train?lang=en&data=mnist&layers=${layers}&init=he&batch=100&optimizer=${optimizer}`,
  );
  await page.click("button:has-text('Fetch MNIST')");
  await hashOf(page);
  await page.getByLabel("Stop at test accuracy").selectOption("0.97");
  await train(page);
  const hash = await hashOf(page);
  expect(Number(await page.getAttribute("[data-accuracy]", "data-accuracy"))).toBeGreaterThanOrEqual(0.97);
  expect(hash).toBe(await inNode(page));

  await drawIn(page.locator("canvas.square"), [
    [
      [0.52, 0.15],
      [0.48, 0.85],
    ],
  ]);
  await page.waitForSelector("[data-class='1']");

  const download = page.waitForEvent("download");
  await page.click("button:has-text('Save the weights')");
  const path = (await (await download).path())!;
  expect(Object.keys(parse(readFileSync(path)).tensors)).toContain("dense1.weight");
  await page.click("button:text-is('One step')");
  expect(await hashOf(page)).not.toBe(hash);
  await page.setInputFiles("#weights", path);
  await page.waitForSelector("span:text-is('Weights were loaded.')");
  expect(await hashOf(page)).toBe(hash);

  // From there on it is another run, to any of its steps and to the bits of Node, but not of the address.
  await page.getByLabel("Stop at test accuracy").selectOption("never");
  await stopAfter(page, 20);
  await train(page);
  const further = await hashAt(page, 20);
  await seek(page, 0);
  expect(await hashAt(page, 0)).toBe(hash);
  await seek(page, 20);
  expect(await hashAt(page, 20)).toBe(further);
  expect(await inNode(page, { "weights.safetensors": readFileSync(path) })).toBe(further);
  expect(await page.evaluate("location.hash")).not.toContain("log=");
  await page.waitForSelector("[data-hash-help]:has-text('weights of a file')");
  expect(problems).toEqual([]);
  await page.close();
});

it("a convolutional network with a schedule and weight decay trains to the bits of Node", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await page.selectOption("select:has(option[value=convolution])", "convolution");
  await page.getByLabel("Optimizer", { exact: true }).selectOption("nesterov");
  await fill(page, "Weight decay", 0.0001);
  await fill(page, "Batch size", 10);
  await stopAfter(page, 20);
  await page.getByLabel("Rate schedule").selectOption("cosine");
  await eventually(() => page.textContent("form")).toContain("dense, 10 units");
  await page.click("button:has-text('Fetch MNIST')");
  await hashOf(page);
  await train(page);
  const hash = await hashAt(page, 20);
  const code = await codeOf(page);
  expect(code).toContain("conv2d(16, { kernel: 5, weight: he() })");
  expect(code).toMatch(
    /nesterov\(\{ lr: cosine\(\{ from: 0\.001, steps: 20 \}\), with: \[weightDecay\(0\.0001\)\] \}\)/,
  );
  expect(hash).toBe(await inNode(page));
  expect(problems).toEqual([]);
  await page.close();
});

it("a convolution before a dense layer is refused with the layer that is missing, not with one there is", async () => {
  const layers = json([{ kind: "conv2d", filters: 4, kernel: 3 }]);
  const { page } = await openPage(site, `train?lang=en&data=mnist&layers=${layers}`);
  await page.click("button:has-text('Fetch MNIST')");
  await page.waitForSelector("[role=alert]:has-text('put flatten() before it')");
  await eventually(() => page.locator("button:has-text('Fetch')").count()).toBe(0);
  await page.getByRole("button", { name: "Add a layer", exact: true }).click();
  await page.getByLabel("Layer 2", { exact: true }).selectOption("flatten");
  await hashOf(page);
  expect(await page.locator("[role=alert]").count()).toBe(0);
  await page.close();
});

it("data that cannot be fetched are fetched when they are asked for again", async () => {
  const { page } = await openPage(site, "train?lang=en&data=mnist");
  await page.route("**/mnist/**", (route) => route.abort());
  await page.click("button:has-text('Fetch MNIST')");
  await page.waitForSelector("section:has(h2:text-is('Data')) [role=alert]");
  await page.unroute("**/mnist/**");
  await page.route("**/mnist/t10k-labels*", (route) => route.fulfill({ body: "no labels" }));
  await page.click("button:has-text('Fetch MNIST')");
  await page.waitForSelector("[role=alert]:has-text('no IDX file')");
  await page.unroute("**/mnist/t10k-labels*");
  await page.click("button:has-text('Fetch MNIST')");
  await hashOf(page);
  expect(await page.locator("[role=alert]").count()).toBe(0);
  await page.close();
});

it("Fashion-MNIST is fetched when asked for, and learned to the bits of Node", async () => {
  const layers = json([{ kind: "dense", units: 32 }, { kind: "relu" }]);
  const { page, problems } = await openPage(
    site,
    `train?lang=en&data=fashionMnist&init=he&batch=100&layers=${layers}`,
  );
  await page.click("button:has-text('Fetch Fashion-MNIST')");
  await hashOf(page);
  await stopAfter(page, 400);
  await train(page);
  expect(Number(await page.getAttribute("[data-accuracy]", "data-accuracy"))).toBeGreaterThan(0.75);
  expect(await page.textContent(".confusion")).toContain("sneaker");
  expect(await flaws(page, 1440)).toEqual([]);
  expect(await hashOf(page)).toBe(await inNode(page));
  expect(problems).toEqual([]);
  await page.close();
});
