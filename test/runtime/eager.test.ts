import { beforeAll, describe, expect, it } from "vitest";

import { apply, type Operation } from "../../src/graph/value.ts";
import { init, memoryReport, tensor } from "../../src/index.ts";
import { add, matmul, multiply, type Value } from "../../src/ops.ts";
import { evaluate } from "../../src/runtime/eager.ts";

beforeAll(() => init());

describe("evaluate", () => {
  it("computes a function of tensors, in their dtype", () => {
    const square = (x: Value) => multiply(x, x);
    expect(
      evaluate(
        square,
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual(
      tensor([
        [1, 4],
        [9, 16],
      ]),
    );
    expect(evaluate(square, tensor([0.1], undefined, "float64")).data[0]).toBe(0.1 * 0.1);
  });

  it("gives several results as tensors of their own, operands among them", () => {
    const both = (a: Value, b: Value) => [add(a, b), a, add(a, b)];
    const a = tensor([1, 2]);
    const [sum, same, again] = evaluate(both, a, tensor([10]));
    expect([sum!.data, same!.data, again!.data]).toEqual([
      Float32Array.of(11, 12),
      Float32Array.of(1, 2),
      Float32Array.of(11, 12),
    ]);
    expect(same!.data).not.toBe(a.data);
  });

  it("plans once for each shape, and keeps a few plans only", () => {
    let planned = 0;
    const rule = (x: Value) => {
      planned++;
      return add(x, x);
    };
    for (let i = 0; i < 5; i++) {
      expect(evaluate(rule, tensor([i, 1])).data[0]).toBe(2 * i);
      evaluate(rule, tensor([i]));
      evaluate(rule, tensor([i], undefined, "float64"));
    }
    expect(planned).toBe(3);
    for (let n = 1; n <= 20; n++) evaluate(rule, tensor(new Float32Array(n)));
    const held = memoryReport().held;
    for (let n = 1; n <= 20; n++) evaluate(rule, tensor(new Float32Array(n)));
    expect(memoryReport().held).toBe(held);
  });

  it("passes on what an op says of its operands, and holds nothing then", () => {
    const before = memoryReport().held;
    const product = (a: Value, b: Value) => matmul(a, b);
    expect(() => evaluate(product, tensor([[1, 2]]), tensor([[1, 2]]))).toThrow("matmul: inner sizes differ");
    expect(memoryReport().held).toBe(before);
  });

  it("holds nothing where planning fails", () => {
    const before = memoryReport().held;
    const broken: Operation<undefined> = {
      name: "broken",
      infer: ([x]) => [x!],
      emit() {
        throw new Error("no instruction");
      },
    };
    expect(() => evaluate((x) => apply(broken, [x], undefined), tensor([1]))).toThrow("no instruction");
    expect(memoryReport().held).toBe(before);
  });
});
