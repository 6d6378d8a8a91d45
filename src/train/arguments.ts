import { DataError, ShapeError } from "../errors.ts";
import type { Shape } from "../graph/value.ts";
import {
  type DTypeName,
  formatShape,
  sameShape,
  size,
  type Tensor,
  type TensorLike,
  toTensor,
} from "../tensor.ts";
import type { Core, TargetType } from "./core.ts";
import { checkFinite, checkLabels } from "./store.ts";

export interface Inputs {
  /** whether they are one sample without a batch's axis */
  readonly sample: boolean;
  readonly batch: number;
  readonly values: Tensor;
}

/** Inputs as a batch. @throws ShapeError where they are neither a sample nor a batch */
export function toInputs(call: string, x: TensorLike, { inputShape, dtype }: Core): Inputs {
  const values = toTensor(`${call}: x`, x, { plain: dtype });
  const perSample = size(inputShape);
  const { shape } = values;
  const isView = ArrayBuffer.isView(x);
  const sample = sameShape(shape, inputShape) || (isView && values.data.length === perSample);
  const flat = isView && values.data.length > 0 && x.length % perSample === 0;
  if (!sample && !flat && !sameShape(shape.slice(1), inputShape)) {
    throw new ShapeError(
      call,
      `x is ${formatShape(shape)}; the network takes one sample ${formatShape(inputShape)} or a batch [n, ${inputShape.join(", ")}]`,
      shape,
      inputShape,
    );
  }
  const batch = values.data.length / perSample;
  if (batch === 0) throw new DataError(`${call}: x ${formatShape(shape)} holds no samples`);
  return { sample, batch, values };
}

export interface Targets {
  readonly type: TargetType;
  readonly values: Tensor;
}

/**
 * Targets of a batch.
 *
 * @param network classes: of its output, where targets are class labels
 * @throws ShapeError where there are not as many as the batch needs @throws DataError for labels out of range, NaN
 */
export function toTargets(
  call: string,
  t: TensorLike,
  network: { batch: number; classes: number | undefined; outputShape: Shape; dtype: DTypeName },
): Targets {
  const { batch, classes, outputShape, dtype } = network;
  const given = toTensor(`${call}: t`, t, { plain: dtype });
  if (classes !== undefined && given.data.length === batch && given.shape.length <= 1) {
    const labels = { ...given, shape: [batch] };
    checkLabels(call, labels, classes);
    return { type: { dtype: "int32", shape: [] }, values: labels };
  }
  const perSample = classes === undefined ? outputShape : [classes];
  const shape = formatShape(given.shape);
  const fits =
    shape === formatShape([batch, ...perSample]) ||
    (batch === 1 && shape === formatShape(perSample)) ||
    (ArrayBuffer.isView(t) && given.data.length === batch * size(perSample));
  if (!fits) {
    throw new ShapeError(
      call,
      `t is ${shape} for a batch of ${batch}; it must be ` +
        `${classes === undefined ? "" : `labels [${batch}] or rows `}[${[batch, ...perSample].join(", ")}]`,
      given.shape,
    );
  }
  checkFinite(call, "t", given, size(perSample));
  return { type: { dtype, shape: perSample }, values: given };
}
