// Kills a run of `kobai train` again and again, resumes it each time, and compares what comes of it with a run that was left alone.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { load } from "../../src/index.ts";
import { isTemporary } from "../../src/io/atomic.ts";
import { loadSafetensors, sha256 } from "../../src/io/index.ts";
import { philox4x32 } from "../../src/random.ts";
import { kobai } from "./command.ts";

const EPOCHS = 40;
/** 200 samples in batches of 20: an epoch is 10 steps, and checkpoints come within it. */
const settings = [
  "--batch",
  "20",
  "--hidden",
  "30,5",
  "--epochs",
  String(EPOCHS),
  "--shuffle",
  "--optimizer",
  "adam",
  "--lr",
  "0.01",
];
export const STEPS = 10 * EPOCHS;

export interface Ran {
  readonly digest: string;
  readonly loss: readonly number[];
  readonly evaluations: readonly unknown[];
  /** how often it was killed */
  readonly kills: number;
}

const train = (data: string, ...more: readonly string[]) => ["train", "--data", data, ...more];

/** What a run leaves that nobody disturbs. */
export async function undisturbed(data: string, folder: string): Promise<Ran> {
  const out = join(folder, "whole");
  const { code, stderr } = await kobai(train(data, "--out", out, ...settings));
  if (code !== 0) throw new Error(stderr);
  return results(out, 0);
}

/** When a run is killed: so many milliseconds after the start, or after it has printed so many lines of epochs. */
interface Moment {
  readonly lines: number;
  readonly milliseconds: number;
}

/** One in four is at the start, and one in eight about where results are written; the others are as far apart as lets a run be killed often. */
function momentOf(seed: number, kill: number): Moment {
  const [where, epochs, part] = philox4x32([kill, 0, 0, 0], [seed, 0]) as unknown as [number, number, number];
  if (where % 4 === 0) return { lines: 0, milliseconds: (400 * part) / 2 ** 32 };
  return { lines: where % 8 === 1 ? EPOCHS + 1 : 1 + (epochs % 6), milliseconds: (20 * part) / 2 ** 32 };
}

/**
 * What comes of a run that is killed up to so many times, at random moments, and resumed each time. What it left is looked at after each; a
 * run that ends before its kill ends the chain.
 */
export async function disturbed(data: string, folder: string, most: number, seed: number): Promise<Ran> {
  const out = join(folder, `run ${seed}`);
  for (let kills = 0; ; kills++) {
    const there = await readdir(out).catch((): string[] => []);
    const isBegun = there.includes("checkpoint.safetensors");
    const args = isBegun
      ? ["train", "--resume", out]
      : train(data, "--out", out, "--checkpoint-every", "7", ...settings);
    const { lines, milliseconds } = momentOf(seed, kills);
    let sent = kills >= most;
    const soon = (stdout: string, send: (signal: NodeJS.Signals) => void) => {
      if (sent || (stdout.match(/^epoch /gm) ?? []).length < lines) return;
      sent = true;
      void delay(milliseconds).then(() => send("SIGKILL"));
    };
    const { code, stderr } = await kobai(args, {
      onStart: (send) => soon("", send),
      onOutput: soon,
    });
    await checkWhole(out);
    if (code === 0) return results(out, kills);
    if (code !== 137) throw new Error(`exit code ${code} after ${kills} kills: ${stderr}`);
  }
}

/** Every file is whole, whatever the moment. */
async function checkWhole(out: string): Promise<void> {
  for (const name of await readdir(out).catch((): string[] => [])) {
    if (isTemporary(name)) continue;
    const path = join(out, name);
    if (name === "checkpoint.safetensors") (await load(path)).dispose();
    else if (name.endsWith(".safetensors")) await loadSafetensors(path);
    else if (name.endsWith(".json")) JSON.parse(await readFile(path, "utf8"));
    else if (!(await readFile(path, "utf8")).endsWith("</svg>\n")) throw new Error(`${name} is not whole`);
  }
}

/** Those of the last run in a folder: a run that was killed as it wrote its results has left some. */
async function results(out: string, kills: number): Promise<Ran> {
  const names = (await readdir(out)).filter((name) => /^history(-\d+)?\.json$/.test(name));
  const numbers = names.map((name) => Number(/\d+/.exec(name)?.[0] ?? 1));
  const last = Math.max(...numbers);
  const number = last === 1 ? "" : `-${last}`;
  const { loss, evaluations, steps, ended } = JSON.parse(
    await readFile(join(out, `history${number}.json`), "utf8"),
  );
  if (steps !== STEPS || ended !== "completed") throw new Error(`it ${ended} after ${steps} steps`);
  const digest = await sha256((await loadSafetensors(join(out, `weights${number}.safetensors`))).tensors);
  return { digest, loss, evaluations, kills };
}
