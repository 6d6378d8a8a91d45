import { RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { ShapeError } from "../errors.ts";
import { add, scale } from "../graph/ops/elementwise.ts";
import { checkValue, input, type Shape, type Value } from "../graph/value.ts";
import type { Layer } from "../nn/layers/layer.ts";
import type { Loss } from "../nn/losses.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Resources } from "../runtime/resources.ts";
import { type DTypeName, formatShape, sameShape } from "../tensor.ts";
import type { Face, Objective } from "./face.ts";
import { checkDtype, type Mode, Pass } from "./pass.ts";
import type { Variables } from "./variables.ts";

/** An input or an output. */
export interface Port {
  readonly name: string;
  /** one sample's */
  readonly shape: Shape;
}

/** What a network is made of, behind its public face: all that its programs are composed from. */
export interface Core {
  readonly engine: Engine;
  readonly owner: string;
  /** how messages name what made it */
  readonly call: string;
  readonly dtype: DTypeName;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly face: Face;
  readonly parameters: Variables;
  readonly state: Variables;
  /** what it is a sequence of, where it is one */
  readonly layers?: readonly Layer[];
  forward(xs: readonly Value[], pass: Pass): readonly Value[];
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
  readonly xs: readonly Value[];
  readonly outputs: readonly Value[];
  /** what state becomes: of training only */
  readonly next: readonly Value[];
}

export const inference: Mode = { training: false };
export const training: Mode = { training: true };

/** @throws ShapeError where an output is not of the shape that it has for one sample, in a batch */
export function build(core: Core, batch: number, mode: Mode): Built {
  const xs = core.inputs.map(({ name, shape }) => input(name, [batch, ...shape], core.dtype));
  const pass = new Pass(core.call, core, mode);
  const outputs = core.forward(xs, pass);
  for (const [i, { name, shape }] of core.outputs.entries()) {
    const output = outputs[i]!;
    const expected = [batch, ...shape];
    if (sameShape(output.shape, expected)) continue;
    throw new ShapeError(
      "network",
      `the output${core.outputs.length > 1 ? ` ${name}` : ""} is ${formatShape(output.shape)} for a batch of ${batch}, but ` +
        `${formatShape(shape)} for one sample, so it should be ` +
        `${formatShape(expected)}; layers must give every sample an output of its own, whatever the batch`,
      output.shape,
      expected,
    );
  }
  return { xs, outputs, next: pass.next };
}

/** An output with its targets. */
export interface Pair {
  readonly output: Value;
  readonly t: Value;
}

/** The same with the targets of its outputs, those that have a loss. */
export interface BuiltTargets extends Built {
  readonly pairs: readonly Pair[];
}

export interface BuiltLoss extends BuiltTargets {
  /** the losses of the outputs, and the whole */
  readonly losses: readonly Value[];
  readonly loss: Value;
}

/** @param targets what they are, one for each term of the objective */
export function buildTargets(
  core: Core,
  batch: number,
  objective: Objective,
  targets: readonly TargetType[],
  mode: Mode,
): BuiltTargets {
  const built = build(core, batch, mode);
  const pairs = objective.map(({ output, label }, i) => {
    const { shape, dtype } = targets[i]!;
    return { output: built.outputs[output]!, t: input(label, [batch, ...shape], dtype) };
  });
  return { ...built, pairs };
}

/** The same with the loss: of several the sum, each times its weight, in their order. */
export function buildLoss(...of: Parameters<typeof buildTargets>): BuiltLoss {
  const built = buildTargets(...of);
  const losses = of[2].map(({ loss }, i) => lossOf(loss, built.pairs[i]!.output, built.pairs[i]!.t));
  return { ...built, losses, loss: totalOf(of[2], losses) };
}

/** The sum of an objective's losses, each times its weight. */
export function totalOf(objective: Objective, losses: readonly Value[]): Value {
  return objective
    .map(({ weight }, i) => (weight === 1 ? losses[i]! : scale(losses[i]!, weight)))
    .reduce((total, term) => add(total, term));
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
