// Logs of runs that were cut: each step stands in them once.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Callback,
  crossEntropy,
  csvLog,
  type FitOptions,
  init,
  jsonLog,
  load,
  saveEvery,
  sgd,
} from "../../../src/index.ts";
import { blobs } from "../blobs.ts";
import { make } from "../expect-error.ts";

const folder = mkdtempSync(join(tmpdir(), "kobai-logs-"));
beforeAll(() => init());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An epoch is 7 steps. */
const data = blobs(100);
const text = (path: string) => readFileSync(path, "utf8");
const kinds = [
  ["csvLog", csvLog],
  ["jsonLog", jsonLog],
] as const;
let count = 0;

/** Ends a run as a kill does: what is to be told at the end is not. */
const killed = (at: number): Callback => ({
  every: at,
  onStep: () => {
    throw new Error("killed");
  },
});

/** Paths of a log and a checkpoint, and a run with both; without evaluations its log has a line for each epoch. */
function setUp(log: typeof csvLog, evaluate?: FitOptions["evaluate"], steps = 6) {
  const own = join(folder, String(count++));
  const [path, file] = [`${own}.log`, `${own}.safetensors`];
  const options = (more: readonly Callback[] = []): FitOptions => ({
    loss: crossEntropy(),
    optimizer: sgd({ lr: 0.1 }),
    batchSize: 16,
    steps: 35,
    ...(evaluate && { evaluate }),
    callbacks: [saveEvery(file, { steps }), log(path), ...more],
  });
  const cut = async (at: number) => {
    using net = make();
    const fitted = net.fit(data, options([killed(at)]));
    await expect(fitted).rejects.toThrow("killed");
  };
  const resume = async (more: readonly Callback[] = []) => {
    using again = await load(file);
    await again.fit(data, { ...options(more), from: again.steps });
  };
  return { path, options, cut, resume };
}

describe.each(kinds)("%s", (_, log) => {
  test.each<[string, FitOptions["evaluate"]?]>([["evaluations", { data, every: 2 }], ["epochs"]])(
    "of %s is that of the run that was not cut",
    async (_, evaluate) => {
      const whole = setUp(log, evaluate);
      writeFileSync(whole.path, "");
      using net = make();
      await net.fit(data, whole.options());
      const { path, cut, resume } = setUp(log, evaluate);
      // A checkpoint at step 12, lines until 16.
      await cut(17);
      await expect(resume([killed(29)])).rejects.toThrow("killed");
      // Half a line.
      appendFileSync(path, "28,4");
      await resume();
      expect(text(path)).toBe(text(whole.path));
      // Nor does a run that had come to its end say it twice.
      await resume();
      expect(text(path)).toBe(text(whole.path));
    },
  );

  test("where a checkpoint comes with the last step of an epoch", async () => {
    const [whole, { path, cut, resume }] = [setUp(log, undefined, 7), setUp(log, undefined, 7)];
    using net = make();
    await net.fit(data, whole.options());
    await cut(15);
    await resume();
    expect(text(path)).toBe(text(whole.path));
  });

  test("where a checkpoint comes before the first line", async () => {
    for (const before of log === csvLog ? ["", "step,epoch,loss,lr\n1,2,3,4\n"] : ["", '{"x":1}\n', '{"x']) {
      const [whole, { path, cut, resume }] = [setUp(log), setUp(log)];
      if (before) for (const each of [whole.path, path]) writeFileSync(each, before);
      using net = make();
      await net.fit(data, whole.options());
      // A checkpoint at step 6, a line at 7.
      await cut(8);
      await resume();
      expect(text(path)).toBe(text(whole.path));
      // What somebody else has put there is not cut off.
      rmSync(path);
      await cut(8);
      writeFileSync(path, "step,other\n7,1\n");
      const changed = text(path);
      if (log === csvLog) await expect(resume()).rejects.toThrow("begins with other names");
      else await resume();
      expect(text(path).startsWith(changed)).toBe(true);
    }
  });

  test("leaves a file alone that was changed meanwhile, and goes on at its end", async () => {
    const { path, cut, resume } = setUp(log, { data, every: 2 });
    for (const change of [
      (before: string) => before.split("\n").slice(0, 3).join("\n"),
      (before: string) => before.replace(/1/g, "2"),
      (before: string) => `${before.split("\n")[0]}\n${"7\n".repeat(2000)}`,
      (before: string) => `${before}# notes\n`,
      (before: string) => `${before}2026-11-26 notes\n`,
      // The lines of another run.
      (before: string) => `${before}${before.split("\n").slice(1, 3).join("\n")}\n`,
    ]) {
      rmSync(path, { force: true });
      await cut(17);
      const changed = change(text(path));
      writeFileSync(path, changed);
      await resume();
      expect(text(path).startsWith(changed)).toBe(true);
      expect(text(path).length).toBeGreaterThan(changed.length + 100);
    }
  });

  test("begins anew where its file is gone", async () => {
    const { path, cut, resume } = setUp(log, { data, every: 2 });
    await cut(17);
    const head = text(path).split("\n")[0]!;
    rmSync(path);
    await resume();
    const lines = text(path).trimEnd().split("\n");
    expect(lines.length).toBe((log === csvLog ? 1 : 0) + 12);
    if (log === csvLog) expect(lines[0]).toBe(head);
  });

  test("of which there are two in a run", async () => {
    const { path, options, cut } = setUp(log, { data, every: 2 });
    const other = `${path}.other`;
    const file = path.replace(".log", ".safetensors");
    await cut(17);
    using net = await load(file);
    // The second was not there before.
    await net.fit(data, { ...options([log(other), killed(29)]), from: net.steps }).catch(() => {});
    using again = await load(file);
    await again.fit(data, { ...options([log(other)]), from: again.steps });
    const steps = (of: string) =>
      text(of)
        .trimEnd()
        .split("\n")
        .filter((line) => !line.startsWith("step"))
        .map((line) => Number(/\d+/.exec(line)![0]));
    const all = Array.from({ length: 18 }, (_, i) => 2 * i);
    expect(steps(path)).toEqual([...all, 35]);
    expect(steps(other)).toEqual([...all.filter((step) => step > 12), 35]);
  });
});
