// `kobai train` ended from outside at random moments: what was trained is kept, every file is whole or absent, and nothing else stays.
// Hundreds of them: node scripts/run.js test/long/kills.ts 400

import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { folderOf, smallMnist, temporaryFolder } from "../data/idx-files.ts";
import { inFolder, kill, randomKill } from "./kills.ts";

const SEED = 9;

it("each signal at each moment", { timeout: 240_000 }, async () => {
  const [data, folder] = [await folderOf(smallMnist(200, 50)), await temporaryFolder()];
  const outcomes: Record<string, string> = {};
  const one = async (i: number) => {
    const each = randomKill(SEED, i);
    const { signal, moment } = each;
    const where = join(folder, String(i));
    try {
      outcomes[`${signal} after ${moment.after}`] = await inFolder(where, () => kill(each, data, where));
    } catch (cause) {
      throw new Error(`kill ${i} of seed ${SEED}, ${JSON.stringify(each)}: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  for (let i = 0; i < 20; i += 2) await Promise.all([one(i), one(i + 1)]);
  expect(Object.keys(outcomes).length).toBe(20);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // It may have written everything before the signal comes.
    expect(outcomes[`${signal} after last step`]).toMatch(/^(kept all|ended before)$/);
    expect(outcomes[`${signal} after an epoch`]).toBe("kept a part");
  }
});

it.runIf(process.platform === "linux")("a terminal that is closed", async () => {
  const [data, folder] = [await folderOf(smallMnist(200, 50)), await temporaryFolder()];
  const command = `node '${resolve("dist/cli.js")}' train --data '${data}' --out run --hidden 5 --batch 20 --epochs 1000000`;
  // `script` gives it a terminal of its own. The terminal's shell hears of its end, passes that on, and lives to tell the exit code.
  const shell = `trap 'kill -HUP $!' HUP; ${command} & wait $!; wait $!; echo $? > code`;
  const script = spawn("script", ["-qec", shell, "/dev/null"], {
    cwd: folder,
    env: { ...process.env, SHELL: "/bin/bash" },
  });
  let shown = "";
  await new Promise<void>((done) => {
    script.stdout.on("data", (text) => {
      shown += text;
      if (shown.includes("epoch  1")) done();
    });
  });
  script.kill("SIGKILL");
  const code = async () => {
    for (;;) {
      const text = await readFile(join(folder, "code"), "utf8").catch(() => "");
      if (text.endsWith("\n")) return text.trim();
      await delay(20);
    }
  };
  expect(await code()).toBe("129");
  expect((await readdir(join(folder, "run"))).sort()).toEqual([
    "curves.svg",
    "history.json",
    "weights.safetensors",
  ]);
});
