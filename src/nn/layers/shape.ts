import { check, isShape, isWhole, show } from "../../check.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import { permute as permuteAxes } from "../../graph/ops/permute.ts";
import { reshape as reshaped } from "../../graph/ops/reshape.ts";
import type { Shape } from "../../graph/value.ts";
import { size } from "../../tensor.ts";
import { type Layer, ownLayer } from "./layer.ts";

/**
 * All elements of each sample one after the other, in row-major order, for a `dense` layer behind images (as the layer Flatten of Keras).
 *
 * x: [batch, …] → [batch, features], the number of a sample's elements. It has no parameters.
 * @example
 * ```ts
 * import { dense, flatten, sequential } from "kobai";
 * using net = sequential([flatten(), dense(10)], { input: [28, 28, 1] });
 * net.params["dense1.weight"].shape; // [784, 10]
 * ```
 */
export const flatten = (): Layer =>
  ownLayer("flatten", {}, (x) => reshaped(x, [x.shape[0]!, size(x.shape.slice(1))]));

/**
 * The same elements of each sample under another shape; nothing is moved: [batch, …] → [batch, …shape].
 * @param shape of a sample: whole numbers of at least 1, without the batch's axis
 * @throws OptionError where it is anything else
 * @throws ShapeError, when the network is made, where a sample has not as many elements
 * @example
 * ```ts
 * import { dense, sequential } from "kobai";
 * using net = sequential([dense(12), reshape([3, 4])], { input: [2] });
 * net.predict([[0, 1]]).shape; // [1, 3, 4]
 * ```
 */
export function reshape(shape: Shape): Layer {
  const own = check("reshape", "shape", shape, [
    isShape,
    "a list of whole numbers of at least 1, the batch's axis left out",
  ]);
  const target = [...own];
  return ownLayer("reshape", { shape: target }, (x) => {
    if (size(x.shape.slice(1)) !== size(target)) {
      throw new ShapeError(
        "reshape",
        `a sample is [${x.shape.slice(1).join(", ")}], target is [${target.join(", ")}]; both must hold as many elements ` +
          `(${size(x.shape.slice(1))} and ${size(target)})`,
        x.shape.slice(1),
        target,
      );
    }
    return reshaped(x, [x.shape[0]!, ...target]);
  });
}

/**
 * The axes of each sample in another order: axis i of the result is axis `axes[i]` of x, the batch's axis 0 staying the first (as the layer
 * Permute of Keras).
 * @param axes each axis of a sample once, counted from 1: `[2, 1]` transposes matrices
 * @throws OptionError where they are no such list @throws ShapeError, when the network is made, where a sample has other axes
 * @example
 * ```ts
 * import { sequential } from "kobai";
 * using net = sequential([permute([2, 1])], { input: [2, 3] });
 * net.predict([[[1, 2, 3], [4, 5, 6]]]).data; // Float32Array [1, 4, 2, 5, 3, 6]
 * ```
 */
export function permute(axes: readonly number[]): Layer {
  if (!Array.isArray(axes) || !isOrder(axes)) {
    throw new OptionError(
      `permute: axes must name each axis of a sample once, counted from 1 (0 is the batch's, which stays): [2, 1]; got ${show(axes)}`,
    );
  }
  const order = [0, ...axes];
  return ownLayer("permute", { axes: order.slice(1) }, (x) => {
    if (x.shape.length === order.length) return permuteAxes(x, order);
    const sample = x.shape.slice(1);
    throw new ShapeError(
      "permute",
      `a sample is [${sample.join(", ")}]; axes must name each of its ${sample.length} axes once, counted from 1; got [${order.slice(1).join(", ")}]`,
      sample,
    );
  });
}

/** Whether a list holds 1 to its length, each once. */
function isOrder(list: readonly unknown[]): boolean {
  return (
    new Set(list).size === list.length && Array.from(list).every((axis) => isWhole(axis, 1, list.length))
  );
}
