// What training leaves behind: linear memory that grew, and garbage for JavaScript's collector.

import { memoryReport } from "../src/runtime/engine.ts";
import type { Bench, Group } from "./harness.ts";
import { bookTraining, networkOf, type Training, tinyTraining } from "./networks.ts";

/** Until V8 has compiled what runs, and slices have their length. */
const WARM_UP_STEPS = 10_000;

/** Bytes that JavaScript has allocated: what each sample finds more than the one before. A collection in between hides some. */
class AllocationMeter {
  #last = process.memoryUsage().heapUsed;
  total = 0;
  samples = 0;

  sample(): void {
    this.total += Math.max(0, process.memoryUsage().heapUsed - this.#last);
    this.samples++;
    this.#last = process.memoryUsage().heapUsed;
  }
}

/** Bytes that a sample finds where nothing happened. */
function ownBytes(): number {
  const meter = new AllocationMeter();
  while (meter.samples < 1000) meter.sample();
  return meter.total / meter.samples;
}

async function measure(what: string, training: Training, steps: number, { report }: Bench): Promise<void> {
  const { net, data, options } = networkOf(training);
  const own = ownBytes();
  let meter: AllocationMeter | undefined;
  let before = memoryReport();
  let after = before;
  let counted = 0;
  let from = 0;
  await net.fit(data, {
    ...options,
    steps: WARM_UP_STEPS + steps,
    onProgress({ step }) {
      meter?.sample();
      if (meter) counted = step - from;
      else if (step >= WARM_UP_STEPS) {
        from = step;
        before = memoryReport();
        meter = new AllocationMeter();
      }
      after = memoryReport();
    },
  });
  net.dispose();
  const grown = after.capacity - before.capacity;
  const held = after.held - before.held;
  if (grown !== 0 || held !== 0) {
    throw new Error(`memory: ${what}: linear memory grew by ${grown} bytes, ${held} more are held`);
  }
  const { total, samples } = meter!;
  const bytes = Math.max(0, total - own * samples);
  report({
    what: `${what}: ${counted.toLocaleString("en-US")} steps, ${samples} reports`,
    note:
      `linear memory: ${(after.held / 2 ** 20).toFixed(1)} MiB held, growth 0; JavaScript: ${(bytes / samples / 1024).toFixed(1)} KiB ` +
      `a report of progress, ${(bytes / counted).toFixed(0)} bytes a step, with the losses that the history keeps`,
  });
}

export const group: Group = {
  name: "memory",
  title: "Memory over 10,000 and more steps",
  async run(bench) {
    await measure("784-50-10, batch 100", await bookTraining(), 10_000, bench);
    await measure("2-3-1, batch 4", tinyTraining(), 500_000, bench);
  },
};
