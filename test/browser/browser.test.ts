// The built package in a real browser, as a page without a bundler loads it.

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as kobai from "../../src/index.ts";
import * as io from "../../src/io/index.ts";
import { launch } from "./chromium.ts";
import { serve } from "./server.ts";
import { train } from "./train.ts";

let server: Awaited<ReturnType<typeof serve>>;
let isolatedServer: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: run `npm run build` first");
  await kobai.init();
  server = await serve();
  isolatedServer = await serve({ isolated: true });
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  isolatedServer?.close();
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

describe("threads in Chromium", () => {
  it("a page that is cross-origin isolated trains with them, to the bits of Node", async () => {
    await page.goto(isolatedServer.url);
    const { digest, threads, after, again } = await inPage<Record<string, unknown>>(`
      const { threads } = await kobai.init({ threads: 2 });
      const io = await import("/dist/io.js");
      const train = ${train};
      const digest = await train(kobai, io);
      await kobai.close();
      return { threads, digest, after: kobai.engineInfo().threads, again: await train(kobai, io) };
    `);
    expect({ threads, after }).toEqual({ threads: 2, after: 1 });
    expect(digest).toBe(await train(kobai, io));
    expect(again).toBe(digest);
  });

  it("a worker may sleep, and streams the wasm", async () => {
    await page.goto(isolatedServer.url);
    const { digest, threads } = await inPage<Record<string, unknown>>(`
      const code = \`
        import * as kobai from "\${location.origin}/dist/index.js";
        import * as io from "\${location.origin}/dist/io.js";
        const { threads } = await kobai.init({ threads: "auto", wasm: fetch("\${location.origin}/dist/kobai.wasm") });
        const train = ${train};
        postMessage({ threads, cores: navigator.hardwareConcurrency, digest: await train(kobai, io) });
      \`;
      const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), { type: "module" });
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      });
    `);
    expect(threads).toBe(Math.min(availableParallelism(), 64));
    expect(digest).toBe(await train(kobai, io));
  });

  it("a page that is not has one, and is told why it cannot have more", async () => {
    const { auto, message } = await inPage<Record<string, unknown>>(`
      const message = await kobai.init({ threads: 2 }).catch(String);
      return { message, auto: (await kobai.init({ threads: "auto" })).threads };
    `);
    expect(auto).toBe(1);
    expect(message).toMatch(
      /^UnsupportedError: init: threads: 2 needs memory that threads share.*Cross-Origin-Opener-Policy/,
    );
  });

  it("a page whose policy forbids the workers' script is told so", async () => {
    await page.goto(isolatedServer.url);
    const message = await inPage(`
      const policy = document.createElement("meta");
      policy.httpEquiv = "Content-Security-Policy";
      policy.content = "worker-src 'self'";
      document.head.append(policy);
      return kobai.init({ threads: 2 }).catch(String);
    `);
    expect(message).toMatch(/^ThreadError: threads: lane 1 did not start: .*worker-src blob:/);
  });
});

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
