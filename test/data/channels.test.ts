import { expect, test } from "vitest";
import { channelsFirst, channelsLast, kernelFromTorch, kernelToTorch } from "../../src/data/index.ts";
import { DataError, ShapeError, tensor } from "../../src/index.ts";

const counted = (...shape: number[]) => {
  const length = shape.reduce((product, axis) => product * axis, 1);
  return tensor(
    Int32Array.from({ length }, (_, i) => i),
    shape,
  );
};

test("channels go behind the pixels, and back", () => {
  const images = counted(2, 3, 2, 2);
  const last = channelsLast(images);
  expect(last.shape).toEqual([2, 2, 2, 3]);
  expect(last.dtype).toBe("int32");
  expect(Array.from(last.data.slice(0, 6))).toEqual([0, 4, 8, 1, 5, 9]);
  expect(channelsFirst(last)).toEqual(images);
  expect(channelsLast(counted(1, 2, 3))).toEqual(tensor(Int32Array.of(0, 3, 1, 4, 2, 5), [1, 3, 2]));
});

test("a kernel of PyTorch's becomes one of ours, and back", () => {
  const kernel = counted(4, 3, 2, 5);
  const ours = kernelFromTorch(kernel);
  expect(ours.shape).toEqual([2, 5, 3, 4]);
  // Element [y, x, c, f] is [f, c, y, x] there.
  expect(ours.data[((1 * 5 + 4) * 3 + 2) * 4 + 3]).toBe(((3 * 3 + 2) * 2 + 1) * 5 + 4);
  expect(ours.data[((1 * 5 + 0) * 3 + 1) * 4 + 2]).toBe(((2 * 3 + 1) * 2 + 1) * 5 + 0);
  expect(kernelToTorch(ours)).toEqual(kernel);
  expect(kernelFromTorch(counted(4, 3, 5)).shape).toEqual([5, 3, 4]);
});

test("a dense layer's weight is the transpose, and back", () => {
  const ours = kernelFromTorch(counted(2, 3));
  expect(ours).toEqual(tensor(Int32Array.of(0, 3, 1, 4, 2, 5), [3, 2]));
  expect(kernelToTorch(ours)).toEqual(counted(2, 3));
});

test("behind flattened images a dense layer's inputs change places as the channels do", () => {
  const flattened = [3, 2, 4];
  const weight = counted(5, 24);
  const ours = kernelFromTorch(weight, { flattened });
  expect(ours.shape).toEqual([24, 5]);
  // What a row of the weight and an image give is the same number in both orders.
  const image = counted(1, ...flattened);
  const seen = channelsLast(image).data;
  for (let output = 0; output < 5; output++) {
    let [here, there] = [0, 0];
    for (let i = 0; i < 24; i++) {
      here += ours.data[i * 5 + output]! * seen[i]!;
      there += weight.data[output * 24 + i]! * image.data[i]!;
    }
    expect(here).toBe(there);
  }
  expect(kernelToTorch(ours, { flattened })).toEqual(weight);
  expect(kernelToTorch(kernelFromTorch(counted(2, 6), { flattened: [3, 2] }), { flattened: [3, 2] })).toEqual(
    counted(2, 6),
  );
});

test.each([
  [
    () => kernelFromTorch(counted(5, 23), { flattened: [3, 2, 4] }),
    "takes [outputs, inputs], with 24 inputs",
  ],
  [() => kernelToTorch(counted(5, 24), { flattened: [3, 2, 4] }), "takes [inputs, outputs], with 24 inputs"],
  [() => kernelFromTorch(counted(2, 3, 4), { flattened: [3, 4] }), "got [2, 3, 4]"],
  [
    () => kernelFromTorch(counted(5, 24), { flattened: 24 as never }),
    "flattened must be [channels, height, width]",
  ],
  [() => kernelToTorch(counted(5, 24), { flatened: [24] } as never), "did you mean flattened?"],
  [() => kernelFromTorch(counted(24)), "of at least two axes; got [24]"],
])("%o is refused", (call, message) => {
  expect(call).toThrow(message);
});

test("tensors are not changed", () => {
  const images = counted(1, 2, 2, 2);
  channelsLast(images);
  expect(images).toEqual(counted(1, 2, 2, 2));
});

test.each([channelsFirst, channelsLast])("%o refuses what has no such axes", (move) => {
  expect(() => move(counted(2, 3))).toThrow(ShapeError);
  expect(() => move(counted(2, 3))).toThrow("of at least three axes; got [2, 3]");
  expect(() => move("images" as never)).toThrow(DataError);
  expect(() => kernelFromTorch("kernel" as never)).toThrow(DataError);
});
