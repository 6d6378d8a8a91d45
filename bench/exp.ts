// e^x, elementwise: what the losses and activations are made of.

import { exp } from "../src/graph/ops/elementwise.ts";
import { input } from "../src/graph/value.ts";
import { unary } from "../test/reference/elementwise.ts";
import type { Floats } from "../test/reference/matmul.ts";
import { compare, type Group, mustEqual, versus } from "./harness.ts";
import { floats, numbers, program } from "./program.ts";

const N = 1 << 16;

export const group: Group = {
  name: "exp",
  title: "Exponential",
  async run({ quick, report }) {
    for (const dtype of ["float32", "float64"] as const) {
      const x = input("x", [N], dtype);
      const y = exp(x);
      const data = numbers(floats(dtype, N)).map((value) => 20 * value) as Floats;
      const one = program([y], new Map([[x, data]]));
      one.run(1);
      mustEqual(`exp ${dtype}`, one.view(y) as Floats, unary("exp", data));
      const plain = (times: number) => {
        for (; times > 0; times--) unary("exp", data);
      };
      const math = (times: number) => {
        for (; times > 0; times--) data.map(Math.exp);
      };
      const [wasm, slow, builtIn] = compare([one.run, plain, math], { seconds: quick ? 0.1 : 0.5 });
      one.dispose();
      const perElement = (seconds: number) => `${((seconds / N) * 1e9).toFixed(2)} ns`;
      report({
        ...versus(`${dtype} [${N}]`, wasm!, slow!),
        note: `${perElement(wasm!.median)} an element; Math.exp ${perElement(builtIn!.median)}`,
      });
    }
  },
};
