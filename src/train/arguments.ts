import { DataError, ShapeError } from "../errors.ts";
import type { Shape } from "../graph/value.ts";
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
import type { Objective } from "./face.ts";
import {
  checkFinite,
  checkTargets,
  formOf,
  formsOf,
  type TargetRule,
  type Targets,
  targetRules,
} from "./targets.ts";

/** A batch for all inputs. */
export interface Inputs {
  /** whether they are one sample without a batch's axis */
  readonly sample: boolean;
  readonly batch: number;
  readonly values: readonly Named[];
}

/** A tensor, and what messages call it. */
export interface Named {
  readonly label: string;
  readonly tensor: Tensor;
}

/**
 * What inputs are multiplied by as they enter: integers, such as bytes, by the scale of the data that the network was fitted with, as in
 * `fit` and `evaluate`; other numbers are taken as they are, since batches drawn by hand are scaled already.
 */
export function scaleOf(dtype: DTypeName, fitted: number): number {
  return dtype === "uint8" || dtype === "int32" ? fitted : 1;
}

/** Inputs as a batch. @throws ShapeError where they are neither a sample nor a batch, or not of as many */
export function toInputs(call: string, x: unknown, { face, inputs, dtype }: Core): Inputs {
  const all = face.inputs(call, x).map((value, i) => {
    const given = value as TensorLike;
    const port = inputs[i]!;
    const label = face.label(port);
    const tensor = toTensor(`${call}: ${label}`, given, { plain: dtype });
    return { label, tensor, ...toInput(call, label, given, tensor, port.shape) };
  });
  const [{ batch, label }] = all as [(typeof all)[0]];
  const other = all.find((each) => each.batch !== batch);
  if (other) {
    throw new ShapeError(
      call,
      `${label} holds ${batch} samples and ${other.label} holds ${other.batch}; each needs one for every sample`,
      ...all.map(({ tensor }) => tensor.shape),
    );
  }
  return { sample: all.every(({ sample }) => sample), batch, values: all };
}

function toInput(
  call: string,
  label: string,
  given: TensorLike,
  { shape, data }: Tensor,
  inputShape: Shape,
): { sample: boolean; batch: number } {
  const perSample = size(inputShape);
  const { length } = data;
  const isView = ArrayBuffer.isView(given);
  const sample = sameShape(shape, inputShape) || (isView && length === perSample);
  const flat = isView && length > 0 && length % perSample === 0;
  if (!sample && !flat && !sameShape(shape.slice(1), inputShape)) {
    throw new ShapeError(
      call,
      `${label} is ${formatShape(shape)}; the network takes one sample ${formatShape(inputShape)} or a batch [n, ${inputShape.join(", ")}]`,
      shape,
      inputShape,
    );
  }
  const batch = length / perSample;
  if (batch === 0) throw new DataError(`${call}: ${label} ${formatShape(shape)} holds no samples`);
  return { sample, batch };
}

/** Inputs that are finite, and how they enter a program: scaled, and rounded as a step's gather does. */
export interface ScaledInputs {
  readonly batch: number;
  /** @param view gives the room for an input, all of whose elements there are so many of */
  place(view: (input: number, length: number) => TypedArray): void;
}

/**
 * @param fitted the scales of the data that the network was fitted with
 * @throws ShapeError where they are neither a sample nor a batch @throws DataError where one is not finite
 */
export function scaledInputs(call: string, x: unknown, core: Core, fitted: readonly number[]): ScaledInputs {
  const { batch, values } = toInputs(call, x, core);
  const scales = values.map(({ tensor }, i) => scaleOf(tensor.dtype, fitted[i]!));
  for (const [i, { label, tensor }] of values.entries()) {
    checkFinite(call, label, tensor, core.dtype, {
      perSample: size(core.inputs[i]!.shape),
      scale: scales[i]!,
    });
  }
  return {
    batch,
    place(viewOf) {
      for (const [input, { tensor }] of values.entries()) {
        const { data } = tensor;
        const view = viewOf(input, data.length);
        view.set(data);
        const scale = scales[input]!;
        const factor = view instanceof Float32Array ? Math.fround(scale) : scale;
        if (factor !== 1) for (let i = 0; i < view.length; i++) view[i] = view[i]! * factor;
      }
    },
  };
}

/** Targets of a batch, one for each term of an objective. @throws as `toTarget` does */
export function toTargets(
  call: string,
  t: unknown,
  batch: number,
  core: Core,
  objective: Objective,
): Targets[] {
  const rules = targetRules(core, objective);
  return core.face
    .targets(call, t, objective)
    .map((value, i) => toTarget(call, value as TensorLike, batch, rules[i]!));
}

/**
 * Targets of a batch; one sample's may lack the batch's axis, and a typed array has whatever shape is needed.
 *
 * @throws ShapeError where there are not as many as the batch needs
 * @throws DataError for labels out of range, numbers that are no distribution, NaN
 */
function toTarget(call: string, t: TensorLike, batch: number, rule: TargetRule): Targets {
  const given = toTensor(`${call}: ${rule.label}`, t, { plain: rule.dtype });
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
      `${rule.label} is ${formatShape(given.shape)} for a batch of ${batch}; it must be ${formsOf(batch, rule)}`,
      given.shape,
    );
  }
  return checkTargets(call, form, given, batch, rule);
}
