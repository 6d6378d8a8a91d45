import { describe, expect, it } from "vitest";
import { KobaiError } from "../src/errors.ts";
import { formatShape, type NestedArray, size, tensor } from "../src/tensor.ts";

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
      "tensor: the nested arrays are ragged: element [1, 1] is an array where the first of its kind is a number",
    ],
    [
      "text",
      () => tensor([1, "2"] as unknown as NestedArray),
      "tensor: element [1] is not a number but string",
    ],
    [
      "nothing",
      () => tensor(undefined as unknown as NestedArray),
      "tensor: the data is not a number but undefined",
    ],
    [
      "a wrong size",
      () => tensor([1, 2, 3], [2, 2]),
      "tensor: shape [2, 2] has 4 elements, but the data has 3",
    ],
    [
      "a fractional axis",
      () => tensor([1], [0.5]),
      "tensor: every axis of a shape must be a whole number of at least 0, this one is [0.5]",
    ],
    [
      "an unknown dtype",
      () => tensor([1], [1], "float16" as "float32"),
      'tensor: there is no dtype "float16"; there are float32, float64, uint8, int32',
    ],
    [
      "another kind of array",
      () => tensor(new Uint16Array(2) as unknown as Uint8Array),
      "tensor: Uint16Array is not an element type; use Float32Array, Float64Array, Uint8Array or Int32Array",
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
