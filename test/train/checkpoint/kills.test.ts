// Runs that are killed, and go on in a process of their own: to the end of one that nobody disturbs.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { philox4x32 } from "../../../src/random.ts";
import { bundle } from "../../bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "kobai-cut-runs-"));
const script = join(folder, "cut-run.mjs");
beforeAll(() => bundle(["test/train/checkpoint/cut-run.ts"], folder, { packages: "bundle" }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param after the lines after which it is killed; undefined: it is left alone @returns whether it came to its end */
function start(kind: string, own: string, after: number | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const waits = after === undefined ? [] : ["waits"];
    const child: ChildProcess = spawn(process.execPath, [script, own, kind, ...waits]);
    let lines = 0;
    let errors = "";
    child.stdout!.on("data", (text: Buffer) => {
      lines += text.toString().split("\n").length - 1;
      if (after !== undefined && lines >= after) child.kill("SIGKILL");
    });
    child.stderr!.on("data", (text: Buffer) => {
      errors += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve(code === 0);
      else reject(new Error(errors));
    });
  });
}

const result = (own: string): unknown => JSON.parse(readFileSync(join(own, "result.json"), "utf8"));

/** Runs a kind to its end, killed so many times on the way, after `first` to 2·first − 1 lines. @returns how often it was */
async function disturbed(kind: string, own: string, most: number, first: number): Promise<number> {
  await mkdir(own);
  for (let kills = 0; ; kills++) {
    const after = first + (philox4x32([kills, 0, 0, 0], [7, 0])[0] % first);
    if (await start(kind, own, kills < most ? after : undefined)) return kills;
  }
}

test.each(["sequential", "model"])("%s", { timeout: 120_000 }, async (kind) => {
  const [whole, own] = [join(folder, `${kind} whole`), join(folder, `${kind} cut`)];
  await disturbed(kind, whole, 0, 6);
  expect(result(whole)).toMatchObject({ ended: "stopped" });
  expect(await disturbed(kind, own, 6, 6)).toBe(6);
  expect(result(own)).toEqual(result(whole));
  for (const file of ["run.safetensors", "best.safetensors", "log.csv", "log.jsonl"]) {
    expect(readFileSync(join(own, file)).equals(readFileSync(join(whole, file))), file).toBe(true);
  }
});

test("each optimizer", { timeout: 120_000 }, async () => {
  const [whole, own] = [join(folder, "optimizers whole"), join(folder, "optimizers cut")];
  await disturbed("optimizers", whole, 0, 45);
  expect(await disturbed("optimizers", own, 3, 45)).toBe(3);
  const [expected, ran] = [whole, own].map((each) => result(each) as Record<string, { from: number }>);
  expect(Object.keys(ran!).length).toBe(13);
  for (const [name, { from, ...rest }] of Object.entries(ran!)) {
    // It was cut in the middle.
    expect(from, name).toBeGreaterThan(0);
    expect(from, name).toBeLessThan(45);
    expect({ ...rest, from: 0 }, name).toEqual(expected![name]);
    const file = `${name}.safetensors`;
    expect(readFileSync(join(own, file)).equals(readFileSync(join(whole, file))), file).toBe(true);
  }
});
