import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { temporaryFolder } from "../data/idx-files.ts";
import { kobai } from "./command.ts";

describe("kobai", () => {
  it("shows help when asked, and every option of train", async () => {
    const general = await kobai(["--help"]);
    expect(general).toMatchObject({ code: 0, stderr: "" });
    expect(general.stdout).toMatch(/^Usage: kobai /);
    expect(general.stdout).toContain("train");
    expect(general.stdout).toContain("129, 130, 143   ended by SIGHUP, by SIGINT (Ctrl-C), by SIGTERM");
    const { code, stdout, stderr } = await kobai(["train", "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const option of [
      "--hidden <sizes>",
      "--activation <name>",
      "--init <how>",
      "--dtype <name>",
      "--optimizer <name>",
      "--lr <rate>",
      "--batch <count>",
      "--iterations <count>",
      "--epochs <count>",
      "--shuffle",
      "--seed <number>",
      "--threads <count>",
      "--wide [auto]",
      "--data <folder>",
      "--out <folder>",
    ]) {
      expect(stdout).toContain(option);
    }
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "0.1 for sgd, 0.01 for momentum, 0.01 for nesterov, 0.01 for adagrad, 0.01 for rmsprop, 1 for adadelta, 0.001 for adam",
    );
  });

  it("shows its version", async () => {
    expect(await kobai(["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  it("shows help on standard error, and fails, without a command", async () => {
    const { code, stdout, stderr } = await kobai([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: kobai /);
  });

  it.each<[string, string]>([
    ["tarin", "kobai: unknown command 'tarin' (Did you mean train?)"],
    ["train --iteration 5", "kobai: unknown option '--iteration' (Did you mean --iterations?)"],
    ["train extra", "kobai: too many arguments for 'train'. Expected 0 arguments but got 1."],
    ["train --batch", "kobai: option '--batch <count>' argument missing"],
    [
      "train --batch 0",
      "kobai: option '--batch <count>' argument '0' is invalid. It must be a whole number from 1 to 1000000.",
    ],
    [
      "train --batch 1e2",
      "kobai: option '--batch <count>' argument '1e2' is invalid. It must be a whole number from 1 to 1000000.",
    ],
    [
      "train --iterations -1",
      "kobai: option '--iterations <count>' argument '-1' is invalid. It must be a whole number from 1 to 1000000000.",
    ],
    [
      "train --epochs 0.5",
      "kobai: option '--epochs <count>' argument '0.5' is invalid. It must be a whole number from 1 to 1000000.",
    ],
    [
      "train --epochs 1 --iterations 1",
      "kobai: option '--iterations <count>' cannot be used with option '--epochs <count>'",
    ],
    [
      "train --seed 9007199254740992",
      "kobai: option '--seed <number>' argument '9007199254740992' is invalid. It must be a whole number from 0 to 9007199254740991.",
    ],
    [
      "train --threads 0",
      "kobai: option '--threads <count>' argument '0' is invalid. It must be a whole number from 1 to 64, or auto.",
    ],
    [
      "gradcheck --threads many",
      "kobai: option '--threads <count>' argument 'many' is invalid. It must be a whole number from 1 to 64, or auto.",
    ],
    [
      "train --hidden 50,",
      "kobai: option '--hidden <sizes>' argument '50,' is invalid. It must be layer sizes from 1 to 1000000, such as 50 or 512,256.",
    ],
    [
      "train --hidden 0",
      "kobai: option '--hidden <sizes>' argument '0' is invalid. It must be layer sizes from 1 to 1000000, such as 50 or 512,256.",
    ],
    ["train --lr 0", "kobai: option '--lr <rate>' argument '0' is invalid. It must be a number above 0."],
    [
      "train --lr Infinity",
      "kobai: option '--lr <rate>' argument 'Infinity' is invalid. It must be a number above 0.",
    ],
    [
      "train --lr 1e999",
      "kobai: option '--lr <rate>' argument '1e999' is invalid. It must be a number above 0.",
    ],
    [
      "train --init normal",
      "kobai: option '--init <how>' argument 'normal' is invalid. It must be normal:STD (such as normal:0.01), xavier or he.",
    ],
    [
      "train --init normal:-1",
      "kobai: option '--init <how>' argument 'normal:-1' is invalid. It must be normal:STD (such as normal:0.01), xavier or he.",
    ],
    [
      "train --init he:2",
      "kobai: option '--init <how>' argument 'he:2' is invalid. It must be normal:STD (such as normal:0.01), xavier or he.",
    ],
    [
      "train --activation gelu",
      "kobai: option '--activation <name>' argument 'gelu' is invalid. Allowed choices are relu, sigmoid, tanh.",
    ],
    [
      "train --optimizer SGD",
      "kobai: option '--optimizer <name>' argument 'SGD' is invalid. Allowed choices are sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, amsgrad, adamw, nadam, radam, adamax, lion.",
    ],
    [
      "train --dtype float16",
      "kobai: option '--dtype <name>' argument 'float16' is invalid. Allowed choices are float32, float64.",
    ],
  ])("answers `kobai %s` with one line and exit code 2", async (args, line) => {
    const cwd = await temporaryFolder();
    expect(await kobai(args.split(" "), { cwd })).toEqual({ code: 2, stdout: "", stderr: `${line}\n` });
    expect(await readdir(cwd)).toEqual([]);
  });
});
