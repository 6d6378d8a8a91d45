// Comparisons, which give 1 for true and 0 for false, and the choice by what they give. All that this file exports is `kobai/ops`'.

import { WhereArg } from "../../../assembly/isa/elementwise.ts";
import { ExtensionOp } from "../../../assembly/isa/index.ts";
import { extension } from "../../runtime/extension.ts";
import { apply, constant, type Operation, sameFloat, type Value } from "../value.ts";
import { type Axis, broadcastAll, eachBox, operandOf } from "./broadcasting.ts";
import { binary } from "./pointwise.ts";
import { sumTo } from "./reduce.ts";

/** No gradient passes a comparison: it is the same all around. */
const none = () => [undefined, undefined] as const;

/**
 * 1 where a > b, else 0; elementwise, broadcast, in their dtype. As all comparisons do, it gives 0 where either is NaN (`notEqual` gives 1),
 * and passes no gradient.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { constant, greater } from "kobai/ops";
 * using net = sequential([layer("greater", (x) => greater(x, constant(1, x.dtype)))], { input: [3] });
 * [...net.predict([[0, 1, 2]]).data]; // [0, 0, 1]
 * ```
 */
export const greater = /* @__PURE__ */ binary(
  "greater",
  /* @__PURE__ */ extension(ExtensionOp.greater),
  none,
);

/**
 * 1 where a ≥ b, else 0; elementwise, broadcast, in their dtype, without a gradient.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { constant, greaterEqual } from "kobai/ops";
 * using net = sequential([layer("greaterEqual", (x) => greaterEqual(x, constant(1, x.dtype)))], { input: [3] });
 * [...net.predict([[0, 1, 2]]).data]; // [0, 1, 1]
 * ```
 */
export const greaterEqual = /* @__PURE__ */ binary(
  "greaterEqual",
  /* @__PURE__ */ extension(ExtensionOp.greaterEqual),
  none,
);

/**
 * 1 where a < b, else 0; elementwise, broadcast, in their dtype, without a gradient.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { constant, less } from "kobai/ops";
 * using net = sequential([layer("less", (x) => less(x, constant(1, x.dtype)))], { input: [3] });
 * [...net.predict([[0, 1, 2]]).data]; // [1, 0, 0]
 * ```
 */
export const less = /* @__PURE__ */ binary("less", /* @__PURE__ */ extension(ExtensionOp.less), none);

/**
 * 1 where a ≤ b, else 0; elementwise, broadcast, in their dtype, without a gradient.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { constant, lessEqual } from "kobai/ops";
 * using net = sequential([layer("lessEqual", (x) => lessEqual(x, constant(1, x.dtype)))], { input: [3] });
 * [...net.predict([[0, 1, 2]]).data]; // [1, 1, 0]
 * ```
 */
export const lessEqual = /* @__PURE__ */ binary(
  "lessEqual",
  /* @__PURE__ */ extension(ExtensionOp.lessEqual),
  none,
);

/**
 * 1 where a = b, else 0; elementwise, broadcast, in their dtype, without a gradient. −0 equals 0.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { constant, equal } from "kobai/ops";
 * using net = sequential([layer("equal", (x) => equal(x, constant(1, x.dtype)))], { input: [3] });
 * [...net.predict([[0, 1, 2]]).data]; // [0, 1, 0]
 * ```
 */
export const equal = /* @__PURE__ */ binary("equal", /* @__PURE__ */ extension(ExtensionOp.equal), none);

/**
 * 1 where a ≠ b, or either is NaN, else 0; elementwise, broadcast, in their dtype, without a gradient.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { constant, notEqual } from "kobai/ops";
 * using net = sequential([layer("notEqual", (x) => notEqual(x, constant(1, x.dtype)))], { input: [3] });
 * [...net.predict([[0, 1, 2]]).data]; // [1, 0, 1]
 * ```
 */
export const notEqual = /* @__PURE__ */ binary(
  "notEqual",
  /* @__PURE__ */ extension(ExtensionOp.notEqual),
  none,
);

const whereOp = /* @__PURE__ */ extension(ExtensionOp.where);

const whereOperation: Operation<undefined> = {
  name: "where",
  inPlace: true,
  infer([c, a, b]) {
    const shapes = { condition: c!.shape, a: a!.shape, b: b!.shape };
    return [{ shape: broadcastAll("where", shapes), dtype: sameFloat("where", c!, a!, b!) }];
  },
  gradient({ inputs: [c, a, b] }, g) {
    const zero = constant(0, g.dtype);
    return [undefined, sumTo(where(c!, g, zero), a!.shape), sumTo(where(c!, zero, g), b!.shape)];
  },
  emit({ inputs, outputs: [y] }, emitter) {
    const operands = inputs.map((value) => operandOf(value, emitter));
    eachBox(y!, operands, 2, emitter, (addresses, axes, elements) => {
      const [out, c, a, b] = addresses as [number, number, number, number];
      const [d0, d1] = axes as [Axis, Axis];
      emitter.emit<WhereArg>(
        whereOp,
        y!.dtype,
        {
          [WhereArg.out]: out,
          [WhereArg.c]: c,
          [WhereArg.a]: a,
          [WhereArg.b]: b,
          [WhereArg.d0]: d0.size,
          [WhereArg.d1]: d1.size,
          [WhereArg.c0]: d0.strides[0]!,
          [WhereArg.c1]: d1.strides[0]!,
          [WhereArg.a0]: d0.strides[1]!,
          [WhereArg.a1]: d1.strides[1]!,
          [WhereArg.b0]: d0.strides[2]!,
          [WhereArg.b1]: d1.strides[2]!,
        },
        0.2 * elements,
      );
    });
  },
};

/**
 * a where the condition is not 0 (NaN is not), else b; elementwise, all three broadcast (`where` of NumPy). The gradient goes to what was taken; what was not
 * gets 0, even where it is NaN or infinite.
 * @param condition of a's and b's dtype, as comparisons give it
 * @returns the shape that all three broadcast to, in their dtype
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { constant, greater, scale, type Value } from "kobai/ops";
 * const leakyRelu = (x: Value) => where(greater(x, constant(0, x.dtype)), x, scale(x, 0.01));
 * ```
 */
export const where = (condition: Value, a: Value, b: Value): Value =>
  apply(whereOperation, [condition, a, b], undefined);
