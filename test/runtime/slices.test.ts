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
  const call = (slicer: Slicer, steps: number, milliseconds: number) => {
    now += milliseconds;
    slicer.took(steps, milliseconds);
  };

  it("is one at first, since it knows nothing yet", () => {
    expect(new Slicer().next(1000)).toBe(1);
  });

  it("is what fits into the rest of 8 ms, and never more than there are", () => {
    const slicer = new Slicer();
    call(slicer, 1, 0.25);
    expect(slicer.next(1000)).toBe(31);
    expect(slicer.next(10)).toBe(10);
    now += 6;
    expect(slicer.next(1000)).toBe(7);
    now += 20;
    expect(slicer.next(1000)).toBe(1);
  });

  it("follows steps that take longer or shorter", async () => {
    const slicer = new Slicer();
    call(slicer, 10, 1);
    call(slicer, 10, 10);
    await slicer.breathe();
    expect(slicer.next(1000)).toBe(Math.floor(8 * (10 + 1) * 0.5));
  });

  it("believes a timer that shows almost nothing only so far", async () => {
    const slicer = new Slicer();
    call(slicer, 1, 0.0001);
    await slicer.breathe();
    expect(slicer.next(10_000)).toBe(160);
  });

  it("is all of a slice after a breath, which is due when half of one is over", async () => {
    const slicer = new Slicer();
    call(slicer, 1, 0.25);
    expect(slicer.over).toBe(false);
    now += 5;
    expect(slicer.over).toBe(true);
    await slicer.breathe();
    expect(slicer.over).toBe(false);
    expect(slicer.next(1000)).toBe(32);
  });
});

describe("where the timer is coarse", () => {
  /** Runs calls for a second of true time; the blocks between breaths, in milliseconds. `others` is how long a breath takes. */
  async function blocks(grain: number, step: number, most: number, others: (now: number) => number) {
    let now = 12_345.678;
    vi.spyOn(performance, "now").mockImplementation(() => Math.floor(now / grain) * grain);
    const slicer = new Slicer();
    const found: number[] = [];
    for (let began = now; now < 13_345; ) {
      const count = slicer.next(most);
      const start = performance.now();
      now += count * step;
      slicer.took(count, performance.now() - start);
      if (!slicer.over) continue;
      found.push(now - began);
      await slicer.breathe();
      now += others(now);
      began = now;
    }
    return found;
  }

  describe.each([100, 50, 16.7, 1, 0.1])("a tick every %d ms", (grain) => {
    it.each([0.004, 0.1, 2, 30])(
      "steps of %d ms do not block the page, nor are they held up",
      async (step) => {
        const all = await blocks(grain, step, 1024, () => 0.02);
        // Until the first tick no more than the time to it, and as much again.
        expect(Math.max(...all)).toBeLessThan(Math.max(grain, 2 * step, 40) + step);
        const settled = all.slice(all.length / 2);
        const mean = settled.reduce((sum, block) => sum + block, 0) / settled.length;
        expect(mean).toBeLessThan(Math.max(12, 1.01 * step));
        expect(mean).toBeGreaterThan(Math.min(3, step * 1024));
      },
    );

    it("a call that may have few steps only is not followed by a breath each time", async () => {
      const all = await blocks(grain, 0.01, 4, () => 0.02);
      expect(Math.max(...all)).toBeLessThan(12);
      expect(all.length).toBeLessThan(grain / 0.04 + 500);
    });

    it("ticks that fall between calls, as where a page draws with each, make no block", async () => {
      const all = await blocks(grain, 0.1, 1024, (now) => grain - (now % grain) + 0.001);
      expect(Math.max(...all)).toBeLessThan(Math.max(40, 1.1 * grain));
    });
  });
});

describe("a breath", () => {
  /** A Slicer of a runtime that has these things, since they are taken as the module loads. */
  const slicerOf = async (lacking: readonly string[]) => {
    for (const name of lacking) vi.stubGlobal(name, undefined);
    vi.resetModules();
    const { Slicer } = await import("../../src/runtime/slices.ts");
    return new Slicer();
  };
  const ticksWhileBreathing = async (slicer: Slicer) => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const end = performance.now() + 1000;
    while (ticks < 3 && performance.now() < end) await slicer.breathe();
    clearInterval(timer);
    return ticks;
  };

  it.each([
    ["", []],
    ["by messages where there is no setImmediate, as in a page", ["setImmediate"]],
    [
      "by a timer where there are no messages either, as in a page of Jest's",
      ["setImmediate", "MessageChannel"],
    ],
  ])("lets timers run %s", async (_, lacking) => {
    expect(await ticksWhileBreathing(await slicerOf(lacking))).toBe(3);
  });

  it.each([
    ["setImmediate", []],
    ["messages", ["setImmediate"]],
    ["a timer", ["setImmediate", "MessageChannel"]],
  ])(
    "by %s ends where a test has put fake timers in its place",
    async (_, lacking) => {
      const slicer = await slicerOf(lacking);
      vi.useFakeTimers({ toFake: ["setImmediate", "setTimeout", "setInterval"] });
      try {
        await slicer.breathe();
      } finally {
        vi.useRealTimers();
      }
    },
    5000,
  );
});
