import { describe, expect, test } from "vitest";
import { BLOCK_K, BLOCK_N_BYTES, CROWDED_STRIDE } from "../../assembly/gemm/blocking.ts";
import { Activation, MatmulArg, TRANSPOSE_A, TRANSPOSE_B } from "../../assembly/isa/gemm.ts";
import { ALIGNMENT, DType, INSTRUCTION_BYTES, Op, Word } from "../../assembly/isa/index.ts";
import { PARTIAL_TERMS, TOTALS_BYTES } from "../../assembly/sums.ts";
import { matmulWorkspaceBytes } from "../../src/runtime/matmul-workspace.ts";
import { float32, float64, sigmoid, tanh } from "../reference/math.ts";
import { type Floats, matmul } from "../reference/matmul.ts";
import { partialSums } from "../reference/partial-sums.ts";
import { sameBytes } from "../same-bits.ts";
import { instantiate } from "./instance.ts";

const { memory, execute } = instantiate();

interface Case {
  float64: boolean;
  m: number;
  n: number;
  k: number;
  transposed: number;
  bias: boolean;
  activation: Activation;
}

const AWKWARD = [1, 3, 4, 5, 7, 8, 9, 31, 33];
const ORIENTATIONS = [0, TRANSPOSE_A, TRANSPOSE_B, TRANSPOSE_A | TRANSPOSE_B];
const ACTIVATIONS = [
  Activation.identity,
  Activation.relu,
  Activation.sigmoid,
  Activation.tanh,
  Activation.reluGradient,
  Activation.sigmoidGradient,
  Activation.tanhGradient,
];
const BLOCK_N = BLOCK_N_BYTES / Float32Array.BYTES_PER_ELEMENT;
/** Beyond one block of k, of columns, of rows, in place, and the shapes of a batch and of its weight gradient. */
const BLOCKED: [m: number, n: number, k: number][] = [
  [5, 9, BLOCK_K + 1],
  [33, 10, 2 * BLOCK_K + 3],
  [9, BLOCK_N + 7, 5],
  [33, BLOCK_N + 2, BLOCK_K + 5],
  [2, 2 * BLOCK_N + 13, BLOCK_K + 2],
  [17, 50, 784],
  [50, 10, 100],
  [CROWDED_STRIDE / 4, 10, 9],
  [65, 66, 67],
];

/** Numbers of both signs and many magnitudes, some of them zero: rounding errors show in every sum. */
function fill(out: Floats, seed: number): void {
  let state = seed;
  for (let i = 0; i < out.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const magnitude = 2 ** ((state >>> 5) % 9);
    out[i] = (state >>> 27) % 8 === 0 ? 0 : (state / 2 ** 32 - 0.5) * magnitude;
  }
}

/** What the epilogue makes of the sums, in the same order of operations. */
function finish(sums: Floats, { n, activation }: Case, bias: Floats | undefined, output: Floats): Floats {
  const precision = sums instanceof Float32Array ? float32 : float64;
  const { round } = precision;
  return sums.map((sum, i) => {
    const s = bias ? round(sum + bias[i % n]!) : sum;
    const y = output[i]!;
    switch (activation) {
      case Activation.relu:
        return s < 0 ? 0 : s;
      case Activation.sigmoid:
        return sigmoid(s, precision);
      case Activation.tanh:
        return tanh(s, precision);
      case Activation.reluGradient:
        return y > 0 ? s : 0;
      case Activation.sigmoidGradient:
        return round(round(s * y) * round(1 - y));
      case Activation.tanhGradient:
        return round(s * round(1 - round(y * y)));
      default:
        return s;
    }
  });
}

const GUARD = 64;
const GUARDED = new Uint8Array(GUARD).fill(0xa5);
const PAGE = 65_536;

/** The operands of a case one after another in memory, its instruction, and views of all of them. */
function layOut(use: Case, lanes: number) {
  const { float64, m, n, k } = use;
  const size = float64 ? 8 : 4;
  const workspaceBytes = matmulWorkspaceBytes(m, n, k, size, use.transposed);
  const needed = (m * k + k * n + n + 2 * m * n) * size + lanes * workspaceBytes + PAGE;
  if (memory.buffer.byteLength < needed) {
    memory.grow(Math.ceil((needed - memory.buffer.byteLength) / PAGE));
  }
  let end = 2048;
  const reserve = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return start;
  };
  const floats = (length: number): Floats => {
    const start = reserve(length * size);
    return float64
      ? new Float64Array(memory.buffer, start, length)
      : new Float32Array(memory.buffer, start, length);
  };
  const instruction = reserve(INSTRUCTION_BYTES);
  const [a, b, bias, output] = [floats(m * k), floats(k * n), floats(n), floats(m * n)];
  reserve(GUARD);
  const c = floats(m * n);
  reserve(GUARD);
  const workspace = reserve(lanes * workspaceBytes);
  const afterWorkspace = reserve(GUARD);
  const words = new Uint32Array(memory.buffer, instruction, INSTRUCTION_BYTES / 4);
  words[Word.op] = Op.matmul;
  words[Word.dtype] = float64 ? DType.float64 : DType.float32;
  words[MatmulArg.m] = m;
  words[MatmulArg.n] = n;
  words[MatmulArg.k] = k;
  words[MatmulArg.a] = a.byteOffset;
  words[MatmulArg.b] = b.byteOffset;
  words[MatmulArg.c] = c.byteOffset;
  words[MatmulArg.transposed] = use.transposed;
  words[MatmulArg.bias] = use.bias ? bias.byteOffset : 0;
  words[MatmulArg.activation] = use.activation;
  words[MatmulArg.output] = output.byteOffset;
  words[MatmulArg.workspace] = workspace;
  words[MatmulArg.workspaceBytes] = workspaceBytes;
  return { instruction, a, b, bias, output, c, afterWorkspace };
}

function describeCase(use: Case, lanes: number): string {
  const { float64, m, n, k, transposed, bias, activation } = use;
  const shapes = `${m}×${k}·${k}×${n}, transposed ${transposed}`;
  return `${float64 ? "float64" : "float32"} ${shapes}, bias ${bias}, ${Activation[activation]}, ${lanes} lanes`;
}

/** The kernel's result on one lane and on several against the reference's, and the bytes around c against what they were. */
function check(use: Case, sums?: Floats, laneCounts: readonly number[] = [1, 3]): Floats {
  const { m, n, k, transposed } = use;
  const { instruction, a, b, bias, output, c, afterWorkspace } = layOut(use, Math.max(...laneCounts));
  // Another case with the same sums finds its operands where they are.
  if (!sums) for (const [index, operand] of [a, b, bias, output].entries()) fill(operand, 7 + index);
  const transposeA = (transposed & TRANSPOSE_A) !== 0;
  const transposeB = (transposed & TRANSPOSE_B) !== 0;
  const product = sums ?? matmul<Floats>({ m, n, k, a, b, transposeA, transposeB });
  const expected = finish(product, use, use.bias ? bias : undefined, output);
  const guards = [c.byteOffset - GUARD, c.byteOffset + c.byteLength, afterWorkspace].map(
    (start) => new Uint8Array(memory.buffer, start, GUARD),
  );
  for (const guard of guards) guard.set(GUARDED);
  for (const lanes of laneCounts) {
    c.fill(Number.NaN);
    for (let lane = 0; lane < lanes; lane++) execute(instruction, lane, lanes);
    if (!sameBytes(c, expected)) expect(c, describeCase(use, lanes)).toEqual(expected);
    if (!guards.every((guard) => sameBytes(guard, GUARDED)))
      expect.fail(`${describeCase(use, lanes)}: bytes around c and the workspace`);
  }
  return product;
}

/** One size in both types and all orientations, with and without bias, with every activation. */
function checkSize(m: number, n: number, k: number): void {
  for (const float64 of [false, true]) {
    for (const transposed of ORIENTATIONS) {
      let sums: Floats | undefined;
      for (const activation of ACTIVATIONS) {
        for (const bias of [false, true]) {
          sums = check({ float64, m, n, k, transposed, bias, activation }, sums);
        }
      }
    }
  }
}

describe("matmul equals the reference bit for bit", () => {
  for (const m of AWKWARD) {
    test(`m = ${m} with awkward n and k`, () => {
      for (const n of AWKWARD) for (const k of AWKWARD) checkSize(m, n, k);
    });
  }

  for (const [m, n, k] of BLOCKED) {
    test(`${m}×${k}·${k}×${n}`, () => checkSize(m, n, k));
  }

  // Around the lengths at which sums become partial sums; few rows, a column, strips and packed panels each go their own way.
  for (const k of [1023, 1024, 1025, 3 * PARTIAL_TERMS, 3 * PARTIAL_TERMS + 1, 2047, 3 * 1024 + 1]) {
    test(`sums of ${k} terms`, () => {
      for (const [m, n] of [
        [1, 1],
        [2, 33],
        [4, 5],
        [5, 1],
        [19, 50],
      ] as const) {
        for (const float64 of [false, true]) {
          for (const transposed of ORIENTATIONS) {
            const activation = Activation.tanh;
            check({ float64, m, n, k, transposed, bias: true, activation }, undefined, [1, 2, 3, 8]);
          }
        }
      }
    });
  }

  test("1,024 terms are one sum, more are sums of 384", () => {
    expect(partialSums(784)).toEqual([[0, 784]]);
    expect(partialSums(1024)).toEqual([[0, 1024]]);
    expect(partialSums(1025)).toEqual([
      [0, 384],
      [384, 768],
      [768, 1025],
    ]);
  });

  test("sums of a million terms", () => {
    const use = { m: 3, n: 5, k: 1_000_000, bias: false, activation: Activation.identity };
    for (const transposed of [0, TRANSPOSE_A]) check({ ...use, float64: false, transposed });
  });

  test("more rows of long sums than are finished at once", () => {
    const m = TOTALS_BYTES / (8 * BLOCK_N) + 3;
    const use = { float64: false, m, n: BLOCK_N + 2, bias: true, activation: Activation.relu };
    check({ ...use, k: 1025, transposed: TRANSPOSE_A });
  });
});

test("NaN and infinity reach the result, and relu keeps NaN", () => {
  const use: Case = {
    float64: false,
    m: 5,
    n: 5,
    k: 3,
    transposed: 0,
    bias: false,
    activation: Activation.relu,
  };
  const { instruction, a, b, c } = layOut(use, 1);
  fill(a, 1);
  fill(b, 2);
  a[0] = Number.NaN;
  a[3] = Number.POSITIVE_INFINITY;
  b.fill(1, 0, 5);
  execute(instruction, 0, 1);
  expect([...c.subarray(0, 5)]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect([...c.subarray(5, 10)]).toEqual(Array(5).fill(Number.POSITIVE_INFINITY));
});
