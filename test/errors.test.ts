import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { MemoryError } from "../src/errors.ts";

describe("MemoryError", () => {
  const owners = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`network ${i}`, 1000 + i]));
  const report = { capacity: 2 ** 20, held: 300_000, owners };

  it("prints a message, not the whole report, which can be read", () => {
    const error = new MemoryError(4096, "network 300", 2 ** 20, report);
    expect(error.report).toBe(report);
    expect(inspect(error)).toContain("(network 299 1.3 KiB, ");
    expect(inspect(error)).not.toContain("network 7'");
    expect(Object.keys(error)).toEqual(["name", "asked"]);
  });

  it("names maxMemory where it can be raised, and how networks made in a loop are freed", () => {
    const of = (limit: number) => new MemoryError(4096, "net", limit, report).message;
    const loop = "(in a loop without await only dispose() or `using` frees them)";
    expect(of(2 ** 31)).toMatch(/, use smaller batches, or raise init\(\{ maxMemory \}\)\.$/);
    expect(of(2 ** 32)).toMatch(/ frees them\) or use smaller batches\.$/);
    for (const limit of [2 ** 31, 2 ** 32]) expect(of(limit)).toContain(loop);
  });
});
