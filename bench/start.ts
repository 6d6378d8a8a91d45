// Cold start: from the start of Node to the first finished step of the book's run on one batch, and what a page loads for it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Group, median } from "./harness.ts";
import { pageBundle } from "./page-bundle.ts";

const script = (kobai: string) => `
  import { crossEntropy, dense, init, relu, sequential, sgd } from ${JSON.stringify(kobai)};
  await init();
  const x = { shape: [100, 784], dtype: "uint8", data: Uint8Array.from({ length: 78400 }, (_, i) => (i % 5 ? 0 : i)) };
  const t = { shape: [100], dtype: "uint8", data: Uint8Array.from({ length: 100 }, (_, i) => i % 10) };
  const net = sequential([dense(50), relu(), dense(10)], { input: [784], seed: 42 });
  const options = { loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), batchSize: 100, steps: 1 };
  const { loss } = await net.fit({ x, t, scale: 1 / 255 }, { ...options, sampling: "replacement" });
  process.exitCode = loss.length === 1 && Math.abs(loss[0] - Math.log(10)) < 0.1 ? 0 : 1;`;

/** Wall time of a process, in seconds: what a user waits for. */
function seconds(...args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const elapsed = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`start: node ${args.join(" ")} ended with ${status}; ${stderr}`);
  return elapsed;
}

export const group: Group = {
  name: "start",
  title: "Cold start: a Node process, wall time",
  async run({ quick, report }) {
    const folder = mkdtempSync(join(tmpdir(), "kobai-start-"));
    const file = join(folder, "step.mjs");
    writeFileSync(file, script(pathToFileURL("dist/index.js").href));
    const node: number[] = [];
    const step: number[] = [];
    try {
      for (let round = 0; round < (quick ? 10 : 40); round++) {
        node.push(seconds("-e", "0"));
        step.push(seconds(file));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    report({ what: "node -e 0", wasm: median(node), best: Math.min(...node) });
    const more = 1000 * (median(step) - median(node));
    report({
      what: "first step of the book's run, on one batch",
      wasm: median(step),
      best: Math.min(...step),
      note: `${more.toFixed(0)} ms more`,
    });
    const { minified, gzip, brotli } = await pageBundle();
    const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
    report({
      what: `what a page loads: ${kB(minified)}, gzip ${kB(gzip)}, Brotli ${kB(brotli)}`,
    });
  },
};
