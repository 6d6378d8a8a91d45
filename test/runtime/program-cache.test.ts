import { expect, test, vi } from "vitest";
import type { Program } from "../../src/runtime/instructions.ts";
import { ProgramCache } from "../../src/runtime/program-cache.ts";

const program = (): Program => ({ address: 0, run: () => 0, dispose: vi.fn() });
const never = () => expect.fail("composed again");

test("a program is composed once, be it asked for again at once or after another", () => {
  const cache = new ProgramCache();
  const a = cache.get("a", program);
  expect(cache.get("a", never)).toBe(a);
  const b = cache.get("b", program);
  expect(cache.get("a", never)).toBe(a);
  expect(cache.get("b", never)).toBe(b);
});

test("eight are kept, those used last", () => {
  const cache = new ProgramCache();
  const programs = Array.from({ length: 8 }, (_, i) => cache.get(String(i), program));
  cache.get("0", never);
  cache.get("8", program);
  expect(programs[0]!.dispose).not.toHaveBeenCalled();
  expect(programs[1]!.dispose).toHaveBeenCalledOnce();
  expect(cache.get("0", never)).toBe(programs[0]);
});

test("one that was made for another object is made anew, and disposed of", () => {
  const cache = new ProgramCache();
  const first = {};
  const a = cache.get("a", program, first);
  expect(cache.get("a", never, first)).toBe(a);
  expect(cache.get("a", program, {})).not.toBe(a);
  expect(a.dispose).toHaveBeenCalledOnce();
});

test("where composing fails, the one that was disposed of is not given again", () => {
  const cache = new ProgramCache();
  const first = {};
  const a = cache.get("a", program, first);
  const fails = () => {
    throw new Error("no memory");
  };
  expect(() => cache.get("a", fails, {})).toThrow("no memory");
  expect(cache.get("a", program, first)).not.toBe(a);
});

test("after dispose() none is left", () => {
  const cache = new ProgramCache();
  const a = cache.get("a", program);
  cache.dispose();
  expect(a.dispose).toHaveBeenCalledOnce();
  expect(cache.get("a", program)).not.toBe(a);
});
