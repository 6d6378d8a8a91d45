// How callers give a network what goes into it, and get what comes out: as one thing, or several by their names.

import { check, finite, having, type Rule } from "../check.ts";
import { checkDataset, type Dataset } from "../data/dataset.ts";
import { crossEntropy, type Loss, lossRule } from "../nn/losses.ts";
import type { Tensor } from "../tensor.ts";
import type { Port } from "./core.ts";
import type { Evaluation } from "./evaluate.ts";
import type { Weights } from "./weights.ts";

/** A loss of one output. */
export interface Term {
  /** which output */
  readonly output: number;
  /** what messages and programs call its targets */
  readonly label: string;
  readonly loss: Loss;
  /** what the loss is multiplied by in the sum of all */
  readonly weight: number;
}

/** What training makes small: the losses of some outputs. */
export type Objective = readonly Term[];

/** A data set taken apart: its tensors are checked, and of as many samples. */
export interface Samples {
  /** samples, 0 where there are none */
  readonly n: number;
  /** by input */
  readonly x: readonly Tensor[];
  readonly scales: readonly number[];
  /** as the caller gave them */
  readonly classNames: unknown;
  /** by term of the objective */
  readonly t: readonly Tensor[];
}

/** @param call how messages name the caller, everywhere */
export interface Face {
  /** How messages name an input. */
  label(input: Port): string;
  /** The option of what made the network that gives an input a shape. */
  option(input: Port, shape: string): string;
  /** One for each input. */
  inputs(call: string, x: unknown): readonly unknown[];
  /** One for each term. */
  targets(call: string, t: unknown, objective: Objective): readonly unknown[];
  /** What a caller is given, of all inputs. */
  byInput<T>(of: readonly T[]): unknown;
  /** The same of all outputs. */
  byOutput<T>(of: readonly T[]): unknown;
  /** The same of an objective's terms. */
  byTerm<T>(of: readonly T[], objective: Objective): unknown;
  /** @param loss as a caller gives it */
  objective(call: string, loss: unknown): Objective;
  /** One for each term, undefined where its samples count alike. @param weights as a caller gives them */
  weights(call: string, weights: unknown, objective: Objective): readonly (Weights | undefined)[];
  /** What it is where a call names no loss, and there was no fit. */
  usual(call: string): Objective;
  samples(call: string, data: unknown, objective: Objective): Samples;
  /** @param scale of all inputs @returns one for each */
  scales(call: string, scale: unknown): readonly number[];
  /** One for each output, undefined where its classes have no names. */
  classNames(call: string, names: unknown): readonly unknown[];
  /** What a caller asks for, one for each term. */
  metrics(option: string, asked: unknown, objective: Objective): readonly unknown[];
  /** What a caller is told: of all terms. */
  evaluation(of: readonly Evaluation[], objective: Objective): unknown;
}

export const weightsRule: Rule = /* @__PURE__ */ having("hold", "weights, such as classWeights([1, 5])");

/** The one that an output by itself has. */
export const termOf = (loss: Loss): Objective => [{ output: 0, label: "t", loss, weight: 1 }];

/** Of a network with one input and one output. */
export const single: Face = {
  label: () => "x",
  option: (_, shape) => `input: ${shape}`,
  inputs: (_, x) => [x],
  targets: (_, t) => [t],
  byInput: ([input]) => input,
  byOutput: ([output]) => output,
  byTerm: ([term]) => term,
  objective: (call, loss) => termOf(check(call, "loss", loss, lossRule) as Loss),
  weights: (call, weights) => [check(call, "weights", weights, weightsRule) as Weights],
  usual: () => termOf(crossEntropy()),
  samples(call, data) {
    const { x, t, n, scale, classNames } = checkDataset(call, data as Dataset);
    return { n, x: [x], t: [t], scales: [scale], classNames };
  },
  scales: (call, scale) => [check(call, "scale", scale, finite) as number],
  classNames: (_, names) => [names],
  metrics: (_, asked) => [asked],
  evaluation: ([evaluation]) => evaluation,
};
