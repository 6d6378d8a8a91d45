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
 * The same elements under another shape; nothing is moved.
 * @throws ShapeError where the number of elements differs, or an axis is no whole number of at least 1
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
