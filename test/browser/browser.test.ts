// The built package in a real browser, as a page without a bundler loads it.

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pageBundle } from "../../bench/page-bundle.ts";
import * as kobai from "../../src/index.ts";
import * as io from "../../src/io/index.ts";
import { abs } from "../../src/ops.ts";
import { launchOnce } from "./chromium.ts";
import { serve } from "./server.ts";
import { train } from "./train.ts";

let server: Awaited<ReturnType<typeof serve>>;
let isolatedServer: Awaited<ReturnType<typeof serve>>;
let context: BrowserContext;
let page: Page;
let problems: string[];
/** of what Node trains */
let inNode: string;

beforeAll(async () => {
  if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: run `npm run build` first");
  await kobai.init();
  server = await serve();
  isolatedServer = await serve({ isolated: true });
  context = await launchOnce(server.url, isolatedServer.url);
  inNode = await train(kobai, io);
});
afterAll(async () => {
  await context?.browser()?.close();
  server?.close();
  isolatedServer?.close();
});
beforeEach(async () => {
  page = await context.newPage();
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
    expect(digest).toBe(inNode);
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
    expect(digest).toBe(inNode);
  });

  it("a page that is not has one, and is told why it cannot have more", async () => {
    const { auto, message } = await inPage<Record<string, unknown>>(`
      const message = await kobai.init({ threads: 2 }).catch(String);
      return { message, auto: (await kobai.init({ threads: "auto" })).threads };
    `);
    expect(auto).toBe(1);
    expect(message).toMatch(
      /^UnsupportedError: init: threads: 2 needs shared memory.*Cross-Origin-Opener-Policy/,
    );
  });
});

describe("a page that forbids something", () => {
  const refused = "UnsupportedError: init: threads: the page refuses their script";

  it.each([
    [
      "workers of a blob",
      "worker-src 'self'",
      `${refused}. To have more than one allow \`worker-src blob:\` in its`,
    ],
    [
      "scripts of a blob",
      "script-src 'self' 'unsafe-eval'",
      `${refused}. To have more than one allow \`worker-src blob:\` in its`,
    ],
    [
      "addresses of scripts that are texts",
      "require-trusted-types-for 'script'",
      / the page refuses their script: .*To have more than one leave `require-trusted-types-for 'script'` out of its/,
    ],
  ])("%s: it has one thread, and is told what to allow for more", async (_, policy, message) => {
    await page.goto(`${isolatedServer.url}?policy=${encodeURIComponent(policy)}`);
    const { problem, threads, again, digest } = await inPage<Record<string, unknown>>(`
      const problem = await kobai.init({ threads: 2 }).catch(String);
      const { threads } = await kobai.init({ threads: "auto" });
      const train = ${train};
      const digest = await train(kobai, await import("/dist/io.js"));
      return { problem, threads, again: (await kobai.init({ threads: "auto" })).threads, digest };
    `);
    expect(problem).toEqual(expect.stringMatching(message));
    expect({ threads, again }).toEqual({ threads: 1, again: 1 });
    expect(digest).toBe(inNode);
  });

  it("an origin of its own, as in a sandbox: it has threads all the same", async () => {
    await page.goto(`${isolatedServer.url}?policy=sandbox allow-scripts`);
    const { threads, digest } = await inPage<Record<string, unknown>>(`
      const { threads } = await kobai.init({ threads: 2 });
      const train = ${train};
      const { sha256 } = await import("/dist/io.js");
      return { threads, digest: await train(kobai, { sha256 }) };
    `);
    expect(threads).toBe(2);
    expect(digest).toBe(inNode);
  });

  it.each([1, 2])("WebAssembly: it is told what to allow, with threads: %d", async (threads) => {
    await page.goto(
      `${isolatedServer.url}?policy=${encodeURIComponent("script-src 'self' 'unsafe-inline'")}`,
    );
    const message =
      "UnsupportedError: init: this page's Content-Security-Policy forbids WebAssembly: allow 'wasm-unsafe-eval' in its script-src";
    expect(await inPage(`return kobai.init({ threads: ${threads} }).catch(String);`)).toBe(message);
    expect(
      await inPage(
        `return kobai.init({ threads: ${threads}, wasm: fetch("/dist/kobai.wasm") }).catch(String);`,
      ),
    ).toBe(message);
  });
});

describe("a page that uses an op of the extension", () => {
  const script = `
    import { dense, init, layer, sequential } from "kobai";
    import { abs } from "kobai/ops";
    globalThis.run = async (options) => {
      const { threads } = await init(options);
      const net = sequential([dense(3), layer("abs", (x) => abs(x))], { input: [2], seed: 1 });
      return { threads, y: [...net.predict([1, -2]).data] };
    };`;

  let bundle: ReturnType<typeof pageBundle> | undefined;

  function expected(): number[] {
    const { layer, dense, sequential } = kobai;
    using net = sequential([dense(3), layer("abs", (x) => abs(x))], { input: [2], seed: 1 });
    return [...net.predict([1, -2]).data];
  }

  it.each([
    ["bundled", "{}", 1],
    ["bundled, with threads", "{ threads: 2 }", 2],
    ["streamed", `{ extension: fetch("/dist/kobai-extension.wasm") }`, 1],
    [
      "streamed, with threads",
      `{ threads: 2, extension: fetch("/dist/kobai-extension.wasm"), wasm: fetch("/dist/kobai.wasm") }`,
      2,
    ],
  ])("has it %s", async (_, options, threads) => {
    await page.goto(isolatedServer.url);
    bundle ??= pageBundle(script);
    const { texts } = await bundle;
    expect(texts.length).toBe(1);
    await page.addScriptTag({ type: "module", content: texts[0]! });
    await page.waitForFunction("globalThis.run");
    expect(await page.evaluate(`run(${options})`)).toEqual({ threads, y: expected() });
  });
});

describe.each([1, 2])("a page that streams the wasm, with threads: %d", (threads) => {
  it.each([
    [
      "from where it is not",
      "/dist/kobay.wasm",
      'kobay.wasm" answers with status 404: is the address right?',
    ],
    [
      "of another type",
      "/dist/kobai.wasm?type=text/html",
      'kobai.wasm?type=text/html" has the Content-Type "text/html", not application/wasm',
    ],
    ["of something else", "/dist/index.js?type=application/wasm", "what was given is not kobai's file: "],
  ])("%s is told so", async (_, address, message) => {
    await page.goto(isolatedServer.url);
    const text = await inPage(`
      const answer = await fetch("${address}");
      const text = await kobai.init({ threads: ${threads}, wasm: answer }).catch(String);
      // What is left of it would count as a request that failed.
      if (!answer.bodyUsed) await answer.text();
      return text;
    `);
    expect(text).toEqual(expect.stringContaining("OptionError: init: wasm: "));
    expect(text).toEqual(expect.stringContaining(message));
  });
});

it("a ServiceWorker has one thread, and is told that it cannot have more", async () => {
  await page.goto(isolatedServer.url);
  const found = await inPage(`
    const { active, installing } = await navigator.serviceWorker.register("/test/browser/service-worker.js", { type: "module" });
    const worker = active ?? installing;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
    worker.postMessage(null, [port2]);
    return answer;
  `);
  expect(found).toEqual({
    problem:
      "UnsupportedError: init: threads: 2 needs workers, which a ServiceWorker cannot start. " +
      'Use kobai in a page or in a worker of a page, or use threads: "auto".',
    threads: 1,
    prediction: [6],
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
    expect(digest).toBe(inNode);
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
    expect(digest).toBe(inNode);
  });

  it("the page stays alive while it trains, and can stop it", async () => {
    const { frames, history } = await inPage<{ frames: number[]; history: kobai.History }>(`
      const { crossEntropy, dense, init, relu, sequential, sgd, tensor } = kobai;
      await init();
      const net = sequential([dense(50), relu(), dense(10)], { input: [784] });
      const data = { x: tensor(new Uint8Array(1000 * 784), [1000, 784]), t: tensor(new Uint8Array(1000)) };
      const controller = new AbortController();
      // The steps that were done by each frame.
      const frames = [];
      const tick = () => {
        frames.push(net.steps);
        if (frames.length < 40) requestAnimationFrame(tick);
        else controller.abort();
      };
      requestAnimationFrame(tick);
      const history = await net.fit(data, {
        loss: crossEntropy(), optimizer: sgd(), batchSize: 100, steps: 10_000_000, signal: controller.signal,
      });
      history.loss.length = 0;
      return { frames, history };
    `);
    expect(history.ended).toBe("aborted");
    expect(history.steps).toBeGreaterThan(100);
    // It was drawn again and again while steps were done, and nothing but a slice of them came after it was stopped.
    expect(new Set(frames).size).toBeGreaterThan(20);
    const most = Math.max(...frames.map((steps, i) => steps - (frames[i - 1] ?? 0)));
    expect(history.steps - frames.at(-1)!).toBeLessThanOrEqual(2 * most);
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
