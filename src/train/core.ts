import { RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { ShapeError } from "../errors.ts";
import { checkValue, input, type Shape, type Value } from "../graph/value.ts";
import type { Loss } from "../nn/losses.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Resources } from "../runtime/resources.ts";
import { type DTypeName, formatShape, sameShape } from "../tensor.ts";
import { checkDtype, type Mode, type NamedLayer, Pass } from "./pass.ts";
import type { Variables } from "./variables.ts";

/** What a network is made of, behind its public face: all that its programs are composed from. */
export interface Core {
  readonly engine: Engine;
  readonly owner: string;
  readonly dtype: DTypeName;
  /** one sample's shape */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: Variables;
  readonly state: Variables;
  /** what it is a sequence of, where it is one */
  readonly layers?: readonly NamedLayer[];
  forward(x: Value, pass: Pass): Value;
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
  /** what state becomes: of training only */
  readonly next: readonly Value[];
}

export const inference: Mode = { training: false };
export const training: Mode = { training: true };

/** @throws ShapeError where the output is not of the shape that it has for one sample, in a batch */
export function build(core: Core, batch: number, mode: Mode): Built {
  const { forward, inputShape, outputShape, dtype } = core;
  const x = input("x", [batch, ...inputShape], dtype);
  const pass = new Pass(core, mode);
  const output = forward(x, pass);
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
  return { x, output, next: pass.next };
}

/** The same with its targets. */
export interface BuiltTargets extends Built {
  readonly t: Value;
}

export interface BuiltLoss extends BuiltTargets {
  readonly loss: Value;
}

export function buildTargets(core: Core, batch: number, target: TargetType, mode: Mode): BuiltTargets {
  return { ...build(core, batch, mode), t: input("t", [batch, ...target.shape], target.dtype) };
}

export function buildLoss(core: Core, batch: number, loss: Loss, target: TargetType, mode: Mode): BuiltLoss {
  const built = buildTargets(core, batch, target, mode);
  return { ...built, loss: lossOf(loss, built.output, built.t) };
}

/** What a loss, perhaps a user's own, makes. @throws OptionError where it is no symbolic value @throws ShapeError where it is no scalar */
export function lossOf(loss: Pick<Loss, "name" | "forward">, output: Value, target: Value): Value {
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

/** Gives a network's parameters and its state their memory. */
export function allocate({ parameters, state, owner }: Core, resources: Resources): void {
  parameters.allocate(`${owner}: parameters and gradients`);
  resources.add(parameters);
  state.allocate(`${owner}: state`);
  resources.add(state);
}
