import { beforeAll, describe, expect, test } from "vitest";
import { Activation } from "../../assembly/isa/gemm.ts";
import { DType, INSTRUCTION_BYTES, Op } from "../../assembly/isa/index.ts";
import {
  COMPRESSED_ROW_BYTES,
  GatherRowsArg,
  SparseMatmulArg,
  SparseMatmulGradientArg,
} from "../../assembly/isa/sparse.ts";
import { init } from "../../src/index.ts";
import { engine } from "../../src/runtime/engine.ts";
import type { Block } from "../../src/runtime/heap.ts";
import { type Instruction, instruction } from "../../src/runtime/instructions.ts";
import { sparseGradientWorkspaceBytes, sparseWorkspaceBytes } from "../../src/runtime/matmul-workspace.ts";
import { Resources } from "../../src/runtime/resources.ts";
import { bytesPerElement, type DTypeName, type TypedArray, typedArrays } from "../../src/tensor.ts";
import { compressedRows } from "../../src/train/compressed.ts";
import { elements } from "../graph/op-cases.ts";
import { named } from "../named.ts";
import { binary, precisionOf, unary } from "../reference/elementwise.ts";
import { type Floats, matmul } from "../reference/matmul.ts";
import { expectSameBits } from "../same-bits.ts";

beforeAll(() => init());

type FloatName = "float32" | "float64";

/** Rows of the data set, of the batch, elements of a row, columns of the product. */
const sizes: readonly (readonly [rows: number, m: number, k: number, n: number])[] = [
  [5, 1, 1, 1],
  [6, 3, 5, 4],
  [9, 7, 17, 9],
  [11, 8, 33, 10],
  [8, 5, 64, 33],
  [20, 31, 40, 50],
  [7, 9, 16, 53],
  [7, 4, 20, 130],
  // a right factor that is copied into panels, of one block of columns and of several, and the same in place
  [20, 60, 20, 130],
  [20, 40, 300, 60],
  [20, 15, 300, 60],
  // lists of rows that are made in several goes: they are too many, or have too many entries
  [20, 600, 30, 5],
  [20, 560, 700, 5],
  // lists of columns that are made in two goes, or in float64 in three
  [30, 400, 400, 5],
];

/** [rows, width] of which three elements in ten are not zero; one row has none, one has no other. */
function rowsOf(source: DTypeName, rows: number, width: number): TypedArray {
  const x = elements("any", [rows, width], "float64", { seed: 1, classes: 1 });
  const kept = elements("positive", [rows, width], "float64", { seed: 2, classes: 1 });
  return typedArrays[source].from(
    Array.from(x, (value, i) => {
      const row = Math.floor(i / width);
      const zero = row === 1 || (row !== 2 && kept[i]! > 0.4);
      const integer = source === "uint8" || source === "int32";
      return zero ? (i % 2 ? 0 : -0) : integer ? 100 + Math.round(8 * value) : value || 1;
    }),
  );
}

function expectKernels(
  source: DTypeName,
  dtype: FloatName,
  size: (typeof sizes)[number],
  lanes: number,
): void {
  const [rows, m, k, n] = size;
  const { heap, kernels } = engine();
  const held = new Resources();
  const hold = (bytes: number): number => {
    const block = heap.allocate(bytes, "test");
    held.add({ dispose: () => heap.free(block) });
    return block.address;
  };
  const place = (data: TypedArray, type: DTypeName): number => {
    const address = hold(data.byteLength);
    heap.view(type, address, data.length).set(data);
    return address;
  };
  const read = (address: number, length: number): Floats => heap.view(dtype, address, length).slice();
  const run = (words: Instruction): void => {
    const cell = hold(INSTRUCTION_BYTES);
    new Uint32Array(heap.memory.buffer, cell, words.length).set(words);
    for (let lane = 0; lane < lanes; lane++) kernels.execute(cell, lane, lanes);
  };
  try {
    const data = rowsOf(source, rows, k);
    const compressed = compressedRows(engine(), { shape: [rows, k], dtype: source, data }, "test", hold)!;
    const indices = Int32Array.from({ length: m }, (_, i) => (5 * i + 2) % rows);
    const factor = 1 / 3;
    const table = hold((m + 1) * COMPRESSED_ROW_BYTES);
    const chosen = { indices: place(indices, "int32"), state: 0, stepsPerEpoch: 1, stride: 0 };
    const scale = place(Float64Array.of(factor), "float64");
    const batch = { rows: table, source: DType[source] };
    run(
      instruction<GatherRowsArg>(
        Op.gatherRows,
        dtype,
        named(GatherRowsArg, { ...batch, ...chosen, dataset: compressed.rows, m }),
      ),
    );

    const x = typedArrays[dtype].from(
      Array.from({ length: m * k }, (_, i) => data[indices[Math.floor(i / k)]! * k + (i % k)]!),
    );
    const by = precisionOf(x).round(factor);
    x.forEach((value, i) => {
      x[i] = value * by;
    });
    const random = (seed: number, ...shape: number[]) =>
      elements("any", shape, dtype, { seed, classes: 1 }) as Floats;
    const [b, g, bias, y] = [random(3, k, n), random(4, m, n), random(5, n), random(6, k, n)];
    const what = `${source} to ${dtype}, [${m}, ${k}]·[${k}, ${n}], ${lanes} lanes`;

    const bytes = bytesPerElement(dtype) as 4 | 8;
    const scratch = (workspaceBytes: number) => ({ workspace: hold(lanes * workspaceBytes), workspaceBytes });
    const c = hold(m * n * bytes);
    const operands = { ...batch, ...scratch(sparseWorkspaceBytes(m, k, bytes)), scale };
    const forward = { ...operands, m, n, k, b: place(b, dtype), c, bias: place(bias, dtype) };
    run(
      instruction<SparseMatmulArg>(
        Op.sparseMatmul,
        dtype,
        named(SparseMatmulArg, { ...forward, activation: Activation.tanh }),
      ),
    );
    const product = matmul<Floats>({ m, n, k, a: x, b });
    const withBias = binary("add", [m, n], { data: product, shape: [m, n] }, { data: bias, shape: [n] });
    expectSameBits(read(c, m * n), unary("tanh", withBias), `product, ${what}`);

    const gradient = hold(k * n * bytes);
    const backward = {
      ...batch,
      ...scratch(sparseGradientWorkspaceBytes(m, n, k, bytes)),
      scale,
      m,
      n,
      k,
      g: place(g, dtype),
      c: gradient,
      bias: 0,
      output: place(y, dtype),
    };
    const plain = matmul<Floats>({ m: k, n, k: m, a: x, b: g, transposeA: true });
    for (const [activation, name] of [
      [Activation.identity, undefined],
      [Activation.sigmoidGradient, "sigmoidGradient"],
    ] as const) {
      run(
        instruction<SparseMatmulGradientArg>(
          Op.sparseMatmulGradient,
          dtype,
          named(SparseMatmulGradientArg, { ...backward, activation }),
        ),
      );
      const shape = [k, n];
      const expected = name ? binary(name, shape, { data: plain, shape }, { data: y, shape }) : plain;
      expectSameBits(read(gradient, k * n), expected, `gradient, ${name}, ${what}`);
    }
  } finally {
    held.dispose();
  }
}

describe.each<DTypeName>(["uint8", "int32", "float32", "float64"])("compressed rows of %s", (source) => {
  test.each<FloatName>(["float32", "float64"])(
    "as %s: gather, product and gradient have the reference's bits",
    (dtype) => {
      for (const size of sizes) for (const lanes of [1, 3]) expectKernels(source, dtype, size, lanes);
    },
  );
});

test("a tensor that is not mostly zeros is not compressed, and no kernel compresses one that is too wide", () => {
  const hold = () => expect.fail("nothing may be held");
  const dense = { shape: [10, 10], dtype: "float32" as const, data: new Float32Array(100).fill(1) };
  expect(compressedRows(engine(), dense, "test", hold)).toBeUndefined();
  const wide = { shape: [1, 65537], dtype: "uint8" as const, data: new Uint8Array(65537) };
  const blocks: Block[] = [];
  const take = (bytes: number) => {
    blocks.push(engine().heap.allocate(bytes, "test"));
    return blocks.at(-1)!.address;
  };
  expect(() => compressedRows(engine(), wide, "test", take)).toThrow("compressed rows are too wide");
  for (const block of blocks) engine().heap.free(block);
});
