// The playground's part that trains: to the bits of Node, at any moment, and without holding up the page.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { parse } from "../../src/io/index.ts";
import { kinds } from "../../src/worker/description.ts";
import { openInFirefox } from "../browser/firefox.ts";
import { serve } from "../browser/server.ts";
import { codeOf, hashOf, inNode, openPage, servePlayground, site, stepOf, train } from "./page.ts";

servePlayground();

/** Moves the slider of time. */
const seek = (page: Page, step: number) =>
  page.locator("section[aria-label=State] input[type=range]").fill(String(step));

async function settledAt(page: Page, step: number): Promise<string> {
  await page.waitForFunction(
    `document.querySelector("[data-step]").textContent === "${step}" && document.querySelector("[data-hash]").textContent.length === 64`,
  );
  return hashOf(page);
}

/** All that the browser asks for until the first network of the Train part can be trained. */
async function firstLoad(page: Page, url: string, lang: string): Promise<number> {
  const paths = new Set<string>();
  page.on("request", (request) => {
    if (request.url().startsWith(url)) paths.add(new URL(request.url()).pathname);
  });
  await page.goto(`${url}index.html#/train?lang=${lang}`);
  await hashOf(page);
  await page.waitForLoadState("networkidle");
  return [...paths].reduce(
    (sum, path) => sum + brotliCompressSync(readFileSync(join(site.root, path))).length,
    0,
  );
}

it("loads less than 120 kB before anything is trained, the engine with all layers; what is not isolated trains with one thread", async () => {
  const server = await serve({ root: site.root });
  const pages = await Promise.all(["ja", "en"].map(() => site.browser.newPage({ locale: "en-US" })));
  for (const [i, lang] of ["ja", "en"].entries()) {
    const bytes = await firstLoad(pages[i]!, server.url, lang);
    expect(bytes).toBeGreaterThan(80_000);
    expect(bytes).toBeLessThan(120_000);
  }
  const page = pages[1]!;
  await train(page);
  expect(await page.textContent("section[aria-label=State]")).toMatch(/threads1SHA/);
  expect(await settledAt(page, 2000)).toBe(await inNode(page));
  for (const each of pages) await each.close();
  server.close();
});

it("trains in Firefox to the same bits", async (context) => {
  const address =
    "train?lang=en&log=%5B%7B%22optimizer%22%3A%7B%22kind%22%3A%22adam%22%2C%22lr%22%3A0.01%7D%2C%22batchSize%22%3A30%2C%22steps%22%3A300%7D%5D";
  const { page } = await openPage(site, address);
  const expected = await settledAt(page, 300);
  await page.close();
  const found = `<!doctype html><title>kobai</title><iframe src="/index.html#/${address}" width="1000" height="800"></iframe><script type="module">
    const text = (name) => document.querySelector("iframe").contentDocument?.querySelector(name)?.textContent;
    while (text("[data-step]") !== "300" || text("[data-hash]").length !== 64) await new Promise((resolve) => setTimeout(resolve, 100));
    await fetch("/found", { method: "POST", body: text("[data-hash]") });
  </script>`;
  const server = await serve({ isolated: true, root: site.root, page: found });
  const firefox = openInFirefox(server.url, context);
  try {
    expect(await Promise.race([server.posted, firefox.ended])).toBe(expected);
  } finally {
    await firefox.close();
    server.close();
  }
});

it("trains to the bits of Node; the address leads others there; time goes back and forward to the same bits", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  const atFirst = await hashOf(page);
  await page.getByLabel("Stop after … steps").fill("700");
  await page.getByLabel("Stop after … steps").blur();
  await train(page);
  const trained = await settledAt(page, 700);
  expect(trained).toBe(await inNode(page));

  // Another rate and another batch from here on.
  await page.getByLabel("Learning rate").fill("0.003");
  await page.getByLabel("Learning rate").blur();
  await page.getByLabel("Batch size").fill("50");
  await page.getByLabel("Batch size").blur();
  await train(page);
  const changed = await settledAt(page, 1400);
  expect(changed).toBe(await inNode(page));

  await seek(page, 700);
  expect(await settledAt(page, 700)).toBe(trained);
  await seek(page, 0);
  expect(await settledAt(page, 0)).toBe(atFirst);
  await seek(page, 1400);
  expect(await settledAt(page, 1400)).toBe(changed);
  await page.click("button:text-is('One step back')");
  const before = await settledAt(page, 1399);
  expect(before).not.toBe(changed);
  await page.click("button:text-is('One step')");
  expect(await settledAt(page, 1400)).toBe(changed);

  const address = await page.evaluate<string>("location.hash.slice(2)");
  const other = await openPage(site, address);
  expect(await settledAt(other.page, 1400)).toBe(changed);
  expect([...problems, ...other.problems]).toEqual([]);
  await other.page.close();
  await page.close();
});

it("stops at once, and takes a rate that is too large with a word", async () => {
  const { page } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await page.getByLabel("Stop after … steps").fill("1000000");
  await page.getByLabel("Stop after … steps").blur();
  await page.click("button:text-is('Train')");
  await page.waitForFunction('Number(document.querySelector("[data-step]").textContent) > 100');
  await page.click("button:text-is('Pause')");
  await hashOf(page);
  const step = await stepOf(page);
  expect(step).toBeLessThan(1_000_000);
  await page.waitForTimeout(300);
  expect(await stepOf(page)).toBe(step);

  await page.close();

  const hidden = [1, 2, 3].flatMap(() => [{ kind: "dense", units: 32 }, { kind: "identity" }]);
  const layers = encodeURIComponent(JSON.stringify(hidden));
  const optimizer = encodeURIComponent(JSON.stringify({ kind: "sgd", lr: 100 }));
  const wild = (await openPage(site, `train?lang=en&layers=${layers}&init=he&optimizer=${optimizer}`)).page;
  await hashOf(wild);
  await wild.click("button:text-is('Train')");
  await wild.waitForSelector("[role=alert]:has-text('the loss of step')");
  await wild.close();
});

it("points that are clicked, and a CSV file, are learned", async () => {
  const { page, problems } = await openPage(site, "train?lang=en&data=points");
  const plane = page.locator("canvas.square");
  for (const [label, x, y] of [
    ["class 1", 0.2, 0.2],
    ["class 1", 0.8, 0.8],
    ["class 2", 0.2, 0.8],
    ["class 2", 0.8, 0.2],
  ] as const) {
    await page.click(`button:text-is('${label}')`);
    const { width, height } = (await plane.boundingBox())!;
    await plane.click({ position: { x: x * width, y: y * height } });
  }
  await hashOf(page);
  // One more, by keys alone.
  await page.click("button:text-is('class 1')");
  await page.keyboard.press("Shift+Tab");
  for (let i = 0; i < 7; i++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  expect(await page.evaluate("location.hash")).toMatch(/-0\.6_0\.086_0(&|$)/);
  await page.waitForFunction('!document.querySelector("button.main").disabled');
  await hashOf(page);
  await train(page);
  expect(await page.getAttribute("[data-accuracy]", "data-accuracy")).toBe("1");
  expect(await hashOf(page)).toBe(await inNode(page));

  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i % 3},${(i * 7) % 5},${i % 2},${i % 3 === 1 ? "yes" : "no"}`,
  );
  await page.selectOption("select:has(option[value=csv])", "csv");
  await page.setInputFiles("#csv", {
    name: "own.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(["a,b,c,answer", ...rows].join("\n")),
  });
  await hashOf(page);
  await train(page);
  expect(await page.getAttribute("[data-accuracy]", "data-accuracy")).toBe("1");
  expect(await page.locator(".confusion th[scope=row]").allTextContents()).toEqual(["no", "yes"]);

  // Words in quotes, semicolons, a byte order mark.
  const quoted = ['"length; cm";width;kind', '1.5;2;"a; b"', "3;4;c", "", '5;6;"a; b"', '7;"8";c'];
  for (const [content, said] of [
    ["1,2,a\n3,x,b\n5,6,a\n7,8,b\n", "This is no row of 2 numbers and a class, in line 2: 3, x, b"],
    ["a,b,c\n1,2,x\n3,4,y\n", "This file has 2 rows of data: at least 4 rows are needed."],
    ["1,2,a\n3,4,a\n5,6,a\n7,8,a\n", "only one class in the last column: a"],
    [`\ufeff${quoted.join("\r\n")}`, undefined],
  ] as const) {
    await page.setInputFiles("#csv", { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
    if (said) await page.waitForSelector(`[role=alert]:has-text("${said}")`);
  }
  expect(await page.locator("[role=alert]").count()).toBe(0);
  await page.waitForFunction('document.querySelector("[data-step]").textContent === "0"');
  await hashOf(page);
  await train(page);
  expect(await page.locator(".confusion th[scope=row]").allTextContents()).toEqual(["a; b", "c"]);
  expect(problems).toEqual([]);
  await page.close();
});

it("MNIST to 0.97 in the tab, to the bits of Node; a drawn digit is recognised; weights come and go", async () => {
  const layers = encodeURIComponent(JSON.stringify([{ kind: "dense", units: 100 }, { kind: "relu" }]));
  const optimizer = encodeURIComponent(JSON.stringify({ kind: "adam", lr: 0.002 }));
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

  const canvas = page.locator("canvas.square");
  await canvas.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await canvas.boundingBox())!;
  await page.mouse.move(x + 0.52 * width, y + 0.15 * height);
  await page.mouse.down();
  await page.mouse.move(x + 0.48 * width, y + 0.85 * height, { steps: 15 });
  await page.mouse.up();
  await page.waitForSelector("[data-class='1']");

  const download = page.waitForEvent("download");
  await page.click("button:has-text('Save the weights')");
  const path = await (await download).path();
  expect(Object.keys(parse(readFileSync(path)).tensors)).toContain("dense1.weight");
  await page.click("button:text-is('One step')");
  await page.waitForFunction(
    `![..."…", ${JSON.stringify(hash)}].includes(document.querySelector("[data-hash]").textContent)`,
  );
  await page.setInputFiles("#weights", path);
  await page.waitForSelector("span:text-is('Weights were loaded.')");
  expect(await hashOf(page)).toBe(hash);

  // From there on it is another run, to any of its steps and to the bits of Node, but not of the address.
  await page.getByLabel("Stop at test accuracy").selectOption("never");
  await page.getByLabel("Stop after … steps").fill("20");
  await page.getByLabel("Stop after … steps").blur();
  await train(page);
  const further = await settledAt(page, 20);
  await seek(page, 0);
  expect(await settledAt(page, 0)).toBe(hash);
  await seek(page, 20);
  expect(await settledAt(page, 20)).toBe(further);
  expect(await inNode(page, { "weights.safetensors": readFileSync(path) })).toBe(further);
  expect(await page.evaluate("location.hash")).not.toContain("log=");
  expect(await page.textContent("section[aria-label=State]")).toContain("weights of a file");
  expect(problems).toEqual([]);
  await page.close();
});

it("a convolutional network with a schedule and weight decay trains to the bits of Node", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await page.selectOption("select:has(option[value=convolution])", "convolution");
  await page.getByLabel("Optimizer", { exact: true }).selectOption("nesterov");
  await page.getByLabel("Weight decay").fill("0.0001");
  await page.getByLabel("Weight decay").blur();
  await page.getByLabel("Batch size").fill("10");
  await page.getByLabel("Batch size").blur();
  await page.getByLabel("Stop after … steps").fill("20");
  await page.getByLabel("Stop after … steps").blur();
  await page.selectOption("select:has(option[value=cosine])", "cosine");
  expect(await page.textContent("form")).toContain("dense, 10 units");
  await page.click("button:has-text('Fetch MNIST')");
  await hashOf(page);
  await train(page);
  const hash = await settledAt(page, 20);
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
  const layers = encodeURIComponent(JSON.stringify([{ kind: "conv2d", filters: 4, kernel: 3 }]));
  const { page } = await openPage(site, `train?lang=en&data=mnist&layers=${layers}`);
  await page.click("button:has-text('Fetch MNIST')");
  await page.waitForSelector("[role=alert]:has-text('put flatten() before it')");
  expect(await page.locator("button:has-text('Fetch')").count()).toBe(0);
  await page.getByRole("button", { name: "Add a layer", exact: true }).click();
  await page.getByLabel("Layer 2", { exact: true }).selectOption("flatten");
  await hashOf(page);
  expect(await page.locator("[role=alert]").count()).toBe(0);
  await page.close();
});

it("images that could not be fetched are fetched when asked for again", async () => {
  const { page } = await openPage(site, "train?lang=en&data=mnist");
  await page.route("**/mnist/**", (route) => route.abort());
  await page.click("button:has-text('Fetch MNIST')");
  await page.waitForSelector("[role=alert]");
  await page.unroute("**/mnist/**");
  await page.click("button:has-text('Fetch MNIST')");
  await hashOf(page);
  await page.close();
});

it("any layer is added by clicking, with lists and with layers within; it stands in the address, and trains to the bits of Node", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  const fill = async (label: string, value: string) => {
    await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByLabel(label, { exact: true }).blur();
  };
  const choose = (label: string, kind: string) => page.getByLabel(label, { exact: true }).selectOption(kind);
  const offered = await page.getByLabel("Layer 1", { exact: true }).locator("option").allTextContents();
  expect(offered).toEqual(kinds.layers);

  // 8 numbers, and with them what two layers make of them; as 2 × 4; as 4 × 2; a convolution along the 4.
  await choose("Layer 2", "residual");
  await choose("Layer 2.1", "dense");
  await page.getByLabel("Add a layer within layer 2").click();
  await choose("Layer 2.2", "sigmoid");
  await page.getByLabel("Add a layer beside layer 2").click();
  await fill("units of layer beside 2", "8");
  await choose("Layer 3", "reshape");
  await fill("shape of layer 3", "no list");
  await fill("shape of layer 3", "2, 4");
  await choose("Layer 4", "permute");
  await fill("axes of layer 4", "2 1");
  await page.getByRole("button", { name: "Add a layer", exact: true }).click();
  await choose("Layer 5", "conv1d");
  await choose("padding of layer 5", "same");
  await page.getByRole("button", { name: "Add a layer", exact: true }).click();
  await choose("Layer 6", "flatten");
  await fill("Stop after … steps", "40");
  await train(page);
  const hash = await settledAt(page, 40);
  expect(await codeOf(page)).toContain(
    "residual(dense(8, { weight: xavier() }), sigmoid(), { shortcut: dense(8, { weight: xavier() }) }), reshape([2, 4]), permute([2, 1]), " +
      'conv1d(8, { kernel: 3, padding: "same", weight: xavier() }), flatten()',
  );
  expect(hash).toBe(await inNode(page));

  const other = await openPage(site, await page.evaluate<string>("location.hash.slice(2)"));
  expect(await settledAt(other.page, 40)).toBe(hash);
  await other.page.close();

  // Layers that do not go together are refused with a word, and taken away again.
  await fill("units of layer 2.1", "5");
  await page.waitForSelector("[role=alert]:has-text('residual')");
  await page.getByLabel("Remove layer beside 2", { exact: true }).click();
  await page.getByLabel("Remove layer 2", { exact: true }).click();
  const atFirst = await settledAt(page, 0);

  // And all anew.
  await train(page);
  expect(await settledAt(page, 40)).not.toBe(atFirst);
  await page.click("button:text-is('Begin anew')");
  expect(await settledAt(page, 0)).toBe(atFirst);
  expect(problems).toEqual([]);
  await page.close();
});

it("training ends at the step that was asked for, whatever is changed meanwhile", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await page.getByLabel("Stop after … steps").fill("20000");
  await page.getByLabel("Stop after … steps").blur();
  await page.click("button:text-is('Train')");
  await page.waitForFunction('Number(document.querySelector("[data-step]").textContent) > 300');
  await page.getByLabel("Learning rate").fill("0.003");
  await page.getByLabel("Learning rate").blur();
  await page.waitForSelector("button:text-is('Train'):not([disabled])", { timeout: 120_000 });
  expect(await settledAt(page, 20000)).toBe(await inNode(page));
  expect(await codeOf(page)).toContain("optimizer.lr = 0.003");
  expect(problems).toEqual([]);
  await page.close();
});

it("what is typed while it trains stays until it is taken", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await page.getByLabel("Stop after … steps").fill("1000000");
  await page.getByLabel("Stop after … steps").blur();
  await page.click("button:text-is('Train')");
  const rate = page.getByLabel("Learning rate");
  await rate.fill("0.02");
  const before = await stepOf(page);
  await page.waitForFunction(`Number(document.querySelector("[data-step]").textContent) > ${before + 200}`);
  expect(await rate.inputValue()).toBe("0.02");
  await rate.blur();
  await page.waitForFunction(
    `Number(document.querySelector("[data-step]").textContent) > ${before + 400} && location.hash.includes("0.02")`,
  );
  await page.click("button:text-is('Pause')");
  await hashOf(page);
  expect(await page.evaluate("decodeURIComponent(location.hash)")).toMatch(/log=.*"lr":0.01.*"lr":0.02/);
  // What is none is not taken.
  await rate.fill("-1");
  await rate.blur();
  expect(await rate.inputValue()).toBe("0.02");
  expect(problems).toEqual([]);
  await page.close();
});
