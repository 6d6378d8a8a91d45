// Softmax with cross-entropy and its gradient, in one instruction (and the mean over the rows).

import { softmaxCrossEntropyOperation } from "../src/graph/ops/loss.ts";
import { input, node, type Value } from "../src/graph/value.ts";
import type { TypedArray } from "../src/tensor.ts";
import { softmaxCrossEntropy } from "../test/reference/loss.ts";
import type { Floats } from "../test/reference/matmul.ts";
import { type Bench, compare, type Group, mustEqual, versus } from "./harness.ts";
import { floats, numbers, program } from "./program.ts";

function measure(dtype: "float32" | "float64", m: number, n: number, { quick, report }: Bench): void {
  const x = input("x", [m, n], dtype);
  const t = input("t", [m], "int32");
  const [loss, gradient] = node(softmaxCrossEntropyOperation, [x, t], undefined).outputs;
  const scores = numbers(floats(dtype, m * n));
  const labels = Int32Array.from({ length: m }, (_, i) => (7 * i) % n);
  const one = program(
    [loss!, gradient!],
    new Map<Value, TypedArray>([
      [x, scores],
      [t, labels],
    ]),
  );
  const name = `${dtype} [${m}, ${n}]`;
  one.run(1);
  const [expectedLoss, expectedGradient] = softmaxCrossEntropy(scores, labels, m);
  mustEqual(`${name} loss`, one.view(loss!) as Floats, expectedLoss);
  mustEqual(`${name} gradient`, one.view(gradient!) as Floats, expectedGradient);
  const plain = (times: number) => {
    for (; times > 0; times--) softmaxCrossEntropy(scores, labels, m);
  };
  const [wasm, slow] = compare([one.run, plain], { seconds: quick ? 0.1 : 0.4 });
  one.dispose();
  report(versus(name, wasm!, slow!));
}

export const group: Group = {
  name: "softmax-cross-entropy",
  title: "Softmax with cross-entropy and its gradient",
  async run(bench) {
    for (const dtype of ["float32", "float64"] as const) {
      for (const [m, n] of [
        [100, 10],
        [1000, 10],
        [100, 1000],
      ] as const)
        measure(dtype, m, n, bench);
    }
  },
};
