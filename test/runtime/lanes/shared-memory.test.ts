import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { forSharedMemory } from "../../../src/runtime/lanes/shared-memory.ts";

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
/** Of (i32) → nothing. */
const TYPES = [1, 5, 1, 96, 1, 127, 0];
const text = (name: string) => [name.length, ...new TextEncoder().encode(name)];
const section = (id: number, content: number[]) => [id, content.length, ...content];

/** A module that imports a function, a table, a global and a memory, in this order, with the memory's limits. */
function module(limits: number[]): Uint8Array<ArrayBuffer> {
  const imports = [
    ...[...text("a"), ...text("f"), 0, 0],
    ...[...text("a"), ...text("t"), 1, 112, 1, 1, 128, 1],
    ...[...text("a"), ...text("g"), 3, 127, 0],
    ...[...text("env"), ...text("memory"), 2, ...limits],
  ];
  return Uint8Array.from([
    ...HEADER,
    ...section(0, text("custom")),
    ...TYPES,
    ...section(2, [4, ...imports]),
  ]);
}

/** Positions at which they differ. */
function differences(a: Uint8Array, b: Uint8Array): number[] {
  return [...a.keys()].filter((i) => a[i] !== b[i]);
}

describe("forSharedMemory", () => {
  it("changes one byte of the kernels, which then link to a shared memory and to no other", () => {
    const bytes = Uint8Array.from(readFileSync("build/kobai.wasm"));
    const shared = forSharedMemory(bytes);
    expect(differences(bytes, shared).length).toBe(1);
    const link = (code: Uint8Array<ArrayBuffer>, isShared: boolean) => {
      const memory = new WebAssembly.Memory({ initial: 32, maximum: 64, shared: isShared });
      return new WebAssembly.Instance(new WebAssembly.Module(code), {
        env: { memory, abort() {} },
        lanes: { sleep() {}, wake() {} },
        extension: { execute() {} },
      });
    };
    expect(link(shared, true).exports.run).toBeTypeOf("function");
    expect(link(bytes, false).exports.run).toBeTypeOf("function");
    expect(() => link(shared, false)).toThrow(WebAssembly.LinkError);
    expect(() => link(bytes, true)).toThrow(WebAssembly.LinkError);
  });

  it("finds the memory behind imports of every kind", () => {
    const bytes = module([1, 1, 128, 128, 4]);
    const shared = forSharedMemory(bytes);
    expect(WebAssembly.validate(bytes) && WebAssembly.validate(shared)).toBe(true);
    expect(differences(bytes, shared)).toEqual([bytes.length - 5]);
    expect(shared[bytes.length - 5]).toBe(3);
  });

  it("takes a view into a larger buffer, and leaves what it is given as it is", () => {
    const bytes = module([1, 1, 2]);
    const larger = new Uint8Array([9, 9, ...bytes, 9]);
    const shared = forSharedMemory(larger.subarray(2, 2 + bytes.length));
    expect(differences(bytes, shared).length).toBe(1);
    expect([...larger]).toEqual([9, 9, ...bytes, 9]);
    expect(forSharedMemory(bytes.buffer)).toEqual(shared);
  });

  it.each([
    ["a memory without a maximum", module([0, 1])],
    ["a memory that is shared already", module([3, 1, 2])],
    ["a module without imports", Uint8Array.from([...HEADER, ...TYPES])],
    ["a module cut short", module([1, 1, 2]).slice(0, 30)],
    ["something else", new TextEncoder().encode("<!doctype html><title>Not found</title>")],
    ["nothing", new Uint8Array(0)],
  ])("leaves %s to the compiler", (_, bytes) => {
    expect(differences(Uint8Array.from(bytes), forSharedMemory(Uint8Array.from(bytes)))).toEqual([]);
  });
});
