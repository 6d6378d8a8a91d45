import { ShapeError } from "../errors.ts";
import { add } from "../graph/ops/elementwise.ts";
import { matmul } from "../graph/ops/matmul.ts";
import { reshape } from "../graph/ops/reshape.ts";
import type { Value } from "../graph/value.ts";
import { size } from "../tensor.ts";

/**
 * x·w + b along x's last axis, whatever axes lead.
 *
 * @param x […, inputs] @param w [inputs, outputs], or [inputs] for a single output @param b [outputs], or a scalar
 * @returns […, outputs], or […] for a single output
 * @throws ShapeError where the sizes do not fit
 */
export function affine(x: Value, w: Value, b: Value): Value {
  const inputs = x.shape.at(-1);
  if (inputs === undefined || inputs !== w.shape[0] || w.shape.length > 2) {
    throw new ShapeError(
      "affine",
      `${ShapeError.describe({ x: x.shape, W: w.shape })}; W must be [inputs, outputs] with as many inputs as x's last axis`,
      x.shape,
      w.shape,
    );
  }
  const outputs = w.shape.slice(1);
  const leading = x.shape.slice(0, -1);
  if (b.shape.length > 0 && (b.shape.length > 1 || b.shape[0] !== size(outputs))) {
    throw new ShapeError(
      "affine",
      `${ShapeError.describe({ W: w.shape, b: b.shape })}; b must have one element for each output [${size(outputs)}]`,
      w.shape,
      b.shape,
    );
  }
  const product = matmul(reshape(x, [size(leading), inputs]), reshape(w, [inputs, size(outputs)]));
  return reshape(add(product, b), [...leading, ...outputs]);
}
