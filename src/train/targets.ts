// What targets must be to a network and a loss: checked and brought into one form for every call and every data set.

import { DataError, OptionError, ShapeError } from "../errors.ts";
import type { Shape, Value } from "../graph/value.ts";
import { endsWith, type Loss } from "../nn/losses.ts";
import { type DTypeName, formatShape, sameShape, size, type Tensor } from "../tensor.ts";
import type { Core, TargetType } from "./core.ts";
import type { Objective } from "./face.ts";

/** Targets as programs take them. */
export interface Targets {
  readonly type: TargetType;
  /** [n] class indices, or [n, …output] */
  readonly values: Tensor;
}

/** What a loss's targets must be to a network. */
export interface TargetRule {
  /** how messages name them */
  readonly label: string;
  readonly kind: Loss["targets"];
  /** the loss's name */
  readonly loss: string;
  /** one sample's output */
  readonly outputShape: Shape;
  /** what the network computes in */
  readonly dtype: DTypeName;
}

/**
 * @throws ShapeError where the loss takes classes and the output is not one number for each
 * @throws OptionError where there is but one class, of which nothing can be learned
 */
export function targetRule(
  { targets: kind, name: loss }: Pick<Loss, "name" | "targets">,
  { outputShape, dtype, label = "t" }: { outputShape: Shape; dtype: DTypeName; label?: string },
): TargetRule {
  if (kind === "classes" && outputShape.length !== 1) {
    throw new ShapeError(
      loss,
      `class labels need an output of [batch, classes]; the network's is ${formatBatch(outputShape)}`,
      outputShape,
    );
  }
  if (kind === "classes" && outputShape[0] === 1) {
    throw new OptionError(
      `${loss}: the softmax of one output is always 1: use binaryCrossEntropy() for yes or no, meanSquaredError() for a value`,
    );
  }
  return { label, kind, loss, outputShape, dtype };
}

/** What the targets of an objective must be. @throws as `targetRule` does */
export function targetRules({ outputs, dtype }: Core, objective: Objective): TargetRule[] {
  return objective.map(({ output, loss, label }) =>
    targetRule(loss, { outputShape: outputs[output]!.shape, dtype, label }),
  );
}

function formatBatch(sample: Shape): string {
  return `[${["batch", ...sample].join(", ")}]`;
}

/** Which of the forms that a loss takes a shape has: a label for each of n samples, a row for each, or neither. */
export function formOf(
  shape: Shape,
  n: number,
  { kind, outputShape }: TargetRule,
): "labels" | "rows" | undefined {
  const oneEach = sameShape(shape, [n]);
  if (kind === "classes" && oneEach) return "labels";
  return sameShape(shape, [n, ...outputShape]) || (oneEach && size(outputShape) === 1) ? "rows" : undefined;
}

/** The shapes of these forms, for messages. */
export function formsOf(n: number, { kind, outputShape }: TargetRule): string {
  const rows = formatShape([n, ...outputShape]);
  if (kind === "classes") return `labels [${n}] or rows ${rows}`;
  return size(outputShape) === 1 ? `numbers [${n}] or rows ${rows}` : rows;
}

/**
 * Targets of `n` samples in one of these forms, checked.
 *
 * @param call how messages name the caller
 * @throws DataError for labels out of range, numbers that are no distribution, NaN
 */
export function checkTargets(
  call: string,
  form: "labels" | "rows",
  t: Tensor,
  n: number,
  rule: TargetRule,
): Targets {
  const { kind, outputShape, dtype } = rule;
  if (form === "labels") {
    checkLabels(call, t, rule);
    const isInteger = t.dtype === "uint8" || t.dtype === "int32";
    const labels = isInteger ? t : ({ dtype: "int32", data: Int32Array.from(t.data) } as const);
    return { type: { dtype: "int32", shape: [] }, values: { ...labels, shape: [n] } };
  }
  const values = { ...t, shape: [n, ...outputShape] };
  checkFinite(call, rule.label, values, dtype);
  if (kind === "classes") checkDistributions(call, values, rule);
  if (kind === "binary") checkShares(call, values, rule);
  return { type: { dtype, shape: outputShape }, values };
}

/**
 * @param dtype what the elements become: a number too large for it is infinite
 * @param perSample elements of a sample
 * @param scale what they are multiplied by
 * @throws DataError naming the first element that is NaN or infinite
 */
export function checkFinite(
  call: string,
  name: string,
  { dtype: own, data, shape }: Tensor,
  dtype: DTypeName,
  { perSample = size(shape.slice(1)), scale = 1 }: { perSample?: number; scale?: number } = {},
): void {
  const isSingle = dtype === "float32";
  const factor = isSingle ? Math.fround(scale) : scale;
  // No integer times a factor of this size is too large for any type.
  if ((own === "uint8" || own === "int32") && Math.abs(factor) < 2 ** 90) return;
  for (let i = 0; i < data.length; i++) {
    const value = isSingle ? Math.fround(Math.fround(data[i]!) * factor) : data[i]! * factor;
    if (Number.isFinite(value)) continue;
    const what = Number.isFinite(data[i])
      ? `${data[i]}${scale === 1 ? "" : ` times ${scale}`}, which ${dtype} cannot hold,`
      : data[i];
    throw new DataError(
      `${call}: ${name} ${formatShape(shape)} is ${what} at sample ${Math.floor(i / perSample)}, ` +
        `element ${i % perSample}; remove such samples or fill the gaps first`,
    );
  }
}

function checkLabels(call: string, { data }: Tensor, { outputShape, label: of }: TargetRule): void {
  const classes = outputShape[0]!;
  const index = data.findIndex(
    (label: number) => !(Number.isInteger(label) && label >= 0 && label < classes),
  );
  if (index < 0) return;
  throw new DataError(
    `${call}: label ${data[index]} of sample ${index}${of === "t" ? "" : ` in ${of}`} is out of range; the network's output has ${classes} classes, ` +
      `so labels are whole numbers from 0 to ${classes - 1}`,
  );
}

/** How far the sum of a distribution may be from 1: what rounding and a few decimals leave. */
const TOLERANCE = 1e-2;

function checkDistributions(call: string, { data, shape }: Tensor, { loss, label }: TargetRule): void {
  const classes = shape[1]!;
  for (let at = 0; at < data.length; at += classes) {
    let sum = 0;
    let least = 0;
    for (let j = at; j < at + classes; j++) {
      sum += data[j]!;
      if (data[j]! < least) least = data[j]!;
    }
    if (least === 0 && Math.abs(sum - 1) <= TOLERANCE) continue;
    throw new DataError(
      `${call}: row ${at / classes} of ${label} is no distribution over ${classes} classes: ${least < 0 ? `it has ${least}` : `it adds up to ${sum}`}; ` +
        `${loss} takes labels or rows of at least 0 that add up to 1. For values to learn give { loss: meanSquaredError() }`,
    );
  }
}

function checkShares(call: string, { data }: Tensor, { loss, label }: TargetRule): void {
  const index = data.findIndex((share: number) => !(share >= 0 && share <= 1));
  if (index < 0) return;
  throw new DataError(
    `${call}: element ${index} of ${label} is ${data[index]}; ${loss} takes numbers from 0 to 1 (scale is of x)`,
  );
}

/** What an output of a binary loss's network is compared with: ½ for a probability, 0 for a score. */
export function thresholdOf(output: Value): number {
  return endsWith("sigmoid", output) ? 0.5 : 0;
}
