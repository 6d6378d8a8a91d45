import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Slicer } from "../../src/runtime/slices.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("how many steps Slicer takes", () => {
  let now: number;
  beforeEach(() => {
    now = 1000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
  });

  it("is one at first, since it knows nothing yet", () => {
    expect(new Slicer().next(1000)).toBe(1);
  });

  it("is what fits into 8 ms, and never more than there are", () => {
    const slicer = new Slicer();
    slicer.took(1, 0.25);
    expect(slicer.next(1000)).toBe(32);
    expect(slicer.next(10)).toBe(10);
  });

  it("is what fits into the rest of a slice that has begun, and then one", () => {
    const slicer = new Slicer();
    slicer.took(1, 0.25);
    now += 6;
    expect(slicer.next(1000)).toBe(8);
    now += 20;
    expect(slicer.next(1000)).toBe(1);
  });

  it("follows steps that take longer or shorter", () => {
    const slicer = new Slicer();
    slicer.took(10, 1);
    slicer.took(10, 10);
    expect(slicer.next(1000)).toBe(Math.floor(8 * (10 + 1) * 0.5));
  });

  it("believes a timer that shows nothing only so far", () => {
    const slicer = new Slicer();
    slicer.took(1, 0);
    expect(slicer.next(10_000)).toBe(160);
  });

  it("is all of a slice after a breath, which is due when half of one is over", async () => {
    const slicer = new Slicer();
    slicer.took(1, 0.25);
    expect(slicer.over).toBe(false);
    now += 5;
    expect(slicer.over).toBe(true);
    await slicer.breathe();
    expect(slicer.over).toBe(false);
    expect(slicer.next(1000)).toBe(32);
  });
});

describe("a breath", () => {
  const ticksWhileBreathing = async () => {
    const slicer = new Slicer();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const end = performance.now() + 1000;
    while (ticks < 3 && performance.now() < end) await slicer.breathe();
    clearInterval(timer);
    return ticks;
  };

  it("lets timers run", async () => {
    expect(await ticksWhileBreathing()).toBe(3);
  });

  it("does so by messages where there is no setImmediate, as in a page", async () => {
    vi.stubGlobal("setImmediate", undefined);
    expect(await ticksWhileBreathing()).toBe(3);
  });
});
