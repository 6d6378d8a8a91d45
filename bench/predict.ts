// Inference through `net.predict`, from a typed array to a tensor: one image at a time, and 10,000 at once.

import type { Value } from "../src/graph/value.ts";
import { relu } from "../src/nn/layers/activations.ts";
import { dense } from "../src/nn/layers/dense.ts";
import type { TypedArray } from "../src/tensor.ts";
import { sequential } from "../src/train/sequential.ts";
import { evaluate } from "../test/reference/graph.ts";
import { compare, type Group, mustEqual, versus } from "./harness.ts";
import { digits, scoreGraph } from "./networks.ts";

const IMAGE = 784;
const ALL = 10_000;
/** What the reference is timed on, and the rest extrapolated from. */
const PLAIN = 100;

export const group: Group = {
  name: "predict",
  title: "Inference, 784-50-10 with ReLU, float32, from typed array to tensor",
  async run({ quick, report }) {
    const { test } = await digits();
    const net = sequential([dense(50), relu(), dense(10)], { input: [IMAGE], seed: 42 });
    const images = Float32Array.from(test.x.data as Uint8Array, (pixel) => pixel / 255);
    // No zeros to skip.
    const noise = images.map((pixel, i) => pixel + ((i * 7919) % 1009) / 1009 + 0.001);
    const plain = (x: Float32Array): Float32Array => {
      const { scores, ...graph } = scoreGraph("float32", x.length / IMAGE);
      const given = new Map<Value, TypedArray>([[graph.x, x]]);
      for (const [name, value] of Object.entries(graph.params)) given.set(value, net.params[name]!.data);
      return evaluate([scores], given)[0] as Float32Array;
    };
    const seconds = quick ? 0.2 : 1;
    for (const [name, data] of [
      ["images of MNIST", images],
      ["without zeros", noise],
    ] as const) {
      const part = data.subarray(0, PLAIN * IMAGE);
      const expected = plain(part);
      const one = Array.from({ length: 64 }, (_, i) => data.slice(i * IMAGE, (i + 1) * IMAGE));
      mustEqual(`predict, ${name}`, net.predict(data).data.slice(0, expected.length), expected);
      mustEqual(`predict one, ${name}`, net.predict(one[1]!).data, expected.slice(10, 20));
      const [single, slow] = compare(
        [
          (times) => {
            for (let i = 0; i < times; i++) net.predict(one[i & 63]!);
          },
          (times) => {
            for (let i = 0; i < times; i++) plain(one[i & 63]!);
          },
        ],
        { seconds },
      );
      report(versus(`one at a time, ${name}`, single!, slow!));
      const [all, hundred] = compare(
        [
          (times) => {
            for (let i = 0; i < times; i++) net.predict(data);
          },
          (times) => {
            for (let i = 0; i < times; i++) plain(part);
          },
        ],
        { seconds },
      );
      const scale = ALL / PLAIN;
      const extrapolated = { median: hundred!.median * scale, best: hundred!.best * scale };
      report({
        ...versus(`10,000 at once, ${name}`, all!, extrapolated),
        plainNote: `extrapolated from ${PLAIN}`,
      });
    }
    net.dispose();
  },
};
