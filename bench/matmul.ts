// Matmul in float32 and float64: squares, every product of a step of the book's network and of a wider one, and extreme shapes, as
// instructions of one lane.

import { HEAP_BASE } from "../assembly/blocks.ts";
import { UnsupportedError } from "../src/errors.ts";
import { matmul } from "../src/graph/ops/matmul.ts";
import { input } from "../src/graph/value.ts";
import type { Engine } from "../src/runtime/engine.ts";
import { Heap } from "../src/runtime/heap.ts";
import { Lanes } from "../src/runtime/lanes/lanes.ts";
import { type Build, checkSupport, loadKernels } from "../src/runtime/wasm.ts";
import { whatIsMissing } from "../src/runtime/wide.ts";
import { type Floats, matmul as reference } from "../test/reference/matmul.ts";
import { type Bench, compare, type Group, mustEqual, versus } from "./harness.ts";
import { floats, numbers, program } from "./program.ts";

interface Case {
  readonly what: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

const SQUARES = [64, 128, 256, 512, 1024].map((n): Case => ({ what: "square", m: n, n, k: n }));

/** 784-50-10, batch 100: x·W, the gradients xᵀ·g and g·Wᵀ of both layers, and the remaining orientation. */
const BOOK: readonly Case[] = [
  { what: "x·W1", m: 100, n: 50, k: 784 },
  { what: "h·W2", m: 100, n: 10, k: 50 },
  { what: "xᵀ·g1", m: 784, n: 50, k: 100, transposeA: true },
  { what: "hᵀ·g2", m: 50, n: 10, k: 100, transposeA: true },
  { what: "g1·W1ᵀ", m: 100, n: 784, k: 50, transposeB: true },
  { what: "g2·W2ᵀ", m: 100, n: 50, k: 10, transposeB: true },
  { what: "xᵀ·W1ᵀ", m: 100, n: 50, k: 784, transposeA: true, transposeB: true },
];

/** 784-512-256-10, batch 128. */
const WIDE: readonly Case[] = [
  { what: "x·W1", m: 128, n: 512, k: 784 },
  { what: "h1·W2", m: 128, n: 256, k: 512 },
  { what: "h2·W3", m: 128, n: 10, k: 256 },
  { what: "xᵀ·g1", m: 784, n: 512, k: 128, transposeA: true },
  { what: "h1ᵀ·g2", m: 512, n: 256, k: 128, transposeA: true },
  { what: "h2ᵀ·g3", m: 256, n: 10, k: 128, transposeA: true },
  { what: "g2·W2ᵀ", m: 128, n: 512, k: 256, transposeB: true },
  { what: "g3·W3ᵀ", m: 128, n: 256, k: 10, transposeB: true },
];

/** Small batches, wide layers. */
const EXTREMES: readonly Case[] = [
  { what: "one row", m: 1, n: 50, k: 784 },
  { what: "one row", m: 1, n: 1024, k: 1024 },
  { what: "flat", m: 4, n: 1024, k: 1024 },
  { what: "flat", m: 16, n: 1024, k: 1024 },
  { what: "flat, transposed", m: 16, n: 1024, k: 1024, transposeB: true },
  { what: "wide", m: 32, n: 4096, k: 1024 },
  { what: "tall", m: 1024, n: 10, k: 4096 },
  { what: "tall, transposed", m: 4096, n: 10, k: 128, transposeA: true },
];

function measure(
  dtype: "float32" | "float64",
  { what, ...shape }: Case,
  { quick, peak, report }: Bench,
): void {
  const { m, n, k, transposeA = false, transposeB = false } = shape;
  const a = input("a", transposeA ? [k, m] : [m, k], dtype);
  const b = input("b", transposeB ? [n, k] : [k, n], dtype);
  const c = matmul(a, b, { transposeA, transposeB });
  const dataA = numbers(floats(dtype, m * k), 1);
  const dataB = numbers(floats(dtype, k * n), 2);
  const one = program(
    [c],
    new Map([
      [a, dataA],
      [b, dataB],
    ]),
  );
  const operands = { ...shape, a: dataA, b: dataB };
  const name = `${dtype} ${what} [${m}, ${k}]·[${k}, ${n}]`;
  one.run(1);
  mustEqual(name, one.view(c) as Floats, reference<Floats>(operands));

  const plain = (times: number) => {
    for (; times > 0; times--) reference<Floats>(operands);
  };
  const between = () => peak.measure();
  const [wasm, slow] = compare([one.run, plain], { seconds: quick ? 0.2 : 0.7, between });
  one.dispose();
  report(versus(name, wasm!, slow!, { flops: 2 * m * n * k, peak: peak.highest, dtype }));
}

/** An engine of another build beside the default one. */
async function engineOf(build: Build): Promise<Engine> {
  checkSupport(build === "relaxed");
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 65536 });
  const { kernels } = await loadKernels(memory, { shared: false, build });
  const heap = new Heap(memory, HEAP_BASE, 65536 ** 2);
  return { kernels, heap, lanes: new Lanes(kernels, memory) };
}

/** Another build against the plain one: the same bits, or in the relaxed build some roundings of the sums of |a·b| apart. */
function measureBuild(
  build: "relaxed" | "wide",
  dtype: "float32" | "float64",
  { what, ...shape }: Case,
  { quick, peak, report }: Bench,
  engine: Engine,
  plainEngine: Engine,
): void {
  const { m, n, k, transposeA = false, transposeB = false } = shape;
  const a = input("a", transposeA ? [k, m] : [m, k], dtype);
  const b = input("b", transposeB ? [n, k] : [k, n], dtype);
  const c = matmul(a, b, { transposeA, transposeB });
  const given = new Map([
    [a, numbers(floats(dtype, m * k), 1)],
    [b, numbers(floats(dtype, k * n), 2)],
  ]);
  const plain = program([c], given, plainEngine);
  const other = program([c], given, engine);
  for (const one of [plain, other]) one.run(1);
  const name = `${dtype} ${build}, ${what} [${m}, ${k}]·[${k}, ${n}]`;
  // Every |a·b| is at most 1, and each of the k additions rounds by half an ulp at most.
  const tolerance = build === "wide" ? 0 : k * k * (dtype === "float32" ? 2 ** -24 : 2 ** -53);
  const expected = plain.view(c);
  other.view(c).forEach((value, i) => {
    if (!(Math.abs(value - expected[i]!) <= tolerance)) throw new Error(`${name}: element ${i} is ${value}`);
  });
  const between = () => peak.measure();
  const [slow, fast] = compare([plain.run, other.run], { seconds: quick ? 0.2 : 0.7, between });
  for (const one of [plain, other]) one.dispose();
  const perSecond = (2 * m * n * k) / 1e9;
  report({
    what: name,
    wasm: fast!.median,
    best: fast!.best,
    gflops: perSecond / fast!.median,
    ofPeak: perSecond / fast!.best / peak.highest[dtype],
    medianOfPeak: perSecond / fast!.median / peak.highest[dtype],
    note: `${(slow!.median / fast!.median).toFixed(2)} × the plain build`,
  });
}

export const group: Group = {
  name: "matmul",
  title: "Matrix multiplication, one lane",
  async run(bench) {
    for (const dtype of ["float32", "float64"] as const) {
      for (const use of [...SQUARES, ...BOOK]) measure(dtype, use, bench);
    }
    for (const use of [...WIDE, ...EXTREMES]) measure("float32", use, bench);
    const relaxed = await engineOf("relaxed").catch((error: unknown) => {
      if (error instanceof UnsupportedError) return undefined;
      throw error;
    });
    const wide = (await whatIsMissing()) ? undefined : await engineOf("wide");
    const plain = await engineOf("plain");
    for (const dtype of ["float32", "float64"] as const) {
      for (const use of [...SQUARES, ...BOOK]) {
        if (relaxed) measureBuild("relaxed", dtype, use, bench, relaxed, plain);
      }
      for (const use of [...SQUARES, ...BOOK, ...WIDE, ...EXTREMES]) {
        if (wide) measureBuild("wide", dtype, use, bench, wide, plain);
      }
    }
  },
};
