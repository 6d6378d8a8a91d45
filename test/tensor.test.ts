import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { KobaiError } from "../src/errors.ts";
import { formatShape, type NestedArray, size, type Tensor, tensor } from "../src/tensor.ts";

describe("tensor", () => {
  it("takes shape and float32 from nested numbers", () => {
    expect(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toEqual({
      shape: [2, 3],
      dtype: "float32",
      data: new Float32Array([1, 2, 3, 4, 5, 6]),
    });
    expect(tensor(7)).toEqual({ shape: [], dtype: "float32", data: new Float32Array([7]) });
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    expect(
      tensor([
        [[1], [2]],
        [[3], [4]],
        [[5], [6]],
      ]).shape,
    ).toEqual([3, 2, 1]);
  });

  it("keeps a typed array, its type and its memory", () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const t = tensor(bytes, [2, 2]);
    expect(t.dtype).toBe("uint8");
    expect(t.data).toBe(bytes);
    expect(tensor(new Int32Array(3)).shape).toEqual([3]);
    expect(tensor(new Float64Array(3)).dtype).toBe("float64");
  });

  it("copies a typed array into another type", () => {
    expect(tensor(new Float64Array([1, 2]), [2], "int32").data).toEqual(new Int32Array([1, 2]));
    expect(tensor([0.1], [1], "float64").data[0]).toBe(0.1);
    expect(tensor([0.1]).data[0]).toBe(Math.fround(0.1));
  });

  it("takes what other typed arrays hold as the next type that holds it", () => {
    const clamped = new Uint8ClampedArray([1, 300]);
    expect(tensor(clamped)).toEqual({ shape: [2], dtype: "uint8", data: new Uint8Array([1, 255]) });
    expect(tensor(clamped).data.buffer).toBe(clamped.buffer);
    for (const Type of [Int8Array, Int16Array, Uint16Array, Uint32Array]) {
      expect(tensor(Type.from([1, 2]))).toEqual({ shape: [2], dtype: "int32", data: new Int32Array([1, 2]) });
    }
    expect(tensor(new BigInt64Array([7n, -7n])).data).toEqual(new Int32Array([7, -7]));
    expect(tensor(new BigUint64Array([7n])).data).toEqual(new Int32Array([7]));
    // Node's Buffer is a Uint8Array whose slice shares memory.
    expect(Object.getPrototypeOf(tensor(Buffer.from([1, 2])).data)).toBe(Uint8Array.prototype);
  });

  it("takes typed arrays and tensors of another realm, over their memory", () => {
    const foreign = runInNewContext("new Float32Array([1, 2])") as Float32Array;
    expect(tensor(foreign).data).toBeInstanceOf(Float32Array);
    expect(tensor(foreign).data.buffer).toBe(foreign.buffer);
    const made = runInNewContext('({ shape: [2, 1], dtype: "uint8", data: new Uint8Array(2) })') as Tensor;
    expect(tensor(made)).toEqual({ shape: [2, 1], dtype: "uint8", data: new Uint8Array(2) });
    expect(tensor([foreign, foreign], undefined, "float64").data).toEqual(new Float64Array([1, 2, 1, 2]));
  });

  it("takes the type of nested typed arrays", () => {
    expect(tensor([new Uint8Array([1, 2]), new Uint8Array([3, 4])])).toEqual({
      shape: [2, 2],
      dtype: "uint8",
      data: new Uint8Array([1, 2, 3, 4]),
    });
    expect(tensor([[new Float64Array([0.1])]])).toEqual({
      shape: [1, 1, 1],
      dtype: "float64",
      data: new Float64Array([0.1]),
    });
  });

  it("converts a tensor", () => {
    expect(tensor(tensor([[0.1]], undefined, "float64"), undefined, "float32")).toEqual(tensor([[0.1]]));
  });

  it("survives structured cloning", () => {
    const t = tensor([[1, 2]]);
    expect(structuredClone(t)).toEqual(t);
  });

  it.each<[string, () => unknown, string]>([
    [
      "a short row",
      () => tensor([[1, 2], [3]]),
      "tensor: the nested arrays are ragged: element [1] is an array of 1 where the first of its kind is an array of 2",
    ],
    [
      "a number among arrays",
      () => tensor([[1, 2], 3]),
      "tensor: the nested arrays are ragged: element [1] is a number where the first of its kind is an array of 2",
    ],
    [
      "an array among numbers",
      () =>
        tensor([
          [1, 2],
          [3, [4]],
        ]),
      "tensor: the nested arrays are ragged: element [1, 1] is an array of 1 where the first of its kind is a number",
    ],
    ["text", () => tensor([1, "2"] as unknown as NestedArray), 'tensor: element [1] is not a number but "2"'],
    [
      "nothing",
      () => tensor(undefined as unknown as NestedArray),
      "tensor: must be a tensor, a typed array or nested arrays of numbers; got undefined",
    ],
    [
      "a wrong size",
      () => tensor([1, 2, 3], [2, 2]),
      "tensor: shape [2, 2] has 4 elements, but the data has 3",
    ],
    [
      "a fractional axis",
      () => tensor([1], [0.5]),
      "tensor: a shape is an array of at most 32 whole numbers of at least 0; this one is [0.5]",
    ],
    [
      "an unknown dtype",
      () => tensor([1], [1], "float16" as "float32"),
      'tensor: there is no dtype "float16"; there are float32, float64, uint8, int32',
    ],
    [
      "a view without a type of elements",
      () => tensor(new DataView(new ArrayBuffer(2)) as unknown as Uint8Array),
      "tensor: a DataView has no element type; make a typed array of its buffer",
    ],
    [
      "bytes of no type",
      () => tensor(new ArrayBuffer(8) as unknown as Uint8Array),
      "tensor: must be a tensor, a typed array or nested arrays of numbers; got an ArrayBuffer",
    ],
    [
      "a gap",
      () =>
        tensor([
          [1, 2],
          [null, 3],
        ] as unknown as NestedArray),
      "tensor: element [1, 0] is not a number but null",
    ],
    [
      "a hole",
      // biome-ignore lint/suspicious/noSparseArray: what is tested
      () => tensor([1, , 3] as unknown as NestedArray),
      "tensor: element [1] is not a number but undefined",
    ],
    [
      "an array that holds itself",
      () => {
        const endless: unknown[] = [];
        endless.push(endless);
        return tensor(endless as NestedArray);
      },
      "tensor: the arrays are nested deeper than 32 levels, or hold themselves",
    ],
    [
      "a typed array whose memory was transferred",
      () => {
        const gone = new Uint8ClampedArray(4);
        structuredClone(gone.buffer, { transfer: [gone.buffer] });
        return tensor(gone);
      },
      "tensor: the memory of its Uint8ClampedArray is gone; it was transferred",
    ],
    [
      "a label that int32 cannot hold",
      () => tensor(new BigInt64Array([1n, 2n ** 40n])),
      "tensor: 1099511627776 at index 1 does not fit int32, which holds whole numbers from -2147483648 to 2147483647",
    ],
    [
      "a row of another length among typed arrays",
      () => tensor([new Float32Array(2), new Float32Array(3)]),
      "tensor: the nested arrays are ragged: element [1] is a Float32Array of 12 bytes where the first of its kind is an array of 2",
    ],
    [
      "a shape of more elements than can be counted",
      () => tensor([1], [2 ** 40, 2 ** 40]),
      "tensor: a shape is an array of at most 32 whole numbers of at least 0; this one is [1099511627776, 1099511627776]",
    ],
    [
      "more elements than there is memory for",
      () => tensor(Array(2 ** 20).fill(Array(2 ** 20).fill(0)) as NestedArray),
      "tensor: there is no memory for 1099511627776 elements of float32",
    ],
    [
      "a value too large",
      () => tensor([0, 256], [2], "uint8"),
      "tensor: 256 at index 1 does not fit uint8, which holds whole numbers from 0 to 255",
    ],
    [
      "a fraction as an integer",
      () => tensor(new Float32Array([0.5]), [1], "int32"),
      "tensor: 0.5 at index 0 does not fit int32, which holds whole numbers from -2147483648 to 2147483647",
    ],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(KobaiError);
    expect(make).toThrow(expect.objectContaining({ message }));
  });

  it("sizes and formats shapes", () => {
    expect(size([32, 784])).toBe(25088);
    expect(size([])).toBe(1);
    expect(formatShape([32, 784])).toBe("[32, 784]");
  });
});
