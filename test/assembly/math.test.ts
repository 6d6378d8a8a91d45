import { describe, expect, test } from "vitest";
import { UnaryArg } from "../../assembly/isa/elementwise.ts";
import { DType, Op, Word } from "../../assembly/isa/index.ts";
import { ulp64 } from "../reference/exact.ts";
import { exp, float32, float64, log, type Precision, sigmoid, tanh } from "../reference/math.ts";
import { instantiate } from "./instance.ts";

const { memory, execute } = instantiate();
const INSTRUCTION = 1024;
const CAPACITY = 32_768;
const A = 4096;
const OUT = A + 8 * CAPACITY + 64;

/** Results of the kernel `op` for up to CAPACITY inputs. */
function run<T extends Float32Array | Float64Array>(op: Op, x: T): T {
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(new Uint8Array(x.buffer, x.byteOffset, x.byteLength), A);
  const words = new Uint32Array(memory.buffer, INSTRUCTION, 16);
  words[Word.op] = op;
  words[Word.dtype] = x instanceof Float64Array ? DType.float64 : DType.float32;
  words[UnaryArg.out] = OUT;
  words[UnaryArg.a] = A;
  words[UnaryArg.n] = x.length;
  execute(INSTRUCTION, 0, 1);
  const y = x.slice() as T;
  new Uint8Array(y.buffer).set(bytes.subarray(OUT, OUT + x.byteLength));
  return y;
}

interface Case {
  readonly name: "exp" | "log" | "tanh" | "sigmoid";
  readonly op: Op;
  readonly f: (x: number, precision: Precision) => number;
  /** the function in float64, for inputs that are float32: good to far better than a float32 ULP */
  readonly exact: (x: number) => number;
  /** the error bound stated above the kernel, in ULP: for float32, and for float64 */
  readonly bound32: number;
  readonly bound64: number;
}

const cases: readonly Case[] = [
  { name: "exp", op: Op.exp, f: exp, exact: Math.exp, bound32: 0.92, bound64: 0.86 },
  { name: "log", op: Op.log, f: log, exact: Math.log, bound32: 0.85, bound64: 0.81 },
  { name: "tanh", op: Op.tanh, f: tanh, exact: Math.tanh, bound32: 1.6, bound64: 1.73 },
  {
    name: "sigmoid",
    op: Op.sigmoid,
    f: sigmoid,
    exact: (x) => (x < 0 ? Math.exp(x) : 1) / (1 + Math.exp(-Math.abs(x))),
    bound32: 1.9,
    bound64: 1.65,
  },
];

// biome-ignore format: a table
const special = [
  0, 1, 2, 0.5, Math.SQRT1_2, Math.SQRT2, Math.LN2, Math.LN2 / 2, 1.5 * Math.LN2, Math.E, 10, 20, 100,
  Number.POSITIVE_INFINITY, Number.NaN, Number.MIN_VALUE, Number.MAX_VALUE, Number.EPSILON,
  2 ** -149, 2 ** -127, 2 ** -126, 2 ** -126 - 2 ** -149, 2 ** -1022, 2 ** -1022 - 2 ** -1074, 3.4028234663852886e38,
  // where exp over- and underflows in float32 and float64, and just beyond; where tanh changes its form and saturates
  88.72283, 88.722839, 88.72284, 87.33654, 87.33655, 103.27893, 103.97207, 103.97208, 104, 104.5, 89, 89.5,
  709.782712893384, 709.7827128933841, 710, 710.5, 708.3964185322641, 744.4400719213812, 745.1332191019411,
  745.1332191019412, 746, 747, 0.5493061, 0.54930615, 0.5493061443340548, 0.5493061443340549, 9.01, 9.02, 19.06, 19.07,
].flatMap((x) => [x, -x]);

/** Float32 of every magnitude, bit patterns spread evenly, and as many where the functions are not constant. */
function sample32(count: number): Float32Array {
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = Math.imul(i, 2_654_435_769); // odd, so all different
  const x = new Float32Array(bits.buffer);
  for (let i = 0; i < count; i += 2) x[i] = ((bits[i]! / 2 ** 32) * 2 - 1) * [1, 12, 110][i % 3]!;
  x.set(special);
  return x;
}

/** Float64 of every magnitude, and as many of those where the functions are not constant. */
function sample64(count: number): Float64Array {
  const bits = new Uint32Array(2 * count);
  for (let i = 0; i < bits.length; i++) bits[i] = Math.imul(i ^ (i >>> 7), 2_654_435_769);
  const x = new Float64Array(bits.buffer);
  for (let i = 0; i < count; i += 2) x[i] = ((bits[2 * i]! / 2 ** 32) * 2 - 1) * [1, 25, 750][i % 3]!;
  x.set(special);
  return x;
}

/** Distinguishes −0 from 0, and calls all NaN equal. */
function firstDifference<T extends Float32Array | Float64Array>(
  x: T,
  actual: T,
  f: (x: number) => number,
): string | undefined {
  for (let i = 0; i < x.length; i++) {
    const expected = f(x[i]!);
    if (!Object.is(actual[i], expected)) return `at ${x[i]}: ${actual[i]}, the reference ${expected}`;
  }
  return undefined;
}

/** |y − exact| in units of the last place that a float32 has at `exact`; Infinity where only one of them is finite. */
function ulp32(y: number, exact: number): number {
  if (Object.is(Math.fround(exact), y)) return Number.isFinite(y) ? Math.abs(y - exact) / unit32(exact) : 0;
  if (!Number.isFinite(y) || !Number.isFinite(Math.fround(exact))) return Number.POSITIVE_INFINITY;
  return Math.abs(y - exact) / unit32(exact);
}

function unit32(x: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(Math.fround(x)) || 2 ** -149));
  return 2 ** (Math.max(exponent, -126) - 23);
}

describe.each(cases)("$name", ({ name, op, f, exact, bound32, bound64 }) => {
  test("float32: the reference's bits over 1.2 million inputs, within the stated error", () => {
    const x = sample32(37 * CAPACITY);
    let worst = 0;
    for (let start = 0; start < x.length; start += CAPACITY) {
      const part = x.subarray(start, start + CAPACITY);
      const y = run(op, part);
      expect(firstDifference(part, y, (v) => f(v, float32))).toBeUndefined();
      for (let i = 0; i < part.length; i++) worst = Math.max(worst, ulp32(y[i]!, exact(part[i]!)));
    }
    expect(worst).toBeLessThan(bound32);
  });

  test("float64: the reference's bits over 300,000 inputs", () => {
    const x = sample64(10 * CAPACITY);
    for (let start = 0; start < x.length; start += CAPACITY) {
      const part = x.subarray(start, start + CAPACITY);
      expect(firstDifference(part, run(op, part), (v) => f(v, float64))).toBeUndefined();
    }
  });

  test(`float64: within ${bound64} ULP of exact arithmetic`, () => {
    const x = sample64(4096);
    const y = run(op, x);
    let worst = 0;
    for (let i = 0; i < x.length; i++) {
      if (Number.isFinite(x[i]) && Number.isFinite(y[i])) worst = Math.max(worst, ulp64(name, x[i]!, y[i]!));
    }
    expect(worst).toBeLessThan(bound64);
  });
});

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number;

describe.each([
  ["float32", Float32Array, 2 ** -149, 88.73, -104],
  ["float64", Float64Array, 2 ** -1074, 709.79, -745.2],
] as const)("special values, %s", (_, Type, smallest, overflow, underflow) => {
  test.each([
    [
      "exp",
      Op.exp,
      [0, -0, infinity, -infinity, nan, overflow, underflow],
      [1, 1, infinity, 0, nan, infinity, 0],
    ],
    [
      "log",
      Op.log,
      [0, -0, 1, -1, infinity, -infinity, nan, -smallest],
      [-infinity, -infinity, 0, nan, infinity, nan, nan, nan],
    ],
    [
      "tanh",
      Op.tanh,
      [0, -0, infinity, -infinity, nan, smallest, -smallest],
      [0, -0, 1, -1, nan, smallest, -smallest],
    ],
    ["sigmoid", Op.sigmoid, [0, -0, infinity, -infinity, nan, underflow], [0.5, 0.5, 1, 0, nan, 0]],
  ])("%s", (_, op, x, y) => {
    expect([...run(op, new Type(x))]).toEqual(y);
  });

  test("tanh is odd", () => {
    const x = new Type(Array.from({ length: 1000 }, (_, i) => i / 50));
    expect([...run(Op.tanh, new Type([...x].map((v) => -v)))]).toEqual([...run(Op.tanh, x)].map((v) => -v));
  });
});
