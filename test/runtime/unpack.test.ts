import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { pack } from "../../scripts/wasm.js";
import { unpack } from "../../src/runtime/unpack.ts";

it.each(["build/kobai.wasm", "build/kobai-relaxed.wasm"])("%s comes out as it went in", (path) => {
  const file = readFileSync(path);
  expect(Buffer.compare(unpack(...pack(file)), file)).toBe(0);
});

it("packs into characters that need no escape", () => {
  const [, ...texts] = pack(readFileSync("build/kobai.wasm"));
  for (const text of texts) expect(text).toMatch(/^[!#-[\]-~]+$/);
});

it("refuses instructions that it does not know", () => {
  const empty = [0, 97, 115, 109, 1, 0, 0, 0];
  const code = [10, 5, 1, 3, 0, 0xd0, 11];
  expect(() => pack(Uint8Array.of(...empty, ...code))).toThrow(
    "scripts/wasm.js does not know the opcode 0xd0",
  );
});
