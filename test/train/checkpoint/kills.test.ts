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

test.each(["sequential", "model"])("%s", { timeout: 120_000 }, async (kind) => {
  const whole = join(folder, `${kind} whole`);
  await mkdir(whole);
  await start(kind, whole, undefined);
  const expected = result(whole);
  expect(expected).toMatchObject({ ended: "stopped" });
  const own = join(folder, `${kind} cut`);
  await mkdir(own);
  let kills = 0;
  while (
    !(await start(kind, own, kills < 6 ? 1 + (philox4x32([kills, 0, 0, 0], [7, 0])[0] % 12) : undefined))
  ) {
    kills++;
  }
  expect(kills).toBe(6);
  expect(result(own)).toEqual(expected);
  for (const file of ["run.safetensors", "best.safetensors", "log.csv", "log.jsonl"]) {
    expect(readFileSync(join(own, file)).equals(readFileSync(join(whole, file))), file).toBe(true);
  }
});
