// The SGD update of all parameters of the book's network, 784-50-10: one instruction.

import { COEFFICIENTS, UpdateArg } from "../assembly/isa/optimizer.ts";
import { sgd } from "../src/nn/optimizers/index.ts";
import { updateOf } from "../src/nn/optimizers/optimizer.ts";
import { engine } from "../src/runtime/engine.ts";
import { instruction, load } from "../src/runtime/instructions.ts";
import { RunState } from "../src/train/run-state.ts";
import type { Floats } from "../test/reference/matmul.ts";
import { update as plainUpdate } from "../test/reference/optimizer.ts";
import { type Bench, compare, type Group, mustEqual, versus } from "./harness.ts";
import { floats, numbers } from "./program.ts";

const N = 784 * 50 + 50 + 50 * 10 + 10;
const LR = 0.1;

function measure(dtype: "float32" | "float64", { quick, report }: Bench): void {
  const current = engine();
  const { heap } = current;
  const optimizer = sgd({ lr: LR });
  const state = new RunState(current, 0, "bench", { update: updateOf("bench", optimizer, [], dtype), dtype });
  const blocks = [1, 2].map((seed) => {
    const data = numbers(floats(dtype, N), seed);
    const block = heap.allocate(data.byteLength, "bench");
    heap.view(dtype, block.address, N).set(data);
    return { block, data };
  });
  const [w, g] = blocks as [(typeof blocks)[0], (typeof blocks)[0]];
  const operands = {
    [UpdateArg.w]: w.block.address,
    [UpdateArg.g]: g.block.address,
    [UpdateArg.n]: N,
    [UpdateArg.s1]: 0,
    [UpdateArg.s2]: 0,
    [UpdateArg.s3]: 0,
    [UpdateArg.state]: state.address,
  };
  const { rule } = optimizer;
  const list = [instruction<UpdateArg>(rule.op, dtype, operands, rule.nanoseconds * N)];
  const update = load(current, list, state.address, "bench");
  const begin = (count: number) => state.begin(0, count, 0, undefined);
  const plainOperands = {
    w: w.data,
    g: g.data,
    s1: g.data,
    s2: g.data,
    s3: g.data,
    coefficients: new Float64Array(COEFFICIENTS).fill(LR, 0, 1),
  };
  begin(1);
  update.run(1);
  plainUpdate("sgd", plainOperands);
  mustEqual(`sgd ${dtype}`, heap.view(dtype, w.block.address, N) as Floats, w.data);

  begin(state.capacity);
  const wasm = (times: number) => {
    for (; times > 0; times -= state.capacity) {
      // From step 0 on again: the coefficients are those of so many steps.
      heap.view("int32", state.address, 2).fill(0);
      update.run(Math.min(times, state.capacity));
    }
  };
  const plain = (times: number) => {
    for (; times > 0; times--) plainUpdate("sgd", plainOperands);
  };
  const [fast, slow] = compare([wasm, plain], { seconds: quick ? 0.1 : 0.4 });
  report(versus(`${dtype} ${N} parameters`, fast!, slow!));
  update.dispose();
  state.dispose();
  for (const { block } of blocks) heap.free(block);
}

export const group: Group = {
  name: "sgd",
  title: "SGD update",
  async run(bench) {
    for (const dtype of ["float32", "float64"] as const) measure(dtype, bench);
  },
};
