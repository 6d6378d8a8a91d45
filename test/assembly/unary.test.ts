import { describe, expect, test } from "vitest";
import { HEAP_BASE } from "../../assembly/blocks.ts";
import { UnaryArg } from "../../assembly/isa/elementwise.ts";
import { DType, ExtensionOp, Op, Word } from "../../assembly/isa/index.ts";
import { formula, unaryKinds } from "../reference/elementwise.ts";
import { float32, float64, type Precision } from "../reference/math.ts";
import { instantiate } from "./instance.ts";

const { memory, execute } = instantiate();
const REGION = HEAP_BASE;
const BYTES = 16_384;
const INSTRUCTION = REGION + 1024;
const FACTOR = REGION + 2048;
const A = REGION + 4096;
const OUT = REGION + 8192;
const GUARD = 0xa5;
const factor = -0.1; // not a float32: the kernel rounds it once

type Row = readonly [name: string, op: number, f: (x: number, precision: Precision) => number];

const opcodes = { ...Op, ...ExtensionOp } as unknown as Readonly<Record<string, number>>;

const operations: readonly Row[] = [
  ...Object.keys(unaryKinds).map((name): Row => [name, opcodes[name]!, formula(name)]),
  ["scale", Op.scale, (x, { round }) => round(x * round(factor))],
];

const types = [
  ["float32", DType.float32, Float32Array, float32],
  ["float64", DType.float64, Float64Array, float64],
] as const;

const sizes = [1, 3, 4, 5, 7, 8, 9, 31, 33, 64, 100];
const values = [
  -0,
  Number.NaN,
  0,
  Number.NEGATIVE_INFINITY,
  Number.POSITIVE_INFINITY,
  1,
  -1,
  2 ** -149,
  -(2 ** -130),
];

function run(op: number, dtype: DType, a: number, out: number, n: number, lanes: number): void {
  const words = new Uint32Array(memory.buffer, INSTRUCTION, 16);
  words[Word.op] = op;
  words[Word.dtype] = dtype;
  words[UnaryArg.out] = out;
  words[UnaryArg.a] = a;
  words[UnaryArg.n] = n;
  words[UnaryArg.parameter] = FACTOR;
  // no lane may need what another has done: the last goes first
  for (let lane = lanes - 1; lane >= 0; lane--) execute(INSTRUCTION, lane, lanes);
}

describe.each(operations)("%s", (_, op, f) => {
  describe.each(types)("%s", (_, dtype, Type, precision) => {
    test.each(sizes)("n = %i: the reference's bits, and nothing else written", (n) => {
      for (const lanes of [1, 3]) {
        for (const out of [OUT, A]) {
          const bytes = new Uint8Array(memory.buffer, REGION, BYTES).fill(GUARD);
          new Float64Array(memory.buffer, FACTOR, 1)[0] = factor;
          const input = new Type(memory.buffer, A, n);
          for (let i = 0; i < n; i++) input[i] = i % 2 === 1 ? (values[i >> 1] ?? i / 7) : 1.5 - i / 3;
          const expected = [...input].map((x) => f(x, precision));
          const before = bytes.slice();
          run(op, dtype, A, out, n, lanes);

          expect([...new Type(memory.buffer, out, n)]).toEqual(expected);
          const written = n * Type.BYTES_PER_ELEMENT;
          const after = bytes.slice();
          for (const copy of [before, after]) {
            copy.fill(0, out - REGION, out - REGION + written);
            copy.fill(0, INSTRUCTION - REGION, INSTRUCTION - REGION + 64);
          }
          expect(Buffer.compare(after, before)).toBe(0);
        }
      }
    });
  });
});
