import { ShapeError } from "../../errors.ts";
import { size } from "../../tensor.ts";
import { apply, checkShape, type Operation, type Shape, type Value } from "../value.ts";

const reshapeOperation: Operation<{ readonly shape: Shape }> = {
  name: "reshape",
  view: true,
  infer([x], { shape }) {
    if (size(shape) !== size(x!.shape)) {
      throw new ShapeError(
        "reshape",
        `${ShapeError.describe({ x: x!.shape, target: shape })}; both must hold as many elements (${size(x!.shape)} and ${size(shape)})`,
        x!.shape,
        shape,
      );
    }
    return [{ shape, dtype: x!.dtype }];
  },
  gradient: ({ inputs: [x] }, g) => [reshape(g, x!.shape)],
  emit() {},
};

/**
 * The same elements under another shape, in row-major order; nothing is moved (`reshape` of NumPy).
 * @param x of any shape and dtype @param shape whole numbers of at least 1, whose product is x's number of elements @returns the shape
 * @throws ShapeError where the number of elements differs, or an axis is no whole number of at least 1
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { reshape } from "kobai/ops";
 * using net = sequential([layer("grid", (x) => reshape(x, [x.shape[0], 2, 3]))], { input: [6] });
 * net.predict([[1, 2, 3, 4, 5, 6]]).shape; // [1, 2, 3]
 * ```
 */
export function reshape(x: Value, shape: Shape): Value {
  checkShape("reshape", shape);
  return apply(reshapeOperation, [x], { shape: [...shape] });
}

/** The value whose memory a view shows. */
export function rootOf(value: Value): Value {
  let root = value;
  while (root.node.operation.view) root = root.node.inputs[0]!;
  return root;
}
