import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { version } from "../src/version.ts";

test("kobai's version is that of its package", () => {
  expect(version).toBe(manifest.version);
});
