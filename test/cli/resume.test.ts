// `kobai train --checkpoint-every` and `--resume`.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { init, load } from "../../src/index.ts";
import { loadSafetensors, saveSafetensors, sha256 } from "../../src/io/index.ts";
import { folderOf, smallMnist, temporaryFolder } from "../data/idx-files.ts";
import { kobai } from "./command.ts";
import { disturbed, STEPS, undisturbed } from "./resumes.ts";

beforeAll(() => init());

it("runs that are killed at 30 random moments and resumed leave whole files, and end with the bits of one that is not", {
  timeout: 240_000,
}, async () => {
  const [data, folder] = [await folderOf(smallMnist(200, 50)), await temporaryFolder()];
  const whole = await undisturbed(data, folder);
  expect(whole.loss.length).toBe(STEPS);
  let kills = 0;
  for (let seed = 1; kills < 30; seed += 2) {
    const most = Math.min(8, Math.ceil((30 - kills) / 2));
    const chains = await Promise.all([seed, seed + 1].map((each) => disturbed(data, folder, most, each)));
    for (const ran of chains) {
      expect({ ...ran, kills: 0 }).toEqual(whole);
      kills += ran.kills;
    }
    // A machine on which runs end before their kills would go on for ever.
    expect(seed).toBeLessThan(20);
  }
  expect(kills).toBeGreaterThanOrEqual(30);
});

describe("kobai train --resume", () => {
  const settings = ["--batch", "20", "--hidden", "8", "--iterations", "60", "--checkpoint-every", "9"];

  it("goes on after Ctrl-C, beside the results that it left", { timeout: 60_000 }, async () => {
    const [data, folder] = [await folderOf(smallMnist(200, 50)), await temporaryFolder()];
    const out = join(folder, "run");
    const long = [...settings, "--iterations", "300000"];
    const first = await kobai(["train", "--data", data, "--out", out, ...long], {
      onOutput: (text, send) => void (text.includes("epoch  2") && send("SIGINT")),
    });
    expect(first.code).toBe(130);
    expect((await readdir(out)).sort()).toEqual([
      "checkpoint.safetensors",
      "curves.svg",
      "history.json",
      "weights.safetensors",
    ]);
    using net = await load(join(out, "checkpoint.safetensors"));
    const { steps } = JSON.parse(await readFile(join(out, "history.json"), "utf8"));
    expect(net.steps).toBe(steps);
    expect(await sha256(net.params)).toBe(
      await sha256((await loadSafetensors(join(out, "weights.safetensors"))).tensors),
    );

    const again = await kobai(["train", "--resume", out], {
      onOutput: (text, send) =>
        void (/resumed {3}after \d+ of 300000 steps[\s\S]*epoch/.test(text) && send("SIGINT")),
    });
    expect(again.code).toBe(130);
    expect((await readdir(out)).sort()).toContain("weights-2.safetensors");
    const { steps: later, loss } = JSON.parse(await readFile(join(out, "history-2.json"), "utf8"));
    expect(later).toBeGreaterThan(steps);
    expect(loss.length).toBe(later);
  });

  it("a run that is done is written down once more", { timeout: 60_000 }, async () => {
    const [data, folder] = [await folderOf(smallMnist(200, 50)), await temporaryFolder()];
    const out = join(folder, "run");
    const { code, stdout } = await kobai(["train", "--data", data, "--out", out, ...settings]);
    expect(code).toBe(0);
    const digest = /SHA-256 (\w+)/.exec(stdout)?.[1];
    const again = await kobai(["train", "--resume", out, "--data", data]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toContain("resumed   after 60 of 60 steps");
    expect(/SHA-256 (\w+)/.exec(again.stdout)?.[1]).toBe(digest);
    expect(await readdir(out)).toContain("weights-2.safetensors");
  });

  it("refuses other data, what is no checkpoint, and settings", { timeout: 60_000 }, async () => {
    const [data, other, folder] = [
      await folderOf(smallMnist(200, 50)),
      await folderOf(smallMnist(220, 50)),
      await temporaryFolder(),
    ];
    const out = join(folder, "run");
    await kobai(["train", "--data", data, "--out", out, ...settings, "--iterations", "9"]);
    expect(await kobai(["train", "--resume", out, "--data", other])).toMatchObject({
      code: 1,
      stderr: "kobai: these are not the data that the run began with: give them with --data\n",
    });
    expect(await kobai(["train", "--resume", out, "--seed", "7"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'--resume <folder>' cannot be used with option '--seed <number>'"),
    });
    const none = await kobai(["train", "--resume", folder]);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("checkpoint.safetensors") });
    const path = join(out, "checkpoint.safetensors");
    const sound = await readFile(path);
    await writeFile(path, sound.with(sound.length - 9, sound.at(-9)! ^ 4));
    expect(await kobai(["train", "--resume", out])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`kobai: ${path}: is damaged: its CRC-32 is `),
    });
    await writeFile(path, sound);
    const { tensors, metadata } = await loadSafetensors(path);
    const { run, history } = JSON.parse(metadata["kobai train"]!);
    const changed = [
      { run: { ...run, activation: "\u001b[2J" }, history },
      { run: { ...run, shuffle: "yes" }, history },
      { run, history: { ...history, evaluations: [null] } },
      { run, history: { ...history, evaluations: [{ step: 1 }] } },
    ];
    for (const each of changed) {
      await saveSafetensors(path, tensors, { ...metadata, "kobai train": JSON.stringify(each) });
      expect(await kobai(["train", "--resume", out])).toMatchObject({
        code: 1,
        stderr: `kobai: ${path}: is no checkpoint of kobai train --checkpoint-every\n`,
      });
    }
    await writeFile(path, await readFile(join(out, "weights.safetensors")));
    expect(await kobai(["train", "--resume", out])).toMatchObject({
      code: 1,
      stderr: `kobai: ${path}: is no checkpoint of kobai train --checkpoint-every\n`,
    });
  });
});
