// Slices by index, and rows with a 1 at an index.

import { ExtensionOp } from "../../../assembly/isa/index.ts";
import { GatherAxisArg, OneHotArg } from "../../../assembly/isa/indexing.ts";
import { check, finite, oneOf, options, whole } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import { extension } from "../../runtime/extension.ts";
import { type DTypeName, size } from "../../tensor.ts";
import { apply, checkValue, type Operation, type Shape, sameFloat, type Value } from "../value.ts";
import { around, axisOf } from "./axes.ts";

const gatherOp = /* @__PURE__ */ extension(ExtensionOp.gatherAxis);
const scatterOp = /* @__PURE__ */ extension(ExtensionOp.scatterAxis);
const oneHotOp = /* @__PURE__ */ extension(ExtensionOp.oneHot);

interface GatherAttributes {
  readonly axis: number;
}

function gatherOperands(x: Value, indices: Value, axis: number) {
  const { outer, n, inner } = around(x.shape, { from: axis, to: axis + 1 });
  return {
    [GatherAxisArg.count]: size(indices.shape),
    [GatherAxisArg.outer]: outer,
    [GatherAxisArg.n]: n,
    [GatherAxisArg.inner]: inner,
  };
}

const gatherOperation: Operation<GatherAttributes> = {
  name: "gather",
  infer: ([x, indices], { axis }) => [
    { shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)], dtype: x!.dtype },
  ],
  gradient: ({ inputs: [x, indices], attributes: { axis } }, g) => [
    apply(scatterOperation, [g, indices!], { axis, shape: x!.shape }),
    undefined,
  ],
  emit({ inputs: [x, indices], outputs: [y], attributes: { axis } }, emitter) {
    const operands = {
      ...gatherOperands(x!, indices!, axis),
      [GatherAxisArg.out]: emitter.address(y!),
      [GatherAxisArg.x]: emitter.address(x!),
      [GatherAxisArg.indices]: emitter.address(indices!),
    };
    emitter.emit<GatherAxisArg>(gatherOp, x!.dtype, operands, 0.1 * size(y!.shape));
  },
};

/** The gradient of gathering: for each slice of x the sum of what was made of it, in the order of the indices. */
const scatterOperation: Operation<GatherAttributes & { readonly shape: Shape }> = {
  name: "scatterSum",
  infer: ([g], { shape }) => [{ shape, dtype: g!.dtype }],
  gradient: ({ inputs: [, indices], attributes: { axis } }, g) => [
    apply(gatherOperation, [g, indices!], { axis }),
    undefined,
  ],
  emit({ inputs: [g, indices], outputs: [x], attributes: { axis } }, emitter) {
    const operands = {
      ...gatherOperands(x!, indices!, axis),
      [GatherAxisArg.out]: emitter.address(g!),
      [GatherAxisArg.x]: emitter.address(x!),
      [GatherAxisArg.indices]: emitter.address(indices!),
    };
    emitter.emit<GatherAxisArg>(scatterOp, x!.dtype, operands, 0.06 * size(x!.shape) + 0.2 * size(g!.shape));
  },
};

/** @throws OptionError where indices are no whole numbers */
function checkIndices(op: string, indices: Value): void {
  if (indices.dtype === "int32") return;
  throw new OptionError(`${op}: indices must be int32, got ${indices.dtype}`);
}

/**
 * Slices of x by their indices along an axis (`take` of NumPy, `gather` of TensorFlow): an embedding is `gather(table, words)`.
 *
 * An index that is none of 0 to n − 1 gives NaN, so that a training stops with an error, and its gradient goes nowhere. The gradient of a slice
 * is the sum of what arrives at its copies, in the order of the indices.
 * @param x […, n, …] @param indices int32, of any shape @param options axis: negative ones are counted from the last; default 0
 * @returns x's shape with that of the indices in place of the axis
 * @throws ShapeError where x has no such axis @throws OptionError where x is not float or the indices are not int32
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const embedding = (table: Value, words: Value) => gather(table, words); // [words, n], [N, length] → [N, length, n]
 * ```
 */
export function gather(x: Value, indices: Value, given?: { axis?: number }): Value {
  checkValue("gather: operand 1", x);
  checkValue("gather: operand 2", indices);
  const { axis = 0 } = options("gather", given, { axis: finite });
  sameFloat("gather", x);
  checkIndices("gather", indices);
  return apply(gatherOperation, [x, indices], { axis: axisOf("gather", x, axis) });
}

const oneHotOperation: Operation<{ readonly depth: number; readonly dtype: DTypeName }> = {
  name: "oneHot",
  infer: ([indices], { depth, dtype }) => [{ shape: [...indices!.shape, depth], dtype }],
  gradient: () => [],
  emit({ inputs: [indices], outputs: [y], attributes: { depth } }, emitter) {
    const operands = {
      [OneHotArg.out]: emitter.address(y!),
      [OneHotArg.indices]: emitter.address(indices!),
      [OneHotArg.m]: size(indices!.shape),
      [OneHotArg.depth]: depth,
    };
    emitter.emit<OneHotArg>(oneHotOp, y!.dtype, operands, 0.06 * size(y!.shape) + size(indices!.shape));
  },
};

/**
 * For each index a row with 1 at its place and 0 elsewhere; all 0 where the index is none of 0 to depth − 1.
 * @param indices int32, of any shape @param depth the length of the rows, from 1 to 2^31 − 1
 * @param options dtype: "float32", which is the default, or "float64"
 * @returns the shape of the indices with an axis of `depth` behind it
 * @throws OptionError where the indices are not int32, or the depth is no such number
 * @example
 * ```ts
 * import { argmax, type Value } from "kobai/ops";
 * const winners = (scores: Value) => oneHot(argmax(scores), 10, { dtype: "float64" });
 * ```
 */
export function oneHot(indices: Value, depth: number, given?: { dtype?: "float32" | "float64" }): Value {
  checkValue("oneHot: operand 1", indices);
  checkIndices("oneHot", indices);
  check("oneHot", "depth", depth, whole(1, 2 ** 31 - 1));
  const { dtype = "float32" } = options("oneHot", given, { dtype: oneOf("float32", "float64") });
  return apply(oneHotOperation, [indices], { depth, dtype });
}
