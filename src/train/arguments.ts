import { DataError, ShapeError } from "../errors.ts";
import {
  type DTypeName,
  formatShape,
  sameShape,
  size,
  type Tensor,
  type TensorLike,
  type TypedArray,
  toTensor,
} from "../tensor.ts";
import type { Core } from "./core.ts";
import { checkFinite, checkTargets, formOf, formsOf, type TargetRule, type Targets } from "./targets.ts";

export interface Inputs {
  /** whether they are one sample without a batch's axis */
  readonly sample: boolean;
  readonly batch: number;
  readonly values: Tensor;
}

/**
 * What inputs are multiplied by as they enter: integers, such as bytes, by the scale of the data that the network was fitted with, as in
 * `fit` and `evaluate`; other numbers are taken as they are, since batches drawn by hand are scaled already.
 */
export function scaleOf(dtype: DTypeName, fitted: number): number {
  return dtype === "uint8" || dtype === "int32" ? fitted : 1;
}

/** Inputs as a batch. @throws ShapeError where they are neither a sample nor a batch */
export function toInputs(call: string, x: TensorLike, { inputShape, dtype }: Core): Inputs {
  const values = toTensor(`${call}: x`, x, { plain: dtype });
  const perSample = size(inputShape);
  const { shape } = values;
  const { length } = values.data;
  const isView = ArrayBuffer.isView(x);
  const sample = sameShape(shape, inputShape) || (isView && length === perSample);
  const flat = isView && length > 0 && length % perSample === 0;
  if (!sample && !flat && !sameShape(shape.slice(1), inputShape)) {
    throw new ShapeError(
      call,
      `x is ${formatShape(shape)}; the network takes one sample ${formatShape(inputShape)} or a batch [n, ${inputShape.join(", ")}]`,
      shape,
      inputShape,
    );
  }
  const batch = length / perSample;
  if (batch === 0) throw new DataError(`${call}: x ${formatShape(shape)} holds no samples`);
  return { sample, batch, values };
}

/** Inputs that are finite, and how they enter a program: scaled, and rounded as a step's gather does. */
export interface ScaledInputs {
  readonly batch: number;
  /** elements of all of them */
  readonly length: number;
  place(view: TypedArray): void;
}

/**
 * @param fitted the scale of the data that the network was fitted with
 * @throws ShapeError where they are neither a sample nor a batch @throws DataError where one is not finite
 */
export function scaledInputs(call: string, x: TensorLike, core: Core, fitted: number): ScaledInputs {
  const { batch, values } = toInputs(call, x, core);
  const { data, dtype } = values;
  const scale = scaleOf(dtype, fitted);
  checkFinite(call, "x", values, core.dtype, { perSample: size(core.inputShape), scale });
  return {
    batch,
    length: data.length,
    place(view: TypedArray): void {
      view.set(data);
      const factor = view instanceof Float32Array ? Math.fround(scale) : scale;
      if (factor !== 1) for (let i = 0; i < view.length; i++) view[i] = view[i]! * factor;
    },
  };
}

/**
 * Targets of a batch; one sample's may lack the batch's axis, and a typed array has whatever shape is needed.
 *
 * @throws ShapeError where there are not as many as the batch needs
 * @throws DataError for labels out of range, numbers that are no distribution, NaN
 */
export function toTargets(call: string, t: TensorLike, batch: number, rule: TargetRule): Targets {
  const given = toTensor(`${call}: t`, t, { plain: rule.dtype });
  const full = [batch, ...rule.outputShape];
  const isWhole =
    (batch === 1 && sameShape(given.shape, rule.outputShape)) ||
    (ArrayBuffer.isView(t) && given.data.length === size(full));
  const isLabel = batch === 1 && given.data.length === 1 && given.shape.length === 0;
  const shape = isLabel
    ? [1]
    : isWhole && formOf(given.shape, batch, rule) === undefined
      ? full
      : given.shape;
  const form = formOf(shape, batch, rule);
  if (form === undefined) {
    throw new ShapeError(
      call,
      `t is ${formatShape(given.shape)} for a batch of ${batch}; it must be ${formsOf(batch, rule)}`,
      given.shape,
    );
  }
  return checkTargets(call, form, given, batch, rule);
}
