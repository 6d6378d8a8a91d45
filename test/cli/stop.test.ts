// Signals, as a process that listens to them sees them.

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { bundle } from "../bundle.ts";
import { temporaryFolder } from "../data/idx-files.ts";

/** Says what happens to it, and has something to keep if it is asked to. */
const script = `
import { Stop } from ${JSON.stringify(resolve("src/cli/stop.ts"))};
const stop = new Stop();
stop.soon.addEventListener("abort", () => console.log("soon", stop.by));
if (process.argv[2] === "twice") stop.soon.addEventListener("abort", () => process.kill(process.pid, "SIGINT"));
if (["keep", "twice"].includes(process.argv[2])) stop.keep(async () => console.log("taken back"));
if (process.argv[2] === "hang") stop.keep(() => new Promise(() => {}));
process.stdin.on("end", () => process.exit()).resume();
setInterval(() => {}, 1000);
console.log("ready");
`;

const longer = 700;

/**
 * What a process says and how it ends that gets these signals, with pauses in milliseconds between them, or until it has said "soon"; at last
 * its standard input ends.
 */
async function send(how: string, ...signals: (NodeJS.Signals | number | "soon")[]) {
  const folder = await temporaryFolder();
  const entry = join(folder, "stop.ts");
  await writeFile(entry, script);
  await bundle([entry], folder, {});
  const child = spawn(process.execPath, [join(folder, "stop.mjs"), how], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (text) => {
    said += text;
  });
  const saying = (word: string) => expect.poll(() => said, { timeout: 50_000, interval: 5 }).toContain(word);
  const ended = new Promise<number>((done) => {
    child.on("close", (code, signal) => done(code ?? 128 + constants.signals[signal as NodeJS.Signals]));
  });
  await saying("ready");
  for (const signal of signals) {
    if (signal === "soon") await saying(signal);
    else if (typeof signal === "number") await Promise.race([delay(signal), ended]);
    else child.kill(signal);
  }
  child.stdin.on("error", () => {}).end();
  return { code: await ended, said: said.trim().split("\n").slice(1) };
}

describe("a signal", () => {
  it.each([
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "%s ends the process at once while there is nothing to keep, and else by itself",
    async (signal, code) => {
      expect(await send("", signal, 5000)).toEqual({ code, said: [] });
      expect(await send("keep", signal, "soon")).toEqual({ code, said: [`soon ${signal}`] });
    },
  );

  it("that is none leaves no exit code", async () => {
    expect(await send("keep")).toEqual({ code: 0, said: [] });
  });
});

describe("a second signal", () => {
  it("at the same time is the same wish", async () => {
    expect(await send("twice", "SIGINT", "soon", 50)).toEqual({ code: 130, said: ["soon SIGINT"] });
  });

  it("later ends it at once if it is Ctrl-C, with what was half done taken back", async () => {
    expect(await send("keep", "SIGINT", "soon", longer, "SIGINT", 5000)).toEqual({
      code: 130,
      said: ["soon SIGINT", "taken back"],
    });
    expect(await send("keep", "SIGTERM", "soon", longer, "SIGINT", 5000)).toEqual({
      code: 130,
      said: ["soon SIGTERM", "taken back"],
    });
  });

  it("later changes nothing if it is another", async () => {
    expect(await send("keep", "SIGTERM", "soon", longer, "SIGHUP", "SIGTERM", 50)).toEqual({
      code: 143,
      said: ["soon SIGTERM"],
    });
  });

  it("ends it also where taking back hangs, and a third does not wait for that", async () => {
    expect(await send("hang", "SIGINT", "soon", longer, "SIGINT", 5000)).toEqual({
      code: 130,
      said: ["soon SIGINT"],
    });
    expect(await send("hang", "SIGINT", "soon", longer, "SIGINT", 50, "SIGTERM", 5000)).toEqual({
      code: 143,
      said: ["soon SIGINT"],
    });
  });
});
