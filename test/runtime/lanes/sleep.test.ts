// Lanes wait for each other, but not for ever; time in which the process was stopped does not count.

import { afterEach, describe, expect, it, vi } from "vitest";
import { sleepOn } from "../../../src/runtime/lanes/sleep.ts";
import { startThread } from "../../../src/runtime/lanes/worker.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const ADDRESS = 64;
const shared = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

describe("sleep", () => {
  it("ends when the word changes", () => {
    const memory = shared();
    const { sleep, wake } = sleepOn(memory);
    expect(sleep(ADDRESS, 5, 60_000)).toBe(true);
    wake(ADDRESS);
    expect(sleep(ADDRESS, 0, 1)).toBe(false);
  });

  it("outlives a stop of the process: a wait that has run out is one of many", () => {
    const memory = shared();
    const waits: number[] = [];
    const wait = vi.spyOn(Atomics, "wait");
    wait.mockImplementation((view, index, value, milliseconds = 0) => {
      // Whether sleep is allowed is asked on memory of its own.
      if (view.buffer !== memory.buffer) return "not-equal";
      expect([index, value]).toEqual([ADDRESS / 4, 7]);
      waits.push(milliseconds);
      return waits.length < 10 ? "timed-out" : "ok";
    });
    expect(sleepOn(memory).sleep(ADDRESS, 7, 10_000)).toBe(true);
    waits.length = 0;
    wait.mockImplementation((view, _index, _value, milliseconds = 0) => {
      if (view.buffer === memory.buffer) waits.push(milliseconds);
      return "timed-out";
    });
    expect(sleepOn(memory).sleep(ADDRESS, 7, 10_000)).toBe(false);
    expect(waits.length).toBeGreaterThanOrEqual(10);
    expect(waits.reduce((a, b) => a + b)).toBeCloseTo(10_000);
  });

  it("outlives a stop where it may only look, as on a page's main thread", () => {
    const memory = shared();
    const words = new Int32Array(memory.buffer);
    vi.spyOn(Atomics, "wait").mockImplementation(() => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    });
    let now = 0;
    let looks = 0;
    vi.spyOn(performance, "now").mockImplementation(() => {
      looks++;
      // An hour's stop at the second look; the word changes a little later.
      now += looks === 2 ? 3_600_000 : 1;
      if (looks === 100) words[ADDRESS / 4] = 1;
      return now;
    });
    expect(sleepOn(memory).sleep(ADDRESS, 0, 10_000)).toBe(true);
    expect(looks).toBeGreaterThan(50);
    now = 0;
    expect(sleepOn(memory).sleep(ADDRESS, 1, 10_000)).toBe(false);
    expect(now).toBeGreaterThan(9_000);
  });
});

describe("a thread's start", () => {
  it("is given up after 30 timers, of which a stop of the process lets one run out", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearInterval"] });
    // It does not come to say that it is ready before the timers have run.
    const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    const thread = await startThread(
      { lane: 1, modules: { core: module }, memory: shared(), line: 0 },
      () => {},
    );
    let problem: string | undefined;
    const outcome = thread.ready.catch((error: Error) => {
      problem = error.message;
    });
    for (let timers = 0; timers < 29; timers++) {
      vi.advanceTimersToNextTimer();
      await Promise.resolve();
    }
    expect(problem).toBeUndefined();
    vi.advanceTimersToNextTimer();
    await outcome;
    expect(problem).toBe("no answer in 30 s");
    await thread.terminate();
  });
});
