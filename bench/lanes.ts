// What a second lane brings: the same programs on one lane and on two, taking turns, by the wall clock. A realm has one engine, so this
// runs in a worker, where the engine has two lanes; lane 0 does everything while it is told that there is one.

import { isMainThread, type MessagePort, parentPort, Worker, workerData } from "node:worker_threads";
import { LANES_BLOCK, LanesField } from "../assembly/blocks.ts";
import { takeBatch } from "../src/data/index.ts";
import { matmul } from "../src/graph/ops/matmul.ts";
import { input } from "../src/graph/value.ts";
import { engine, engineInfo, init } from "../src/runtime/engine.ts";
import type { Tensor } from "../src/tensor.ts";
import { sequential } from "../src/train/sequential.ts";
import { type Group, median, mustEqual, type Result, type Work } from "./harness.ts";
import {
  bookTraining,
  chapter4Training,
  digits,
  networkOf,
  type Training,
  wideTraining,
} from "./networks.ts";
import { floats, numbers, program } from "./program.ts";

const LANES = 2;
const NAME = "lanes";

interface Task {
  readonly name: typeof NAME;
  readonly quick: boolean;
  readonly wide: boolean;
}

function useLanes(count: number): void {
  const { heap } = engine();
  heap.view("int32", LANES_BLOCK, 1)[LanesField.lanes] = count;
}

/** Long enough that waking the other lane does not show. */
const TURN_SECONDS = 0.005;

/** Seconds of one unit of work on each number of lanes, medians of turns. */
function turns(work: Work, seconds: number): Pick<Result, "oneLane" | "wasm" | "ratio"> {
  const samples: number[][] = [[], []];
  const end = performance.now() + 1000 * seconds;
  let times = 1;
  // The first turns are those of code that V8 has not compiled for speed yet.
  for (let turn = 0; turn < 20 || performance.now() < end; turn++) {
    useLanes((turn % 2) + 1);
    const start = performance.now();
    work(times);
    const took = (performance.now() - start) / 1000;
    samples[turn % 2]!.push(took / times);
    if (took < TURN_SECONDS) times *= 2;
  }
  return compared(samples);
}

function compared(samples: readonly number[][]): Pick<Result, "oneLane" | "wasm" | "ratio"> {
  const [oneLane, wasm] = samples.map((own) => median(own.slice(own.length >> 2)));
  return { oneLane: oneLane!, wasm: wasm!, ratio: oneLane! / wasm! };
}

function square(dtype: "float32" | "float64", n: number, seconds: number): Result {
  const [a, b] = [input("a", [n, n], dtype), input("b", [n, n], dtype)];
  const c = matmul(a, b);
  const one = program(
    [c],
    new Map([
      [a, numbers(floats(dtype, n * n), 1)],
      [b, numbers(floats(dtype, n * n), 2)],
    ]),
  );
  const what = `${dtype} matmul [${n}, ${n}]·[${n}, ${n}]`;
  useLanes(1);
  one.run(1);
  const expected = one.view(c).slice();
  useLanes(LANES);
  one.run(1);
  mustEqual(what, one.view(c), expected);
  const times = turns(one.run, seconds);
  one.dispose();
  return { what, ...times, gflops: (2 * n ** 3) / 1e9 / times.wasm! };
}

/** A training as fit runs it, the lanes changing with each report of progress. */
async function steps(what: string, training: Training, count: number): Promise<Result> {
  const train = async (lanesOf: (turn: number) => number) => {
    const { net, data, options } = networkOf(training);
    const samples: number[][] = [[], []];
    let [turn, done] = [0, 0];
    useLanes(lanesOf(0));
    let last = performance.now();
    const { loss } = await net.fit(data, {
      ...options,
      steps: count,
      onProgress({ step }) {
        samples[lanesOf(turn) - 1]!.push((performance.now() - last) / 1000 / (step - done));
        [done, turn] = [step, turn + 1];
        useLanes(lanesOf(turn));
        last = performance.now();
      },
    });
    net.dispose();
    return { samples, loss };
  };
  const alone = await train(() => 1);
  const both = await train((turn) => (turn % 2) + 1);
  mustEqual(`${what}: losses`, both.loss, alone.loss);
  return { what, ...compared(both.samples), note: `${count} losses identical` };
}

async function numericalGradient(seconds: number): Promise<Result> {
  const batch = takeBatch((await digits()).train, 0, 100);
  const x: Tensor = { ...batch[0], dtype: "float64", data: Float64Array.from(batch[0].data) };
  const net = sequential((await chapter4Training()).layers, { input: [784], seed: 42, dtype: "float64" });
  const gradient = () => net.numericalGradient(x, batch[1]);
  const repeat = (times: number) => {
    for (; times > 0; times--) gradient();
  };
  useLanes(1);
  const expected = gradient();
  useLanes(LANES);
  for (const [name, { data }] of Object.entries(gradient())) mustEqual(name, data, expected[name]!.data);
  const times = turns(repeat, seconds);
  net.dispose();
  return {
    what: "numerical gradient of 784-50-10, 100 images",
    ...times,
    note: "all 39,760 elements identical",
  };
}

/** Measures, in the worker, and sends each result. */
async function measure({ quick, wide }: Task, port: MessagePort): Promise<void> {
  await init({ threads: LANES, wide });
  const seconds = quick ? 0.3 : 1.5;
  const report = (result: Result) => port.postMessage(result);
  for (const dtype of ["float32", "float64"] as const) {
    for (const n of [64, 128, 256, 512, 1024]) report(square(dtype, n, seconds));
  }
  report(
    await steps("784-50-10, SGD, batch 100 of MNIST, a step", await bookTraining(), quick ? 2000 : 10_000),
  );
  report(
    await steps("784-512-256-10, Adam, batch 128 of MNIST, a step", await wideTraining(), quick ? 200 : 900),
  );
  report(await numericalGradient(seconds));
}

/** Whether this thread is the worker of this group; it then has measured. */
export async function wasWorker(): Promise<boolean> {
  const task = workerData as Task | null;
  if (isMainThread || task?.name !== NAME) return false;
  await measure(task, parentPort!);
  return true;
}

export const group: Group = {
  name: NAME,
  title: "One lane and two, by the wall clock",
  run({ quick, report }) {
    const task: Task = { name: NAME, quick, wide: engineInfo().wide };
    return new Promise((resolve, reject) => {
      const worker = new Worker(process.argv[1]!, { workerData: task });
      worker.on("message", report);
      worker.on("error", reject);
      worker.on("exit", () => resolve());
    });
  },
};
