// Convolutions in float32: first layers and later ones, forward with bias and ReLU and both gradients, as instructions of one lane.

import { convolve2d } from "../src/graph/ops/conv.ts";
import { add, relu } from "../src/graph/ops/elementwise.ts";
import { input, type Value } from "../src/graph/value.ts";
import { size, type TypedArray } from "../src/tensor.ts";
import { evaluate } from "../test/reference/graph.ts";
import { type Bench, compare, type Group, mustEqual } from "./harness.ts";
import { floats, numbers, program } from "./program.ts";

interface Case {
  readonly what: string;
  readonly image: readonly [batch: number, height: number, width: number, channels: number];
  readonly kernel: readonly [height: number, width: number, filters: number];
  readonly padding: "same" | "valid";
}

const CASES: readonly Case[] = [
  { what: "first, 1 → 16", image: [100, 28, 28, 1], kernel: [3, 3, 16], padding: "same" },
  { what: "second, 16 → 32", image: [100, 14, 14, 16], kernel: [3, 3, 32], padding: "same" },
  { what: "the book's, 1 → 30", image: [100, 28, 28, 1], kernel: [5, 5, 30], padding: "valid" },
  { what: "of colors, 3 → 32", image: [32, 32, 32, 3], kernel: [3, 3, 32], padding: "same" },
  { what: "deep, 64 → 64", image: [16, 16, 16, 64], kernel: [3, 3, 64], padding: "same" },
];

/** The first samples of a case are enough to compare bits with the reference, whose patches are copied. */
const COMPARED = 3;

/** The three products of a convolution, and what they are given. */
function products(image: Case["image"], [height, width, filters]: Case["kernel"], padding: Case["padding"]) {
  const x = input("x", image, "float32");
  const w = input("w", [height, width, image[3], filters], "float32");
  const b = input("b", [filters], "float32");
  const y = convolve2d(x, w, { padding });
  const g = input("g", y.shape, "float32");
  const [byInput, byKernel] = y.node.operation.gradient!(y.node, g) as [Value, Value];
  const given = new Map<Value, TypedArray>(
    [x, w, b, g].map((leaf, seed) => [leaf, numbers(floats("float32", size(leaf.shape)), seed + 1)]),
  );
  const parts = [
    ["relu(x ∗ W + b)", relu(add(y, b))],
    ["gradient by W", byKernel],
    ["gradient by x", byInput],
  ] as const;
  return { parts, given, flops: 2 * size(w.shape) * size(y.shape.slice(0, 3)) };
}

function measure({ what, image, kernel, padding }: Case, { quick, peak, report }: Bench): void {
  const few = products([COMPARED, image[1], image[2], image[3]], kernel, padding);
  for (const [part, value] of few.parts) {
    const one = program([value], few.given);
    one.run(1);
    mustEqual(`${what}, ${part}`, one.view(value), evaluate([value], few.given)[0]!);
    one.dispose();
  }
  const { parts, given, flops } = products(image, kernel, padding);
  // What is given to a first layer needs no gradient.
  const needed = parts.filter(([part]) => image[3] > 3 || part !== "gradient by x");
  const programs = needed.map(([, value]) => program([value], given));
  const timings = compare(
    programs.map(({ run }) => run),
    { seconds: quick ? 0.3 : 1, between: () => peak.measure() },
  );
  for (const [index, [part]] of needed.entries()) {
    const { median, best } = timings[index]!;
    const perSecond = flops / 1e9;
    report({
      what: `${what}, ${kernel[0]}×${kernel[1]}, of [${image.join(", ")}]: ${part}`,
      wasm: median,
      best,
      gflops: perSecond / median,
      ofPeak: perSecond / best / peak.highest.float32,
      medianOfPeak: perSecond / median / peak.highest.float32,
    });
  }
  for (const one of programs) one.dispose();
}

export const group: Group = {
  name: "conv",
  title: "Convolution, one lane",
  async run(bench) {
    for (const use of CASES) measure(use, bench);
  },
};
