import { describe, expect, test } from "vitest";
import {
  Activation,
  CompressRowsArg,
  CountNonZerosArg,
  DType,
  GatherRowsArg,
  Op,
  RunField,
  SparseMatmulArg,
  SparseMatmulGradientArg,
} from "../../assembly/isa.ts";
import { instruction, type Operands } from "../../src/runtime/instructions.ts";
import { type DTypeName, typedArrays } from "../../src/tensor.ts";
import { type Floats, matmul } from "../reference/matmul.ts";
import { instantiate } from "./instance.ts";

const { memory, execute } = instantiate();
const GUARD = 0xa5;
const INSTRUCTION = 4096;
const STATE = 4352;
const SCALE = 4480;
const FIRST = 8192;

type Float = "float32" | "float64";
const floats: readonly Float[] = ["float32", "float64"];
const sources: readonly DTypeName[] = ["uint8", "int32", "float32", "float64"];

/** Lays out buffers one after the other, 64-byte aligned, with 64 guard bytes behind each. */
function layOut() {
  new Uint8Array(memory.buffer).fill(GUARD);
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
  operands: Operands<E>,
  lanes = 1,
) {
  new Uint32Array(memory.buffer, INSTRUCTION, 16).set(instruction(op, dtype, layout, operands));
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

/** Compresses a matrix in wasm; where the parts came to lie. */
function compress(place: (bytes: number) => number, dtype: DTypeName, rows: number, width: number) {
  const data = sparseMatrix(dtype, rows, width);
  const dense = place(data.byteLength);
  view(dtype, dense, data.length).set(data);
  const starts = place(4 * (rows + 2));
  const common = { data: dense, source: DType[dtype], rows, width, starts };
  run(Op.countNonZeros, "float32", CountNonZerosArg, common);
  const [total, most] = [...view("int32", starts + 4 * rows, 2)] as [number, number];
  const columns = place(2 * total);
  const values = place(total * data.BYTES_PER_ELEMENT);
  run(Op.compressRows, "float32", CompressRowsArg, { ...common, columns, values });
  return { data, starts, columns, values, total, most };
}

describe.each(sources)("compressed rows of %s", (source) => {
  test.each([
    [3, 1],
    [4, 5],
    [5, 16],
    [7, 33],
    [6, 784],
  ])("[%i, %i]: columns and values in order, counts, and the longest row", (rows, width) => {
    const { data, starts, columns, values, total, most } = compress(layOut(), source, rows, width);
    const expected = Array.from({ length: rows }, (_, row) =>
      Array.from(
        data.subarray(row * width, (row + 1) * width),
        (value, column) => [column, value] as const,
      ).filter(([, value]) => value !== 0),
    );
    expect(most).toBe(Math.max(...expected.map((row) => row.length)));
    expect(total).toBe(expected.flat().length);
    expect([...new Uint16Array(memory.buffer, columns, total)]).toEqual(
      expected.flat().map(([column]) => column),
    );
    expect([...view(source, values, total)]).toEqual(expected.flat().map(([, value]) => value));
    expected.forEach((row, index) => {
      const [from, to] = view("int32", starts + 4 * index, 2);
      expect(to! - from!).toBe(row.length);
    });
    expect(new Uint8Array(memory.buffer, columns + 2 * total, 64).every((byte) => byte === GUARD)).toBe(true);
  });
});

/** Fetches m rows as entries, in an order with repetitions. */
function fetchRows(source: DTypeName, dtype: Float, m: number, width: number, lanes: number) {
  const place = layOut();
  const rows = 9;
  const { data, starts, columns, values, most } = compress(place, source, rows, width);
  const chosen = Array.from({ length: m }, (_, i) => (i * 5) % rows);
  const indices = place(4 * m);
  view("int32", indices, m).set(chosen);
  const capacity = Math.max(most, 1);
  const bytes = 2 * typedArrays[dtype].BYTES_PER_ELEMENT;
  const [entries, counts] = [place(m * capacity * bytes), place(4 * m)];
  new Uint32Array(memory.buffer, STATE, 16).fill(0)[RunField.step] = 3;
  new Float64Array(memory.buffer, SCALE, 1)[0] = 1 / 255;
  const operands = { entries, counts, capacity, starts, columns, values, source: DType[source], m, indices };
  const choice = { state: STATE, stepsPerEpoch: 1, stride: 0, scale: SCALE };
  run(Op.gatherRows, dtype, GatherRowsArg, { ...operands, ...choice }, lanes);
  const round = dtype === "float32" ? Math.fround : (x: number) => x;
  const x = new typedArrays[dtype](m * width);
  chosen.forEach((row, i) => {
    for (let j = 0; j < width; j++) x[i * width + j] = round(round(data[row * width + j]!) * round(1 / 255));
  });
  return { place, entries, counts, capacity, x };
}

describe.each(floats)("products of compressed rows, %s", (dtype) => {
  const Type = typedArrays[dtype];
  const fill = (n: number, seed: number) =>
    new Type(n).map((_: number, i: number) => (((i + seed) * 7919) % 1009) / 500 - 1);

  test.each(sources)("entries of %s are fetched alike for any number of lanes", (source) => {
    const [one, three] = [1, 3].map((lanes) => {
      const { entries, counts, capacity } = fetchRows(source, dtype, 7, 37, lanes);
      return [...view("int32", counts, 7)].map((count, row) =>
        Array.from({ length: count }, (_, i) => {
          const entry = entries + (row * capacity + i) * 2 * Type.BYTES_PER_ELEMENT;
          return [view("int32", entry, 1)[0], view(dtype, entry + Type.BYTES_PER_ELEMENT, 1)[0]];
        }),
      );
    });
    expect(one!.some((row) => row.length === 37)).toBe(true);
    expect(three).toEqual(one);
  });

  // Every tile width (1 to 13 vectors), rows of more than one tile, and ends in the middle of a vector.
  const widths = [1, 2, 3, 5, 7, 8, 10, 13, 16, 17, 20, 24, 27, 31, 33, 36, 40, 44, 50, 52, 53, 64, 100, 129];
  test.each(widths)("n = %i: the bits of the dense products, nothing else written", (n) => {
    for (const lanes of [1, 3]) {
      for (const [m, k] of [
        [1, 1],
        [5, 9],
        [11, 40],
      ] as const) {
        const { place, entries, counts, capacity, x } = fetchRows("uint8", dtype, m, k, lanes);
        const w = fill(k * n, 1);
        const bias = fill(n, 2);
        const [b, biasAt, c] = [
          place(w.byteLength),
          place(bias.byteLength),
          place(m * n * Type.BYTES_PER_ELEMENT),
        ];
        view(dtype, b, w.length).set(w);
        view(dtype, biasAt, n).set(bias);
        const forward = { m, n, entries, counts, capacity, b, c, bias: biasAt, activation: Activation.relu };
        run(Op.sparseMatmul, dtype, SparseMatmulArg, forward, lanes);
        const product = matmul<Floats>({ m, n, k, a: x, b: w });
        const round = dtype === "float32" ? Math.fround : (value: number) => value;
        const expected = product.map((sum, i) => {
          const value = round(sum + bias[i % n]!);
          return value < 0 ? 0 : value;
        });
        expect(bits(view(dtype, c, m * n))).toBe(bits(expected));
        expectGuard(c + m * n * Type.BYTES_PER_ELEMENT);

        const gradient = fill(m * n, 3);
        const [g, dw] = [place(gradient.byteLength), place(k * n * Type.BYTES_PER_ELEMENT)];
        view(dtype, g, gradient.length).set(gradient);
        const backward = { m, n, k, entries, counts, capacity, g, c: dw, bias: 0, output: b };
        const dense = matmul<Floats>({ m: k, n, k: m, a: x, b: gradient, transposeA: true });
        // The gradient by the weight, and by what a weight is the relu of.
        for (const activation of [Activation.identity, Activation.reluGradient]) {
          run(Op.sparseMatmulGradient, dtype, SparseMatmulGradientArg, { ...backward, activation }, lanes);
          const passed = dense.map((sum, i) => (activation === Activation.identity || w[i]! > 0 ? sum : 0));
          expect(bits(view(dtype, dw, k * n))).toBe(bits(passed));
          expectGuard(dw + k * n * Type.BYTES_PER_ELEMENT);
        }
      }
    }
  });
});

function bits(values: Floats): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("hex");
}

function expectGuard(end: number): void {
  const untilNext = new Uint8Array(memory.buffer, end, Math.ceil(end / 64) * 64 + 64 - end);
  expect(untilNext.every((byte) => byte === GUARD)).toBe(true);
}
