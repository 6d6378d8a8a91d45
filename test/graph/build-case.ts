// Makes a graph of a row of op-cases.ts.

import { input, type Shape, type Value } from "../../src/graph/value.ts";
import { multiply, sum } from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { elements, type OpCase } from "./op-cases.ts";

export interface Built {
  readonly y: Value;
  /** Σ y·weights: a scalar whose gradient by y is different at every element */
  readonly loss: Value;
  /** the operands that are no indices */
  readonly floats: readonly Value[];
  readonly given: Map<Value, TypedArray>;
}

/** An op applied to operands of these shapes; elements that are smooth keep away from kinks. */
export function build(
  { apply, kinds = [] }: OpCase,
  shapes: readonly Shape[],
  dtype: "float32" | "float64",
  smooth: boolean,
): Built {
  const classes = shapes[0]!.at(-1) ?? 1;
  const given = new Map<Value, TypedArray>();
  const operands = shapes.map((shape, index) => {
    const kind = kinds[index] ?? "any";
    const value = input(`operand ${index}`, shape, kind === "labels" ? "int32" : dtype);
    given.set(value, elements(kind, shape, dtype, { seed: index, classes, smooth }));
    return value;
  });
  const y = apply(...operands);
  const weights = input("weights", y.shape, dtype);
  given.set(weights, elements("any", y.shape, dtype, { seed: 9, classes, smooth }));
  return {
    y,
    loss: sum(multiply(y, weights)),
    floats: operands.filter((_, index) => !["labels", "words"].includes(kinds[index] ?? "any")),
    given,
  };
}
