import { RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { input, type Shape, type Value } from "../graph/value.ts";
import type { Layer } from "../nn/layers.ts";
import type { Loss } from "../nn/losses.ts";
import type { Engine } from "../runtime/engine.ts";
import type { DTypeName } from "../tensor.ts";
import type { Parameters } from "./parameters.ts";

/** A layer under its name in a network: "dense1". */
export interface NamedLayer {
  readonly layer: Layer;
  readonly name: string;
}

/** What a network is made of, behind its public face: all that its programs are composed from. */
export interface Core {
  readonly engine: Engine;
  readonly owner: string;
  readonly dtype: DTypeName;
  /** one sample's shape */
  readonly inputShape: Shape;
  readonly parameters: Parameters;
  /** @param each told of every layer and what comes out of it */
  forward(x: Value, each?: (layer: NamedLayer, output: Value) => void): Value;
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

export function build({ forward, inputShape, dtype }: Core, batch: number): Built {
  const x = input("x", [batch, ...inputShape], dtype);
  return { x, output: forward(x) };
}

export interface BuiltLoss extends Built {
  readonly t: Value;
  readonly loss: Value;
}

export function buildLoss(core: Core, batch: number, loss: Loss, target: TargetType): BuiltLoss {
  const built = build(core, batch);
  const t = input("t", [batch, ...target.shape], target.dtype);
  return { ...built, t, loss: loss.forward(built.output, t) };
}

/** Sets the step that a RunField block counts from. */
export function setStep({ heap }: Engine, state: number, step: number): void {
  const words = heap.view("int32", state, RUN_BYTES / 4);
  words[RunField.step] = step;
  words[RunField.firstStep] = step;
}
