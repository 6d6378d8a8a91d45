// kobai/worker as built, in a page without a bundler.

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { adam, crossEntropy, dense, he, init, sequential, tanh, tensor } from "../../src/index.ts";
import { sha256 } from "../../src/io/index.ts";
import { launchOnce } from "./chromium.ts";
import { serve } from "./server.ts";

let server: Awaited<ReturnType<typeof serve>>;
let isolatedServer: Awaited<ReturnType<typeof serve>>;
let context: BrowserContext;
let page: Page;
let digest: string;

/** What the page trains; the data is computed from indices. */
const script = (options = "") => `(async () => {
  const { tensor } = await import("/dist/index.js");
  const { startWorker } = await import("/dist/worker.js");
  const worker = await startWorker({ ${options} });
  const bytes = Uint8Array.from({ length: 8 * 150 }, (_, i) => (i * i * 31 + i * 7) % 251);
  const t = tensor(Uint8Array.from({ length: 150 }, (_, i) => bytes[8 * i] & 3));
  const data = await worker.dataset({ x: tensor(bytes, [150, 8]), t, scale: 1 / 255 });
  const layers = [
    { kind: "dense", units: 200, weight: { kind: "he" } }, { kind: "tanh" }, { kind: "dense", units: 4 },
  ];
  const net = await worker.sequential(layers, { input: [8], seed: 42 });
  await net.fit(data, { loss: "crossEntropy", optimizer: { kind: "adam", lr: 0.01 }, batchSize: 32, steps: 200 });
  const found = { threads: worker.info.threads, digest: await net.sha256(), moved: bytes.length };
  await worker.close();
  return found;
})()`;

beforeAll(async () => {
  if (!existsSync("dist/worker.js")) throw new Error("dist/ is missing: run `npm run build` first");
  await init();
  const bytes = Uint8Array.from({ length: 8 * 150 }, (_, i) => (i * i * 31 + i * 7) % 251);
  const t = tensor(Uint8Array.from({ length: 150 }, (_, i) => (bytes[8 * i] as number) & 3));
  const net = sequential([dense(200, { weight: he() }), tanh(), dense(4)], { input: [8], seed: 42 });
  const data = { x: tensor(bytes, [150, 8]), t, scale: 1 / 255 };
  await net.fit(data, { loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), batchSize: 32, steps: 200 });
  digest = await sha256(net.params);
  [server, isolatedServer] = await Promise.all([serve(), serve({ isolated: true })]);
  context = await launchOnce(server.url, isolatedServer.url);
});
afterAll(async () => {
  await context?.browser()?.close();
  server?.close();
  isolatedServer?.close();
});
beforeEach(async () => {
  page = await context.newPage();
  return () => page.close();
});

it("trains to the bits of Node, and takes the data with it", async () => {
  await page.goto(server.url);
  expect(await page.evaluate(script('threads: "auto"'))).toEqual({ threads: 1, digest, moved: 0 });
});

it("has threads of its own where the page is isolated", async () => {
  await page.goto(isolatedServer.url);
  const threads = Math.min(availableParallelism(), 64);
  expect(await page.evaluate(script('threads: "auto"'))).toEqual({ threads, digest, moved: 0 });
});

it("where a policy forbids blobs, says what to do, and that helps", async () => {
  const policy = "script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'";
  await page.goto(`${server.url}?policy=${encodeURIComponent(policy)}`);
  const message = await page.evaluate(`(${script()}).catch(String)`);
  expect(message).toBe(
    "UnsupportedError: startWorker: the page refuses the worker's script. Allow `worker-src blob:` in its Content-Security-Policy, or serve " +
      'the file kobai/worker/script and give startWorker({ worker: () => new Worker("its address") })',
  );
  const own = 'worker: () => new Worker("/dist/worker/script.js")';
  expect(await page.evaluate(script(own))).toEqual({ threads: 1, digest, moved: 0 });
  const asModule = 'worker: () => new Worker("/dist/worker/script.js", { type: "module" })';
  expect(await page.evaluate(script(asModule))).toEqual({ threads: 1, digest, moved: 0 });
  const wrong = 'worker: () => new Worker("/nothing.js")';
  expect(await page.evaluate(`(${script(wrong)}).catch(String)`)).toMatch(
    /^StateError: the worker has ended \(its script could not be loaded: is its address right\?\)/,
  );
});

it("where a policy has trusted types, says so", async () => {
  const policy = "require-trusted-types-for 'script'";
  await page.goto(`${server.url}?policy=${encodeURIComponent(policy)}`);
  expect(await page.evaluate(`(${script()}).catch(String)`)).toMatch(
    /^UnsupportedError: startWorker: the page refuses the worker's script: .*TrustedScriptURL/,
  );
});

it("is closed with what waits for it", async () => {
  await page.goto(server.url);
  const said = await page.evaluate(`(async () => {
    const { tensor } = await import("/dist/index.js");
    const { startWorker } = await import("/dist/worker.js");
    const worker = await startWorker();
    const net = await worker.sequential([{ kind: "dense", units: 2 }], { input: [1] });
    const data = await worker.dataset({ x: tensor([[0], [1]]), t: tensor(new Uint8Array([0, 1])) });
    const fit = net.fit(data, { loss: "crossEntropy", optimizer: { kind: "sgd" }, steps: 1e9 }).catch(String);
    await worker.close();
    return fit;
  })()`);
  expect(said).toBe("StateError: the worker was closed: start a new one");
});
