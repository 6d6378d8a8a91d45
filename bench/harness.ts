// How everything here is measured: first the results must agree, then the contenders take turns, and the median counts.

import type { Peak, PeakMeter } from "./peak.ts";

/** What one group of measurements may use. */
export interface Bench {
  /** fewer repeats, and nothing that takes minutes */
  readonly quick: boolean;
  readonly peak: PeakMeter;
  report(result: Result): void;
}

/** A group, by the name that the command line takes. */
export interface Group {
  readonly name: string;
  readonly title: string;
  /** Runs only when asked for by name. */
  readonly onRequest?: boolean;
  run(bench: Bench): Promise<void>;
}

/** A line of the table. Times are in seconds of the processor, see `clock`; those of several lanes by the wall clock. */
export interface Result {
  readonly what: string;
  /** of wasm on one lane, where `wasm` is on two */
  readonly oneLane?: number;
  /** of wasm: the median, and the best */
  readonly wasm?: number;
  readonly best?: number;
  /** of the plain TypeScript of test/reference */
  readonly plain?: number;
  /** "extrapolated from …", where `plain` was not measured as a whole */
  readonly plainNote?: string;
  /** plain / wasm, or oneLane / wasm */
  readonly ratio?: number;
  /** 10⁹ flops in a second, of the median */
  readonly gflops?: number;
  /** the best's share of the highest peak measured in this run, and the median's */
  readonly ofPeak?: number;
  readonly medianOfPeak?: number;
  readonly note?: string;
}

/** One unit of work, done `times` times in a row. */
export type Work = (times: number) => void;

export interface Timing {
  readonly median: number;
  readonly best: number;
}

/** Long enough that a timer's grain and a call's cost do not show. */
const SAMPLE_SECONDS = 0.003;
/** V8 compiles a function of wasm anew, for speed, once it has run for a while. */
const WARM_UP_SECONDS = 0.15;
const LONG_SECONDS = 0.2;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Seconds that this process has spent on processors. What is timed here computes without a pause on one thread, so on an idle machine
 * this is wall time; on a busy one, unlike wall time, it leaves out the turns of other programs.
 */
export function clock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Seconds of one unit. */
export function time(work: Work, times = 1): number {
  const start = clock();
  work(times);
  return (clock() - start) / times;
}

/** Runs the work until it is warm; how many units make a sample long enough. */
function warmUp(work: Work): number {
  const end = performance.now() + 1000 * WARM_UP_SECONDS;
  for (let times = 1; ; ) {
    const isShort = time(work, times) * times < SAMPLE_SECONDS;
    if (isShort) times *= 2;
    else if (performance.now() >= end) return times;
  }
}

/**
 * Times contenders in turns, so that what disturbs one disturbs all of them. One whose sample takes long takes part in two rounds only.
 *
 * @param options seconds: about how long the rounds may take, at least three; between: called after each
 */
export function compare(
  contenders: readonly Work[],
  { seconds = 1, between }: { seconds?: number; between?: () => void } = {},
): Timing[] {
  const entries = contenders.map((work) => ({ work, times: warmUp(work), samples: [] as number[] }));
  const end = performance.now() + 1000 * seconds;
  for (let round = 0; round < 3 || performance.now() < end; round++) {
    for (const { work, times, samples } of entries) {
      if (round >= 2 && samples[0]! * times > LONG_SECONDS) continue;
      samples.push(time(work, times));
    }
    between?.();
  }
  return entries.map(({ samples }) => ({ median: median(samples), best: Math.min(...samples) }));
}

/** A line for wasm against plain TypeScript, with rates where the work is flops. */
export function versus(
  what: string,
  wasm: Timing,
  plain: Timing,
  rate?: { flops: number; peak: Peak; dtype: keyof Peak },
): Result {
  const result = {
    what,
    wasm: wasm.median,
    best: wasm.best,
    plain: plain.median,
    ratio: plain.median / wasm.median,
  };
  if (!rate) return result;
  const { flops, peak, dtype } = rate;
  const perSecond = flops / 1e9;
  return {
    ...result,
    gflops: perSecond / wasm.median,
    ofPeak: perSecond / wasm.best / peak[dtype],
    medianOfPeak: perSecond / wasm.median / peak[dtype],
  };
}

/** @throws where two results differ in a single bit */
export function mustEqual(what: string, wasm: ArrayLike<number>, plain: ArrayLike<number>): void {
  if (wasm.length !== plain.length) {
    throw new Error(`${what}: ${wasm.length} elements from wasm, ${plain.length} from the reference`);
  }
  for (let i = 0; i < wasm.length; i++) {
    if (!Object.is(wasm[i], plain[i])) {
      throw new Error(`${what}: element ${i} is ${wasm[i]} from wasm and ${plain[i]} from the reference`);
    }
  }
}
