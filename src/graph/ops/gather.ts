// Slices by index, and rows with a 1 at an index.

import { DType, ExtensionOp } from "../../../assembly/isa/index.ts";
import { GatherAxisArg, OneHotArg } from "../../../assembly/isa/indexing.ts";
import { check, finite, oneOf, options, whole } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import { extension } from "../../runtime/extension.ts";
import { type DTypeName, formatShape, size } from "../../tensor.ts";
import { apply, checkValue, type Operation, type Shape, sameFloat, type Value } from "../value.ts";
import { around, axisOf } from "./axes.ts";

const gatherOp = /* @__PURE__ */ extension(ExtensionOp.gatherAxis);
const scatterOp = /* @__PURE__ */ extension(ExtensionOp.scatterAxis);
const oneHotOp = /* @__PURE__ */ extension(ExtensionOp.oneHot);

/** The types that indices may have, by their codes. */
const indexTypes: Readonly<Partial<Record<DTypeName, DType>>> = {
  int32: DType.int32,
  float32: DType.float32,
  float64: DType.float64,
};

interface GatherAttributes {
  readonly axis: number;
}

function gatherOperands(x: Value, indices: Value, axis: number) {
  const { outer, n, inner } = around(x.shape, { from: axis, to: axis + 1 });
  return {
    [GatherAxisArg.source]: indexTypes[indices.dtype]!,
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

/** Whole numbers are exact in float32 up to here. */
const MOST_IN_FLOAT32 = 2 ** 24;

/** @throws OptionError where a type has no indices, or, naming a remedy, cannot tell apart the `n` that there are */
function checkIndices(op: string, { dtype }: Value, n: number, what: string): void {
  if (indexTypes[dtype] === undefined) {
    throw new OptionError(`${op}: indices must be int32, or float32 or float64 that are whole; got ${dtype}`);
  }
  if (dtype !== "float32" || n <= MOST_IN_FLOAT32) return;
  throw new OptionError(
    `${op}: float32 tells whole numbers apart up to ${MOST_IN_FLOAT32}, but ${what} is ${n}; give indices in int32, or make the network ` +
      'with { dtype: "float64" }',
  );
}

/**
 * Slices of x by their indices along an axis: y[…, j, …] = x[…, indices[j], …] (`take` of NumPy, `index_select` of PyTorch, `gather` of
 * TensorFlow). An embedding is `gather(table, words)`, words being what a layer is given: whole numbers in the network's own dtype.
 *
 * An index that is no whole number from 0 to n − 1 gives NaN, so that a training stops with an error, and its gradient goes nowhere. The
 * gradient of a slice is the sum of what arrives at its copies, in the order of the indices; indices get none. Data sets hold indices as
 * they are, in integers or floats, without a `scale`.
 * @param x […, n, …], float @param indices of any shape: int32, as `argmax` gives them, or floats that are whole, as a network's inputs are;
 *   in float32 n is at most 2^24 @param options axis: negative ones are counted from the last; default 0
 * @returns x's shape with that of the indices in place of the axis
 * @throws ShapeError where x has no such axis
 * @throws OptionError where x is not float, the indices are bytes, or n is more than their dtype can tell apart
 * @example
 * ```ts
 * import { crossEntropy, dense, flatten, init, layer, normal, sequential, sgd, tensor } from "kobai";
 * await init();
 * // from words, N times n, to N times n rows of the table
 * const embedding = (words: number, length: number) =>
 *   layer("embedding", (x, { parameter }) => gather(parameter("table", [words, length], normal()), x));
 * const x = tensor(Int32Array.of(7, 1, 2, 3, 3, 9), [3, 2]);
 * using net = sequential([embedding(10, 4), flatten(), dense(2)], { input: [2], seed: 1 });
 * await net.fit({ x, t: tensor(Uint8Array.of(0, 1, 1)) }, { loss: crossEntropy(), optimizer: sgd({ lr: 0.5 }), steps: 50 });
 * net.accuracy(x, [0, 1, 1]); // 1
 * ```
 */
export function gather(x: Value, indices: Value, given?: { axis?: number }): Value {
  checkValue("gather: operand 1", x);
  checkValue("gather: operand 2", indices);
  const { axis: asked = 0 } = options("gather", given, { axis: finite });
  sameFloat("gather", x);
  const axis = axisOf("gather", x, asked);
  checkIndices("gather", indices, x.shape[axis]!, `the axis of ${formatShape(x.shape)}`);
  return apply(gatherOperation, [x, indices], { axis });
}

const oneHotOperation: Operation<{ readonly depth: number; readonly dtype: DTypeName }> = {
  name: "oneHot",
  infer: ([indices], { depth, dtype }) => [{ shape: [...indices!.shape, depth], dtype }],
  gradient: () => [],
  emit({ inputs: [indices], outputs: [y], attributes: { depth } }, emitter) {
    const operands = {
      [OneHotArg.out]: emitter.address(y!),
      [OneHotArg.indices]: emitter.address(indices!),
      [OneHotArg.source]: indexTypes[indices!.dtype]!,
      [OneHotArg.m]: size(indices!.shape),
      [OneHotArg.depth]: depth,
    };
    emitter.emit<OneHotArg>(oneHotOp, y!.dtype, operands, 0.06 * size(y!.shape) + size(indices!.shape));
  },
};

/**
 * For each index i a row with 1 at place i and 0 elsewhere; all 0 where i is no whole number from 0 to depth − 1 (`one_hot` of PyTorch,
 * `to_categorical` of Keras). No gradient passes it.
 * @param indices of any shape: int32, as `argmax` gives them and class labels are, or floats that are whole, as a network's inputs are
 * @param depth the length of the rows, from 1 to 2^31 − 1, of float32 indices to 2^24
 * @param options dtype: "float32" or "float64"; default that of the indices where they are floats, else "float32"
 * @returns the shape of the indices with an axis of `depth` behind it
 * @throws OptionError where the indices are bytes, or the depth is no such number
 * @example
 * ```ts
 * import { init, layer, sequential } from "kobai";
 * await init();
 * using net = sequential([layer("oneHot", (x) => oneHot(x, 3))], { input: [2] });
 * [...net.predict([[2, 0]]).data]; // [0, 0, 1, 1, 0, 0]
 * ```
 */
export function oneHot(indices: Value, depth: number, given?: { dtype?: "float32" | "float64" }): Value {
  checkValue("oneHot: operand 1", indices);
  check("oneHot", "depth", depth, whole(1, 2 ** 31 - 1));
  checkIndices("oneHot", indices, depth, "depth");
  const usual = indices.dtype === "float64" ? "float64" : "float32";
  const { dtype = usual } = options("oneHot", given, { dtype: oneOf("float32", "float64") });
  return apply(oneHotOperation, [indices], { depth, dtype });
}
