// Ends `kobai train` from outside at some moment, and judges what it leaves behind.

import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isTemporary } from "../../src/io/atomic.ts";
import { loadSafetensors, sha256 } from "../../src/io/index.ts";
import { philox4x32 } from "../../src/random.ts";
import { kobai, type Outcome } from "./command.ts";

/** When a signal is sent: so many milliseconds after the start, or after a line has been printed. */
export interface Moment {
  after: "start" | "first line" | "an epoch" | "last step";
  milliseconds: number;
}

export interface Kill {
  signal: NodeJS.Signals;
  moment: Moment;
  threads: number;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL", "SIGSTOP"] as const;
const latest = { start: 400, "first line": 100, "an epoch": 20, "last step": 50 } as const;

/** The kill number i of a seed: each of the signals at each of the moments in turn, at a random time. */
export function randomKill(seed: number, i: number): Kill {
  const afters = Object.keys(latest) as Moment["after"][];
  const after = afters[Math.floor(i / signals.length) % afters.length]!;
  const [word, other] = philox4x32([i, 0, 0, 0], [seed, 0]);
  const milliseconds = Math.round((latest[after] * word) / 2 ** 32);
  return { signal: signals[i % signals.length]!, moment: { after, milliseconds }, threads: 1 + (other % 2) };
}

const STEPS = 200;
const lines: Record<Exclude<Moment["after"], "start">, RegExp> = {
  "first line": /^data/m,
  "an epoch": /^epoch {2}5/m,
  "last step": /^epoch 20 /m,
};

/**
 * Runs `kobai train` in an empty folder, and sends the signal; after SIGSTOP, SIGCONT.
 *
 * @param stopped how long it stays stopped, in milliseconds
 * @returns what came of it in a word
 * @throws Error where anything is other than promised
 */
export async function kill({ signal, moment, threads }: Kill, data: string, folder: string, stopped = 200) {
  const [out, temporary] = [join(folder, "new", "run"), join(folder, "tmp")];
  await mkdir(temporary);
  const args = ["train", "--data", data, "--out", out, "--hidden", "150,5", "--threads", String(threads)];
  // A signal that comes late is to find it at work all the same.
  const steps = moment.after === "an epoch" && /INT|TERM|HUP/.test(signal) ? 1_000_000 : STEPS;
  let sent = false;
  const sendSoon = async (send: (signal: NodeJS.Signals) => void) => {
    sent = true;
    await delay(moment.milliseconds);
    send(signal);
    if (signal !== "SIGSTOP") return;
    await delay(stopped);
    send("SIGCONT");
  };
  const outcome = await kobai([...args, "--batch", "20", "--iterations", String(steps)], {
    env: { TMPDIR: temporary },
    onStart: (send) => void (moment.after === "start" && sendSoon(send)),
    onOutput(text, send) {
      if (!sent && moment.after !== "start" && lines[moment.after].test(text)) void sendSoon(send);
    },
  });
  const there = await readdir(out).catch(() => undefined);
  await checkWhole(out, there ?? [], outcome, signal);
  check(await readdir(temporary), [], "in the folder for temporary files");
  if (signal === "SIGKILL") {
    if ((there ?? []).some((name) => !isTemporary(name))) return "killed with results";
    // What it left is no hindrance, and goes.
    check((await kobai([...args, "--iterations", "5"])).code, 0, "the exit code of the next run");
    check((await readdir(out)).sort(), RESULTS, "after the next run");
    return there === undefined ? "killed before" : "killed between";
  }
  const ended = 128 + constants.signals[signal];
  if (signal === "SIGSTOP" || outcome.code === 0) {
    check(outcome.code, 0, `the exit code, with ${outcome.stderr}`);
    check(there?.sort(), RESULTS, "the results of a run to its end");
    check(outcome.stdout.includes(`\ntrained   ${STEPS} steps`), true, "that it says so");
    return signal === "SIGSTOP" ? "went on" : "ended before";
  }
  check(outcome.code, ended, "the exit code");
  if (there === undefined) {
    check(await readdir(folder), ["tmp"], "where nothing was trained");
    check(/^(stopped {3}after|trained|written)/m.test(outcome.stdout), false, "that it was trained");
    return "ended before training";
  }
  check(there.sort(), RESULTS, "what is kept");
  return outcome.stdout.includes("\nstopped ") ? "kept a part" : "kept all";
}

const RESULTS = ["curves.svg", "history.json", "weights.safetensors"];

async function checkWhole(out: string, names: string[], { stdout }: Outcome, signal: string) {
  for (const name of names) {
    const path = join(out, name);
    if (name === "weights.safetensors") {
      const digest = await sha256((await loadSafetensors(path)).tensors);
      const said = /^weights {3}SHA-256 (\w+)$/m.exec(stdout)?.[1];
      if (signal !== "SIGKILL" || said) check(said, digest, "the digest");
    } else if (name === "history.json") {
      const { steps, loss } = JSON.parse(await readFile(path, "utf8"));
      check(loss.length, steps, "the losses");
    } else if (name === "curves.svg") {
      check((await readFile(path, "utf8")).endsWith("</svg>\n"), true, "the end of the picture");
    } else {
      check(signal === "SIGKILL" && isTemporary(name), true, `whether ${name} may be there`);
    }
  }
}

function check<T>(is: T, should: T, what: string): void {
  const [a, b] = [JSON.stringify(is), JSON.stringify(should)];
  if (a !== b) throw new Error(`${what}: ${a} instead of ${b}`);
}

/** Removes a folder when a kill has gone well; otherwise it stays to be looked at. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const result = await work();
  await rm(folder, { recursive: true });
  return result;
}
