import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { pack } from "../../scripts/wasm.js";
import { unpack } from "../../src/runtime/unpack.ts";

it.each(["build/kobai.wasm", "build/kobai-relaxed.wasm"])("%s comes out as it went in", (path) => {
  const file = readFileSync(path);
  expect(Buffer.compare(unpack(...pack(file)), file)).toBe(0);
});

it("comes out where there is no TextEncoder, as in a page of Jest's", () => {
  vi.stubGlobal("TextEncoder", undefined);
  const file = readFileSync("build/kobai.wasm");
  const unpacked = unpack(...pack(file));
  vi.unstubAllGlobals();
  expect(Buffer.compare(unpacked, file)).toBe(0);
});

it("packs into characters that need no escape", () => {
  const [, ...texts] = pack(readFileSync("build/kobai.wasm"));
  for (const text of texts) expect(text).toMatch(/^[!#-[\]-~]+$/);
});

it("packs what has no float32 twin: an f64.load of an address that is not aligned", () => {
  const empty = [0, 97, 115, 109, 1, 0, 0, 0];
  const types = [1, 5, 1, 0x60, 1, 0x7f, 0];
  const functions = [3, 2, 1, 0];
  const load = [0x20, 0, 0x2b, 0, 0, 0x22, 1, 0x1a];
  const body = [1, 1, 0x7c, ...load, ...vector(0), ...vector(1), ...vector(15), 11];
  const code = [10, body.length + 2, 1, body.length, ...body];
  const file = Uint8Array.of(...empty, ...types, ...functions, ...code);
  expect(unpack(...pack(file))).toEqual(file);
});

/** v128.const of the bytes 0, step, 2 step, …; dropped. */
function vector(step: number): number[] {
  return [0xfd, 12, ...Array.from({ length: 16 }, (_, lane) => lane * step), 0x1a];
}

it("refuses instructions that it does not know", () => {
  const empty = [0, 97, 115, 109, 1, 0, 0, 0];
  const code = [10, 5, 1, 3, 0, 0xd0, 11];
  expect(() => pack(Uint8Array.of(...empty, ...code))).toThrow(
    "scripts/wasm.js does not know the opcode 0xd0",
  );
});
