// The playground's part that trains: to the bits of Node, at any moment, and without holding up the page.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { kinds } from "../../src/worker/description.ts";
import { openInFirefox } from "../browser/firefox.ts";
import { serve } from "../browser/server.ts";
import {
  addressAt,
  codeOf,
  eventually,
  fill,
  hashAt,
  hashOf,
  inNode,
  openPage,
  seek,
  servePlayground,
  site,
  stateOf,
  stopAfter,
  train,
  trainOn,
} from "./page.ts";

servePlayground();

/** The bytes of all that the browser asks for until the first network of the Train part can be trained. */
async function firstLoad(page: Page, url: string, lang: string): Promise<number> {
  const paths = new Set<string>();
  page.on("request", (request) => {
    if (request.url().startsWith(url)) paths.add(new URL(request.url()).pathname);
  });
  await page.goto(`${url}index.html#/train?lang=${lang}`);
  await hashOf(page);
  await page.waitForLoadState("networkidle");
  return [...paths].reduce((sum, path) => sum + compressed(path), 0);
}

const sizes = new Map<string, number>();
/** The bytes of a file as servers send it. */
function compressed(path: string): number {
  const size = sizes.get(path) ?? brotliCompressSync(readFileSync(join(site.root, path))).length;
  sizes.set(path, size);
  return size;
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
  expect(await hashAt(page, 2000)).toBe(await inNode(page));
  expect(await page.textContent("section[aria-label=State]")).toMatch(/threads1SHA/);
  for (const each of pages) await each.close();
  server.close();
});

it("trains in Firefox to the same bits", async (context) => {
  const address =
    "train?lang=en&log=%5B%7B%22optimizer%22%3A%7B%22kind%22%3A%22adam%22%2C%22lr%22%3A0.01%7D%2C%22batchSize%22%3A30%2C%22steps%22%3A300%7D%5D";
  const { page } = await openPage(site, address);
  const expected = await hashAt(page, 300);
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
  await stopAfter(page, 700);
  await train(page);
  const trained = await hashAt(page, 700);
  expect(trained).toBe(await inNode(page));

  // Another rate and another batch from here on.
  await fill(page, "Learning rate", 0.003);
  await fill(page, "Batch size", 50);
  await train(page);
  const changed = await hashAt(page, 1400);
  expect(changed).toBe(await inNode(page));

  await seek(page, 700);
  expect(await hashAt(page, 700)).toBe(trained);
  await seek(page, 0);
  expect(await hashAt(page, 0)).toBe(atFirst);
  await seek(page, 1400);
  expect(await hashAt(page, 1400)).toBe(changed);
  await page.click("button:text-is('One step back')");
  const before = await hashAt(page, 1399);
  expect(before).not.toBe(changed);
  await page.click("button:text-is('One step')");
  expect(await hashAt(page, 1400)).toBe(changed);

  const other = await openPage(site, await addressAt(page, 1400));
  expect(await hashAt(other.page, 1400)).toBe(changed);
  expect([...problems, ...other.problems]).toEqual([]);
  await other.page.close();
  await page.close();
});

it("stops at once, to the bits of Node", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await trainOn(page);
  await page.click("button:text-is('Pause')");
  const { step, hash } = await stateOf(page);
  expect(step).toBeLessThan(1_000_000);
  expect(hash).toBe(await inNode(page));
  // If anything still went on, one step would lead further.
  await page.click("button:text-is('One step')");
  expect((await stateOf(page)).step).toBe(step + 1);
  expect(problems).toEqual([]);
  await page.close();
});

it("any layer is added by clicking, with lists and with layers within; it stands in the address, and trains to the bits of Node", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  await hashOf(page);
  const choose = (label: string, kind: string) => page.getByLabel(label, { exact: true }).selectOption(kind);
  await eventually(() =>
    page.getByLabel("Layer 1", { exact: true }).locator("option").allTextContents(),
  ).toEqual(kinds.layers);

  // 8 numbers, and with them what two layers make of them; as 2 × 4; as 4 × 2; a convolution along the 4.
  await choose("Layer 2", "residual");
  await choose("Layer 2.1", "dense");
  await page.getByLabel("Add a layer within layer 2").click();
  await choose("Layer 2.2", "sigmoid");
  await page.getByLabel("Add a layer beside layer 2").click();
  await fill(page, "units of layer beside 2", "8");
  await choose("Layer 3", "reshape");
  await fill(page, "shape of layer 3", "no list");
  await fill(page, "shape of layer 3", "2, 4");
  await choose("Layer 4", "permute");
  await fill(page, "axes of layer 4", "2 1");
  await page.getByRole("button", { name: "Add a layer", exact: true }).click();
  await choose("Layer 5", "conv1d");
  await choose("padding of layer 5", "same");
  await page.getByRole("button", { name: "Add a layer", exact: true }).click();
  await choose("Layer 6", "flatten");
  await stopAfter(page, 40);
  await train(page);
  const hash = await hashAt(page, 40);
  expect(await codeOf(page)).toContain(
    "residual(dense(8, { weight: xavier() }), sigmoid(), { shortcut: dense(8, { weight: xavier() }) }), reshape([2, 4]), permute([2, 1]), " +
      'conv1d(8, { kernel: 3, padding: "same", weight: xavier() }), flatten()',
  );
  expect(hash).toBe(await inNode(page));

  const other = await openPage(site, await addressAt(page, 40));
  expect(await hashAt(other.page, 40)).toBe(hash);
  await other.page.close();

  // Layers that do not go together are refused with a word, and taken away again.
  await fill(page, "units of layer 2.1", "5");
  await page.waitForSelector("[role=alert]:has-text('residual')");
  await page.getByLabel("Remove layer beside 2", { exact: true }).click();
  await page.getByLabel("Remove layer 2", { exact: true }).click();
  const atFirst = await hashAt(page, 0);

  // And all anew.
  await train(page);
  expect(await hashAt(page, 40)).not.toBe(atFirst);
  await page.click("button:text-is('Begin anew')");
  expect(await hashAt(page, 0)).toBe(atFirst);
  expect(problems).toEqual([]);
  await page.close();
});

it("weights from a file begin a run of their own, which is not said to be the address's; what are none leave the run as it is", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  const first = await hashOf(page);
  await stopAfter(page, 20);
  await train(page);
  const download = page.waitForEvent("download");
  await page.click("button:has-text('Save the weights')");
  const path = (await (await download).path())!;
  const trained = await hashOf(page);
  await page.setInputFiles("#weights", { name: "a", mimeType: "", buffer: Buffer.from("no weights") });
  await page.waitForSelector("[role=alert]");
  expect(await stateOf(page)).toEqual({ step: 20, hash: trained });
  expect(await page.textContent("[data-hash-help]")).not.toContain("weights of a file");
  await train(page);
  await page.setInputFiles("#weights", path);
  await page.waitForSelector("text=Weights were loaded.");
  expect(await stateOf(page)).toEqual({ step: 0, hash: trained });
  await page.waitForSelector("[data-hash-help]:has-text('weights of a file')");
  await page.click("button:text-is('One step')");
  const after = await hashAt(page, 1);
  expect(await inNode(page, { "weights.safetensors": readFileSync(path) })).toBe(after);
  await page.click("button:text-is('One step back')");
  expect(await hashAt(page, 0)).toBe(trained);
  await page.click("button:text-is('One step')");
  expect(await hashAt(page, 1)).toBe(after);
  await page.click("button:text-is('Begin anew')");
  expect(await hashAt(page, 0)).toBe(first);
  expect(await page.textContent("[data-hash-help]")).not.toContain("weights of a file");
  await page.close();
  expect(problems).toEqual([]);
});
