// Where the time of a training step and of an evaluation goes: the programs that `fit` has laid out, instruction by instruction, in their
// turn and on the data of the training.

import { PROGRAM_BYTES, ProgramField, RUN_BYTES, RunField } from "../assembly/blocks.ts";
import { INSTRUCTION_BYTES, Op, SHARED_SHIFT } from "../assembly/isa.ts";
import { engine } from "../src/runtime/engine.ts";
import { sequential } from "../src/train/sequential.ts";
import { type Group, median, type Result } from "./harness.ts";
import { bookTraining, digits, type Training, wideTraining } from "./networks.ts";

/** Notes which programs run, in the order of their first run. */
function watch() {
  const { lanes } = engine();
  const programs = new Set<number>();
  const run = lanes.run.bind(lanes);
  lanes.run = (program) => {
    programs.add(program);
    return run(program);
  };
  return { programs, stop: () => Reflect.deleteProperty(lanes, "run") };
}

/** Runs the first `steps` steps of a program again and again, for so many seconds; the median time of each of its instructions. */
function instructionTimes(address: number, steps: number, seconds: number): Result[] {
  const { heap, kernels } = engine();
  const header = heap.view("int32", address, PROGRAM_BYTES / 4);
  const [first, count] = [header[ProgramField.instructions]!, header[ProgramField.count]!];
  const state = heap.view("int32", header[ProgramField.state]!, RUN_BYTES / 4);
  const samples = Array.from({ length: count }, () => [] as number[]);
  const end = performance.now() + 1000 * seconds;
  for (let round = 0; performance.now() < end; round++) {
    state[RunField.step] = state[RunField.firstStep]! + (round % steps);
    let before = performance.now();
    for (const [i, own] of samples.entries()) {
      kernels.execute(first + i * INSTRUCTION_BYTES, 0, 1);
      const now = performance.now();
      own.push((now - before) / 1000);
      before = now;
    }
  }
  const medians = samples.map((own) => median(own.slice(own.length >> 2)));
  const total = medians.reduce((sum, time) => sum + time, 0);
  return medians.map((wasm, i) => {
    const words = heap.view("int32", first + i * INSTRUCTION_BYTES, 1);
    const name = Op[words[0]! & ((1 << SHARED_SHIFT) - 1)]!;
    return { what: `${i}  ${name}`, wasm, note: `${((100 * wasm) / total).toFixed(1)} %` };
  });
}

async function measure(training: Training, steps: number, seconds: number) {
  const { layers, data, ...options } = training;
  const { test } = await digits();
  const net = sequential(layers, options);
  const { programs, stop } = watch();
  const controller = new AbortController();
  let found: { evaluation: Result[]; step: Result[] } | undefined;
  try {
    await net.fit(data, {
      ...options,
      steps,
      evaluate: { data: test, every: steps, metrics: ["accuracy"] },
      signal: controller.signal,
      // By now V8 has compiled everything for speed. What the fit holds is there until it returns.
      onProgress({ step }) {
        if (step < steps / 2 || found) return;
        const [evaluation, training] = [...programs] as [number, number];
        found = {
          evaluation: instructionTimes(evaluation, 20, seconds),
          step: instructionTimes(training, 20, seconds),
        };
        controller.abort();
      },
    });
  } finally {
    stop();
    net.dispose();
  }
  return found!;
}

export const group: Group = {
  name: "instructions",
  title: "Each instruction of a step and of an evaluation of 500 images, one lane, as fit runs them",
  async run({ quick, report }) {
    const seconds = quick ? 0.3 : 2;
    for (const [name, training, steps] of [
      ["784-50-10", await bookTraining(), 4000],
      ["784-512-256-10", await wideTraining(), 200],
    ] as const) {
      const { evaluation, step } = await measure(training, steps, seconds);
      for (const result of step) report({ ...result, what: `${name}, step: ${result.what}` });
      for (const result of evaluation) report({ ...result, what: `${name}, evaluation: ${result.what}` });
    }
  },
};
