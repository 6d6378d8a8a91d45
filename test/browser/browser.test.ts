// The built package in a real browser, as a page without a bundler loads it.

import { existsSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as kobai from "../../src/index.ts";
import * as io from "../../src/io/index.ts";
import { launch } from "./chromium.ts";
import { serve } from "./server.ts";
import { train } from "./train.ts";

let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: run `npm run build` first");
  await kobai.init();
  server = await serve();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});
beforeEach(async () => {
  page = await browser.newPage();
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("requestfailed", (request) => problems.push(request.url()));
  await page.goto(server.url);
  return async () => {
    await page.close();
    expect(problems).toEqual([]);
  };
});

/** Runs a script as a module in the page; its last statement returns. */
function inPage<T>(script: string): Promise<T> {
  return page.evaluate(`(async () => {
    const kobai = await import("/dist/index.js");
    ${script}
  })()`);
}

describe("in Chromium", () => {
  it("200 steps give the weights that they give in Node, to the last bit", async () => {
    const digest = await inPage(`
      await kobai.init();
      const train = ${train};
      return train(kobai, await import("/dist/io.js"));
    `);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(digest).toBe(await train(kobai, io));
  });

  it("the wasm can be streamed", async () => {
    const requested: string[] = [];
    page.on("request", (request) => requested.push(new URL(request.url()).pathname));
    const digest = await inPage(`
      await kobai.init({ wasm: fetch("/dist/kobai.wasm") });
      const train = ${train};
      return train(kobai, await import("/dist/io.js"));
    `);
    expect(requested).toContain("/dist/kobai.wasm");
    expect(digest).toBe(await train(kobai, io));
  });

  it("the page stays alive while it trains, and can stop it", async () => {
    const { frames, longest, history, milliseconds } = await inPage<{
      frames: number;
      longest: number;
      milliseconds: number;
      history: kobai.History;
    }>(`
      const { crossEntropy, dense, init, relu, sequential, sgd, tensor } = kobai;
      await init();
      const net = sequential([dense(50), relu(), dense(10)], { input: [784] });
      const data = { x: tensor(new Uint8Array(1000 * 784), [1000, 784]), t: tensor(new Uint8Array(1000)) };
      let frames = 0, longest = 0, last = performance.now();
      const tick = (now) => {
        frames++;
        longest = Math.max(longest, now - last);
        last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
      const start = performance.now();
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 1500);
      const history = await net.fit(data, {
        loss: crossEntropy(), optimizer: sgd(), batchSize: 100, steps: 10_000_000, signal: controller.signal,
      });
      history.loss.length = 0;
      return { frames, longest, history, milliseconds: performance.now() - start };
    `);
    expect(history.aborted).toBe(true);
    expect(history.steps).toBeGreaterThan(100);
    expect(milliseconds).toBeLessThan(2500);
    expect(frames).toBeGreaterThan(30);
    expect(longest).toBeLessThan(500);
  });

  it("errors arrive with their text", async () => {
    const message = await inPage(`
      const { dense, init, sequential } = kobai;
      await init();
      const net = sequential([dense(2)], { input: [3] });
      try { net.predict([1, 2]); } catch (error) { return String(error); }
    `);
    expect(message).toBe("ShapeError: predict: x is [2]; the network takes one sample [3] or a batch [n, 3]");
  });
});
