import { RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { checkValue, input, type Shape, type Value } from "../graph/value.ts";
import type { Layer } from "../nn/layers/layer.ts";
import type { Loss } from "../nn/losses.ts";
import type { Engine } from "../runtime/engine.ts";
import { type DTypeName, formatShape, sameShape } from "../tensor.ts";
import type { Parameters } from "./parameters.ts";

/** A layer under its name in a network: "dense1". */
export interface NamedLayer {
  readonly layer: Layer;
  readonly name: string;
}

/** Is told of every layer and what comes out of it. */
export type EachLayer = (layer: NamedLayer, output: Value) => void;

/** What a network is made of, behind its public face: all that its programs are composed from. */
export interface Core {
  readonly engine: Engine;
  readonly owner: string;
  readonly dtype: DTypeName;
  /** one sample's shape */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: Parameters;
  forward(x: Value, each?: EachLayer): Value;
  /** The same layers in another dtype, with parameters of their own, declared but not allocated. */
  in(dtype: DTypeName): Core;
}

/** What a target is: class indices, or rows of values. */
export interface TargetType {
  readonly dtype: DTypeName;
  /** one sample's: [] for a class index */
  readonly shape: Shape;
}

/** The symbolic network of one batch size. */
export interface Built {
  readonly x: Value;
  readonly output: Value;
}

/** @throws ShapeError where the output is not of the shape that it has for one sample, in a batch */
export function build(
  { forward, inputShape, outputShape, dtype }: Core,
  batch: number,
  each?: EachLayer,
): Built {
  const x = input("x", [batch, ...inputShape], dtype);
  const output = forward(x, each);
  const expected = [batch, ...outputShape];
  if (!sameShape(output.shape, expected)) {
    throw new ShapeError(
      "network",
      `the output is ${formatShape(output.shape)} for a batch of ${batch}, but ${formatShape(outputShape)} for one sample, so it should be ` +
        `${formatShape(expected)}; layers must give every sample an output of its own, whatever the batch`,
      output.shape,
      expected,
    );
  }
  return { x, output };
}

export interface BuiltLoss extends Built {
  readonly t: Value;
  readonly loss: Value;
}

export function buildLoss(core: Core, batch: number, loss: Loss, target: TargetType): BuiltLoss {
  const built = build(core, batch);
  const t = input("t", [batch, ...target.shape], target.dtype);
  return { ...built, t, loss: lossOf(loss, built.output, t) };
}

/** @throws OptionError where what a user's function makes is of another dtype than what it was given */
export function checkDtype(name: string, made: Value, given: Value): void {
  if (made.dtype === given.dtype) return;
  throw new OptionError(
    `${name}: what its function returns is ${made.dtype}, but it was given ${given.dtype}; make constants with constant(v, x.dtype)`,
  );
}

/** What a loss, perhaps a user's own, makes. @throws OptionError where it is no symbolic value @throws ShapeError where it is no scalar */
export function lossOf(loss: Loss, output: Value, target: Value): Value {
  const { name } = loss;
  const value: unknown = loss.forward(output, target);
  checkValue(`${name}: what its function returns`, value);
  checkDtype(name, value, output);
  if (value.shape.length === 0) return value;
  throw new ShapeError(
    name,
    `${ShapeError.describe({ loss: value.shape })}; it must be a scalar: take its sum or mean`,
    value.shape,
  );
}

/** Sets the step that a RunField block counts from. */
export function setStep({ heap }: Engine, state: number, step: number): void {
  const words = heap.view("int32", state, RUN_BYTES / 4);
  words[RunField.step] = step;
  words[RunField.firstStep] = step;
}
