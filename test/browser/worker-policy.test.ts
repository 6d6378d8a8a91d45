// A worker from a file has its lanes from that file, too: a policy that lets no blob in leaves the threads.

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { adam, crossEntropy, dense, init, sequential, tensor } from "../../src/index.ts";
import { sha256 } from "../../src/io/index.ts";
import { launch } from "./chromium.ts";
import { type Server, serve } from "./server.ts";

const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'; style-src 'self'";

let server: Server;
let browser: Browser;
let digest: string;
beforeAll(async () => {
  if (!existsSync("dist/worker.js")) throw new Error("dist/ is missing: run `npm run build` first");
  await init();
  const x = tensor(
    new Float32Array(4 * 300).map((_, i) => (i % 17) / 17),
    [300, 4],
  );
  const t = tensor(new Uint8Array(300).map((_, i) => i % 3));
  const net = sequential([dense(120), dense(3)], { input: [4], seed: 3 });
  await net.fit({ x, t }, { loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), steps: 40, batchSize: 300 });
  digest = await sha256(net.params);
  [server, browser] = await Promise.all([serve({ isolated: true, policy }), launch()]);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

const script = (options: string) => `(async () => {
  const { tensor } = await import("/dist/index.js");
  const { startWorker } = await import("/dist/worker.js");
  const worker = await startWorker({ ${options} });
  const x = tensor(new Float32Array(4 * 300).map((_, i) => (i % 17) / 17), [300, 4]);
  const data = await worker.dataset({ x, t: tensor(new Uint8Array(300).map((_, i) => i % 3)) });
  const net = await worker.sequential([{ kind: "dense", units: 120 }, { kind: "dense", units: 3 }], { input: [4], seed: 3 });
  await net.fit(data, { loss: "crossEntropy", optimizer: { kind: "adam", lr: 0.01 }, steps: 40, batchSize: 300 });
  const found = { threads: worker.info.threads, digest: await net.sha256() };
  await worker.close();
  return found;
})()`;

it.each([
  ["a classic script", ""],
  ["a module", ', { type: "module" }'],
])("%s", async (_, type) => {
  const page = await browser.newPage();
  await page.goto(server.url);
  const worker = `worker: () => new Worker("/dist/worker/script.js"${type})`;
  for (const [threads, expected] of [
    ["3", 3],
    ['"auto"', Math.min(availableParallelism(), 64)],
  ] as const) {
    expect(await page.evaluate(script(`${worker}, threads: ${threads}`))).toEqual({
      threads: expected,
      digest,
    });
  }
  await page.close();
});
