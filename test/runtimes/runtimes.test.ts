// The built package in other runtimes and on another processor: the bits of the Node that runs the tests.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { runIn, runtimeNames } from "./runtime.ts";

const script = join(import.meta.dirname, "main.js");
let here: string;

beforeAll(() => {
  if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: run `npm run build` first");
  here = execFileSync(process.execPath, [script], { encoding: "utf8" });
});

it("MNIST is trained in float32 and in float64, by two threads and by one alike", () => {
  const { 1: one, 2: two } = JSON.parse(here) as Record<number, Record<string, string>>;
  expect(Object.keys(one!)).toEqual(["float32", "float64"]);
  for (const digest of Object.values(one!)) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(two).toEqual(one);
});

it.for(runtimeNames)("on %s as well, to the last bit", async (name, context) => {
  expect(await runIn(name, context, script)).toBe(here);
});
