import { afterEach, describe, expect, it, vi } from "vitest";
import { breathe, Slicer } from "../../src/runtime/slices.ts";

describe("Slicer", () => {
  it("begins with a single step, since it knows nothing yet", () => {
    expect(new Slicer().next(1000)).toBe(1);
  });

  it("takes as many steps as fit into 8 ms", () => {
    const slicer = new Slicer();
    slicer.took(1, 0.25);
    expect(slicer.next(1000)).toBe(32);
    expect(slicer.next(10)).toBe(10);
  });

  it("follows a step that takes longer or shorter", () => {
    const slicer = new Slicer();
    slicer.took(10, 1);
    slicer.took(10, 10);
    expect(slicer.next(1000)).toBe(Math.floor(8 * (10 + 1) * 0.5));
  });

  it("never takes none, however slow a step is", () => {
    const slicer = new Slicer();
    slicer.took(1, 500);
    expect(slicer.next(1000)).toBe(1);
  });

  it("believes a timer that shows nothing only so far", () => {
    const slicer = new Slicer();
    slicer.took(1, 0);
    expect(slicer.next(10_000)).toBe(160);
  });
});

describe("breathe", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("lets timers run", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const end = performance.now() + 1000;
    while (ticks < 3 && performance.now() < end) await breathe();
    clearInterval(timer);
    expect(ticks).toBe(3);
  });

  it("does so by messages where there is no setImmediate", async () => {
    vi.stubGlobal("setImmediate", undefined);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const end = performance.now() + 1000;
    while (ticks < 3 && performance.now() < end) await breathe();
    clearInterval(timer);
    expect(ticks).toBe(3);
  });
});
