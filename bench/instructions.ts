// Where the time of a training step and of an evaluation goes: the programs that `fit` has laid out, instruction by instruction, in their
// turn and on the data of the training.

import { PROGRAM_BYTES, ProgramField, RUN_BYTES, RunField } from "../assembly/blocks.ts";
import { INSTRUCTION_BYTES, Op } from "../assembly/isa/index.ts";
import { engine } from "../src/runtime/engine.ts";
import { type Group, median, type Result } from "./harness.ts";
import { bookTraining, digits, networkOf, type Training, wideTraining } from "./networks.ts";

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

/** The times of a program's instructions, in seconds. */
class Times {
  readonly #program: number;
  readonly #samples: number[][] = [];

  constructor(program: number) {
    this.#program = program;
  }

  get count(): number {
    return this.#samples[0]?.length ?? 0;
  }

  /** Runs the steps of the last call once more, for which batches and coefficients are prepared. */
  replay(): void {
    const { heap, kernels } = engine();
    const header = heap.view("int32", this.#program, PROGRAM_BYTES / 4);
    const [first, count] = [header[ProgramField.instructions]!, header[ProgramField.count]!];
    const own = this.#samples;
    while (own.length < count) own.push([]);
    const state = heap.view("int32", header[ProgramField.state]!, RUN_BYTES / 4);
    const end = state[RunField.step]!;
    for (let step = state[RunField.firstStep]!; step < end; step++) {
      state[RunField.step] = step;
      let before = performance.now();
      for (let i = 0; i < count; i++) {
        kernels.execute(first + i * INSTRUCTION_BYTES, 0, 1);
        const now = performance.now();
        own[i]!.push((now - before) / 1000);
        before = now;
      }
    }
    state[RunField.step] = end;
  }

  /** Medians, and their shares of the whole. */
  results(what: string): Result[] {
    const { heap } = engine();
    const first = heap.view("int32", this.#program, PROGRAM_BYTES / 4)[ProgramField.instructions]!;
    const medians = this.#samples.map(median);
    const total = medians.reduce((sum, time) => sum + time, 0);
    return medians.map((wasm, i) => {
      const word = heap.view("int32", first + i * INSTRUCTION_BYTES, 1)[0]!;
      const name = Op[word]!;
      return { what: `${what}: ${i}  ${name}`, wasm, note: `${((100 * wasm) / total).toFixed(1)} %` };
    });
  }
}

/** Samples of an evaluation's batches that are enough. */
const EVALUATIONS = 100;

async function measure(what: string, training: Training, steps: number): Promise<Result[]> {
  const { net, data, options } = networkOf(training);
  const { test } = await digits();
  const { programs, stop } = watch();
  let found: { evaluation: Times; step: Times } | undefined;
  const results: Result[] = [];
  try {
    await net.fit(data, {
      ...options,
      steps,
      evaluate: { data: test, every: steps, metrics: ["accuracy"] },
      onProgress({ step }) {
        // By then V8 has compiled everything for speed.
        if (step < steps / 2) return;
        const [evaluation, training] = [...programs] as [number, number];
        found ??= { evaluation: new Times(evaluation), step: new Times(training) };
        found.step.replay();
        if (found.evaluation.count < EVALUATIONS) found.evaluation.replay();
        // What the fit holds is there until it returns.
        if (step === steps) {
          results.push(...found.step.results(`${what}, step`));
          results.push(...found.evaluation.results(`${what}, evaluation`));
        }
      },
    });
  } finally {
    stop();
    net.dispose();
  }
  return results;
}

export const group: Group = {
  name: "instructions",
  title: "Each instruction of a step and of an evaluation of 500 images, one lane, as fit runs them",
  async run({ quick, report }) {
    const trainings = [
      ["784-50-10", await bookTraining(), quick ? 1000 : 10_000],
      ["784-512-256-10", await wideTraining(), quick ? 100 : 400],
    ] as const;
    for (const [what, training, steps] of trainings) {
      for (const result of await measure(what, training, steps)) report(result);
    }
  },
};
