import { describe, expect, test } from "vitest";
import { HEAP_BASE, RunField } from "../../assembly/blocks.ts";
import { Activation } from "../../assembly/isa/gemm.ts";
import { DType, Op } from "../../assembly/isa/index.ts";
import {
  COMPRESSED_ROW_BYTES,
  CompressRowsArg,
  CountNonZerosArg,
  GatherRowsArg,
  SparseMatmulArg,
  SparseMatmulGradientArg,
} from "../../assembly/isa/sparse.ts";
import { BLOCK_COLUMNS } from "../../assembly/sparse/blocking.ts";
import { PARTIAL_TERMS } from "../../assembly/sums.ts";
import { instruction } from "../../src/runtime/instructions.ts";
import { sparseGradientWorkspaceBytes, sparseWorkspaceBytes } from "../../src/runtime/matmul-workspace.ts";
import { bytesPerElement, type DTypeName, typedArrays } from "../../src/tensor.ts";
import { compressedBytes } from "../../src/train/compressed.ts";
import { named } from "../named.ts";
import { type Floats, matmul } from "../reference/matmul.ts";
import { expectSameBits } from "../same-bits.ts";
import { instantiate } from "./instance.ts";

const { memory, execute } = instantiate(512);
const GUARD = 0xa5;
const INSTRUCTION = HEAP_BASE;
const STATE = INSTRUCTION + 256;
const SCALE = INSTRUCTION + 384;
const FIRST = INSTRUCTION + 4096;

type Float = "float32" | "float64";
const floats: readonly Float[] = ["float32", "float64"];
const sources: readonly DTypeName[] = ["uint8", "int32", "float32", "float64"];

/** Lays out buffers one after the other, 64-byte aligned, with 64 guard bytes behind each. */
function layOut() {
  // below lies what the modules need
  new Uint8Array(memory.buffer, INSTRUCTION).fill(GUARD);
  let next = FIRST;
  return (bytes: number) => {
    const address = next;
    next = Math.ceil((next + bytes) / 64) * 64 + 64;
    return address;
  };
}

function view<D extends DTypeName>(dtype: D, address: number, length: number) {
  return new typedArrays[dtype](memory.buffer, address, length) as InstanceType<(typeof typedArrays)[D]>;
}

function run<E extends Record<string, string | number>>(
  op: Op,
  dtype: DTypeName,
  layout: E,
  operands: Parameters<typeof named<E>>[1],
  lanes = 1,
) {
  new Uint32Array(memory.buffer, INSTRUCTION, 16).set(
    instruction<Extract<E[keyof E], number>>(op, dtype, named(layout, operands)),
  );
  // no lane may need what another has done: the last goes first
  for (let lane = lanes - 1; lane >= 0; lane--) execute(INSTRUCTION, lane, lanes);
}

/** A matrix with runs of zeros, an empty row and a full one. */
function sparseMatrix(dtype: DTypeName, rows: number, width: number) {
  const data = new typedArrays[dtype](rows * width);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / width);
    const full = row === 2;
    const zero = row === 1 || (!full && (i * 7919 + (i >> 4)) % 5 < 3);
    if (!zero)
      data[i] = dtype === "uint8" ? (i % 255) + 1 : dtype === "int32" ? (i % 9) - 10 : (i % 13) / 3 - 5;
  }
  return data;
}

/** The columns and values of a compressed row of `width` elements, and how many there are up to the end of each block of columns. */
function rowAt(source: DTypeName, width: number, table: number, row: number) {
  const [address, count, from] = [...view("int32", table + row * COMPRESSED_ROW_BYTES, 3)] as [
    number,
    number,
    number,
  ];
  const head = 2 * (Math.ceil(width / BLOCK_COLUMNS) - 1);
  const bytes = (at: number, length: number) => new Uint8Array(memory.buffer).slice(at, at + length).buffer;
  const columns = [...new Uint16Array(bytes(address + head, 2 * count))];
  const values = [...new typedArrays[source](bytes(from, count * bytesPerElement(source)))];
  return {
    entries: columns.map((column, i) => [column, values[i]]),
    ends: [...new Uint16Array(bytes(address, head)), count],
  };
}

/** Compresses a matrix in wasm, rows right behind each other, or each `stride` bytes after the one before. */
function compress(
  place: (bytes: number) => number,
  source: DTypeName,
  [m, width]: readonly [number, number],
  { apart = false, lanes = 1 } = {},
) {
  const matrix = sparseMatrix(source, m, width);
  const data = place(matrix.byteLength);
  view(source, data, matrix.length).set(matrix);
  const rows = place(m * COMPRESSED_ROW_BYTES);
  const stride = apart ? compressedBytes(width, source) : 0;
  const out = place(m * compressedBytes(width, source));
  const operands = { rows, out, stride, data, source: DType[source], m, width, finite: 0 };
  run(Op.compressRows, "float32", CompressRowsArg, operands, lanes);
  return { matrix, data, rows, out, stride };
}

describe.each(sources)("compressed rows of %s", (source) => {
  test.each([
    [3, 1],
    [4, 5],
    [5, 16],
    [7, 33],
    [3, 128],
    [4, 129],
    [6, 784],
  ])("[%i, %i]: columns and values in order", (m, width) => {
    for (const how of [{}, { apart: true }, { apart: true, lanes: 3 }]) {
      const place = layOut();
      const { matrix, data, rows, out, stride } = compress(place, source, [m, width], how);
      let next = out;
      let total = 0;
      for (let row = 0; row < m; row++) {
        const elements = Array.from(matrix.subarray(row * width, (row + 1) * width), (value, j) => [
          j,
          value,
        ]);
        const expected = elements.filter(([, value]) => value !== 0);
        const blocks = Array.from({ length: Math.ceil(width / BLOCK_COLUMNS) }, (_, i) => i + 1);
        const before = (end: number) => expected.filter(([column]) => column! < end).length;
        const ends = blocks.map((block) => before(block * BLOCK_COLUMNS));
        expect(rowAt(source, width, rows, row)).toEqual({ entries: expected, ends });
        expect(view("int32", rows + row * COMPRESSED_ROW_BYTES, 1)[0]).toBe(next);
        next += stride || 2 * (ends.length - 1) + expected.length * (2 + bytesPerElement(source));
        total += expected.length;
      }
      expectGuard(out + m * compressedBytes(width, source));
      const counted = { out: place(4), data, source: DType[source], rows: m, width };
      run(Op.countNonZeros, "float32", CountNonZerosArg, counted);
      expect(view("int32", counted.out, 1)[0]).toBe(total);
    }
  });
});

describe.each(floats)("compressed rows of %s", (source) => {
  test.each([1, 5, 33])("of width %i: which rows are finite", (width) => {
    const m = 4;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const column of new Set([0, width >> 1, width - 1])) {
        const place = layOut();
        const { data, rows, out, stride } = compress(place, source, [m, width], { apart: true });
        view(source, data, m * width)[2 * width + column] = value;
        const finite = place(m * bytesPerElement(source));
        const operands = { rows, out, stride, data, source: DType[source], m, width, finite };
        run(Op.compressRows, source, CompressRowsArg, operands, 3);
        expect([...view(source, finite, m)].map(Number.isNaN)).toEqual([false, false, true, false]);
        expectGuard(finite + m * bytesPerElement(source));
      }
    }
  });
});

/** Chooses m rows of a data set, in an order with repetitions. */
function fetchRows(source: DTypeName, dtype: Float, m: number, width: number, lanes: number) {
  const place = layOut();
  const n = 9;
  const { matrix, rows: dataset } = compress(place, source, [n, width]);
  const chosen = Array.from({ length: m }, (_, i) => (i * 5) % n);
  const indices = place(4 * m);
  view("int32", indices, m).set(chosen);
  const rows = place((m + 1) * COMPRESSED_ROW_BYTES);
  new Uint32Array(memory.buffer, STATE, 16).fill(0)[RunField.step] = 3;
  new Float64Array(memory.buffer, SCALE, 1)[0] = 1 / 255;
  const operands = { rows, dataset, source: DType[source], m, indices };
  const choice = { state: STATE, stepsPerEpoch: 1, stride: 0 };
  run(Op.gatherRows, dtype, GatherRowsArg, { ...operands, ...choice }, lanes);
  const round = dtype === "float32" ? Math.fround : (x: number) => x;
  const x = new typedArrays[dtype](m * width);
  chosen.forEach((row, i) => {
    for (let j = 0; j < width; j++)
      x[i * width + j] = round(round(matrix[row * width + j]!) * round(1 / 255));
  });
  return { place, rows, source: DType[source], scale: SCALE, x };
}

describe.each(floats)("products of compressed rows, %s", (dtype) => {
  const Type = typedArrays[dtype];
  const fill = (n: number, seed: number) =>
    new Type(n).map((_: number, i: number) => (((i + seed) * 7919) % 1009) / 500 - 1);

  // Every tile width (1 to 13 vectors), rows of more than one tile, and ends in the middle of a vector.
  const sizes = [
    [1, 1],
    [5, 9],
    [11, 40],
    [33, 20],
    [18, 300],
  ] as const;
  const widths = [1, 2, 3, 5, 7, 8, 10, 13, 16, 17, 20, 24, 27, 31, 33, 36, 40, 44, 50, 52, 53, 64, 100, 129];
  test.each(widths)("n = %i: the bits of the dense products, nothing else written", (n) => {
    checkProducts(n, sizes, [1, 3]);
  });

  // Long sums, forward and backward: rows in place and rows that take from panels, zeros where a partial sum begins or ends.
  test.each([
    [1, [3]],
    [10, [2]],
    [50, [1, 2, 3, 8]],
    [129, [1]],
  ])("n = %i: long sums, on %j lanes", (n, laneCounts) => {
    const lengths = [1023, 1024, 1025, 3 * PARTIAL_TERMS + 1, 3 * 1024 + 1];
    const long = lengths.flatMap((k) => [[3, k] as const, [20, k] as const, [k, 5] as const]);
    checkProducts(n, long, laneCounts);
  });

  test("sums of a hundred thousand terms", () => checkProducts(3, [[100_000, 2]], [2]));

  function checkProducts(
    n: number,
    sizes: readonly (readonly [m: number, k: number])[],
    laneCounts: readonly number[],
  ) {
    for (const lanes of laneCounts) {
      for (const [m, k] of sizes) {
        const { place, x, ...batch } = fetchRows("uint8", dtype, m, k, lanes);
        const bytes = Type.BYTES_PER_ELEMENT as 4 | 8;
        const scratch = (workspaceBytes: number) => ({
          workspace: place(lanes * workspaceBytes),
          workspaceBytes,
        });
        const w = fill(k * n, 1);
        const bias = fill(n, 2);
        const [b, biasAt, c] = [
          place(w.byteLength),
          place(bias.byteLength),
          place(m * n * Type.BYTES_PER_ELEMENT),
        ];
        view(dtype, b, w.length).set(w);
        view(dtype, biasAt, n).set(bias);
        const operands = { ...batch, ...scratch(sparseWorkspaceBytes(m, k, bytes)) };
        const forward = { ...operands, m, n, k, b, c, bias: biasAt, activation: Activation.relu };
        run(Op.sparseMatmul, dtype, SparseMatmulArg, forward, lanes);
        const product = matmul<Floats>({ m, n, k, a: x, b: w });
        const round = dtype === "float32" ? Math.fround : (value: number) => value;
        const expected = product.map((sum, i) => {
          const value = round(sum + bias[i % n]!);
          return value < 0 ? 0 : value;
        });
        expectSameBits(view(dtype, c, m * n), expected, `${m}×${k}·${k}×${n}, ${lanes} lanes`);
        expectGuard(c + m * n * Type.BYTES_PER_ELEMENT);

        const gradient = fill(m * n, 3);
        const [g, dw] = [place(gradient.byteLength), place(k * n * Type.BYTES_PER_ELEMENT)];
        view(dtype, g, gradient.length).set(gradient);
        const lists = scratch(sparseGradientWorkspaceBytes(m, n, k, bytes));
        const backward = { ...batch, ...lists, m, n, k, g, c: dw, bias: 0, output: b };
        const dense = matmul<Floats>({ m: k, n, k: m, a: x, b: gradient, transposeA: true });
        // The gradient by the weight, and by what a weight is the relu of.
        for (const activation of [Activation.identity, Activation.reluGradient]) {
          run(Op.sparseMatmulGradient, dtype, SparseMatmulGradientArg, { ...backward, activation }, lanes);
          const passed = dense.map((sum, i) => (activation === Activation.identity || w[i]! > 0 ? sum : 0));
          expectSameBits(view(dtype, dw, k * n), passed, `the gradient, ${k}×${m}·${m}×${n}, ${lanes} lanes`);
          expectGuard(dw + k * n * Type.BYTES_PER_ELEMENT);
        }
      }
    }
  }
});

function expectGuard(end: number): void {
  const untilNext = new Uint8Array(memory.buffer, end, Math.ceil(end / 64) * 64 + 64 - end);
  if (!untilNext.every((byte) => byte === GUARD)) expect.fail("bytes behind a result were written");
}
