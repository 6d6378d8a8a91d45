// What the builds of the playground and of the site say where they cannot build, and that they leave what is not theirs.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { emptied } from "../../scripts/out-folder.js";
import { skip } from "../runtimes/runtime.ts";
import { isInstalled } from "./page.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kobai build ä "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (script: string, ...args: string[]) => {
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  return { status, stderr };
};

describe.each(["web/build.js", "site/build.js"])("%s", (script) => {
  beforeEach((context) => {
    if (!isInstalled) skip(context, "the playground is not installed (npm ci --prefix web)");
    if (script.startsWith("site") && !existsSync("site/node_modules"))
      skip(context, "the site is not installed (npm ci --prefix site)");
  });
  const to = (out: string) => (script.startsWith("web") ? [out] : ["--out", out]);

  it("leaves a folder that holds something else", () => {
    writeFileSync(join(folder, "mine.txt"), "mine");
    const { status, stderr } = run(script, ...to(folder));
    expect(status).toBe(1);
    expect(stderr).toContain("holds something else");
    expect(readdirSync(folder)).toEqual(["mine.txt"]);
  });

  it("does not build over a file", () => {
    writeFileSync(join(folder, "mine.txt"), "mine");
    expect(run(script, ...to(join(folder, "mine.txt"))).stderr).toContain("is a file");
  });
});

it("nothing is built over a folder that holds kobai itself", () => {
  writeFileSync(join(folder, "mine.txt"), "mine");
  for (const project of [folder, join(folder, "kobai"), join(folder, "code/kobai")])
    expect(() => emptied(folder, "mine.txt", project)).toThrow("holds kobai itself");
  expect(existsSync(join(folder, "mine.txt"))).toBe(true);
});

it("the playground is built into a folder of any name, and again over itself", (context) => {
  if (!isInstalled) skip(context, "the playground is not installed (npm ci --prefix web)");
  const out = join(folder, "a b#c?");
  for (const _ of [1, 2]) expect(run("web/build.js", out)).toEqual({ status: 0, stderr: "" });
  expect(readdirSync(out)).toEqual(expect.arrayContaining(["index.html", "main.js", "style.css"]));
});

it.each([
  [["--base", "kobai"], '--base is a path that begins and ends with "/"'],
  [["--base", ""], '--base is a path that begins and ends with "/"'],
  [["--base", "https://example.org/"], '--base is a path that begins and ends with "/"'],
  [["--base", "//"], '--base is a path that begins and ends with "/"'],
  [["--steps", "many"], "--steps is a whole number"],
  [["--out", ""], "--out is a folder"],
  [["--bas", "/"], "Unknown option '--bas'"],
])("the site's build refuses %j", (args, word) => {
  const { status, stderr } = run("site/build.js", ...args);
  expect(status).toBe(1);
  expect(stderr).toContain(word);
});
