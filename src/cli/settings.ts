// What `kobai train` is told: the settings of a run, and how each option's text becomes a value.

import { InvalidArgumentError, Option } from "commander";
import { MOST_LANES } from "../../assembly/blocks.ts";
import type { Threads } from "../index.ts";

export const activations = ["relu", "sigmoid", "tanh"] as const;
export const dtypes = ["float32", "float64"] as const;

/** How weights start: normal variates of a fixed standard deviation, or of one that follows from the layer's size. */
export type Init = { kind: "normal"; std: number } | { kind: "xavier" } | { kind: "he" };

/** The options as the command line gives them; what is undefined has a default that depends on others. */
export interface TrainOptions {
  hidden: number[];
  activation: (typeof activations)[number];
  init: Init;
  dtype: (typeof dtypes)[number];
  optimizer: OptimizerName;
  lr?: number;
  batch: number;
  iterations?: number;
  epochs?: number;
  shuffle?: boolean;
  seed: number;
  threads: Threads;
  wide: boolean | "auto";
  data?: string;
  out?: string;
  figures?: boolean;
  checkpointEvery?: number;
  resume?: string;
}

/** The run of the book's chapter 5 is the default: SGD at 0.1 for 10,000 iterations; the other rates are the optimizers' own. */
export const defaultRates = {
  sgd: 0.1,
  momentum: 0.01,
  nesterov: 0.01,
  adagrad: 0.01,
  rmsprop: 0.01,
  adadelta: 1,
  adam: 0.001,
  amsgrad: 0.001,
  adamw: 0.001,
  nadam: 0.002,
  radam: 0.001,
  adamax: 0.002,
  lion: 0.0001,
};
export type OptimizerName = keyof typeof defaultRates;
export const optimizers = Object.keys(defaultRates) as OptimizerName[];
export const DEFAULT_ITERATIONS = 10_000;

/** A parser of whole numbers in a range. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
  };
}

export function threadCount(text: string): Threads {
  if (text === "auto") return text;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= MOST_LANES) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_LANES}, or auto.`);
}

/** `--wide [auto]`, as `init` takes it. */
export function wideOption(): Option {
  const what =
    "256-bit vectors where Node and the processor have them, else fail (auto: go on without); the results do not depend on it";
  return new Option("--wide [auto]", what).choices(["auto"]).default(false, "off");
}

export function hiddenSizes(text: string): number[] {
  const sizes = text.split(",").map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (sizes.every((size) => size >= 1 && size <= 1_000_000)) return sizes;
  throw new InvalidArgumentError("It must be layer sizes from 1 to 1000000, such as 50 or 512,256.");
}

export function learningRate(text: string): number {
  const value = decimal(text);
  if (value > 0) return value;
  throw new InvalidArgumentError("It must be a number above 0.");
}

export function initialization(text: string): Init {
  if (text === "xavier" || text === "he") return { kind: text };
  const [kind, std = "", ...rest] = text.split(":");
  const value = decimal(std);
  if (kind === "normal" && rest.length === 0 && value >= 0) return { kind, std: value };
  throw new InvalidArgumentError("It must be normal:STD (such as normal:0.01), xavier or he.");
}

export function formatInit(init: Init): string {
  return init.kind === "normal" ? `normal:${init.std}` : init.kind;
}

/** NaN for anything but a finite decimal number. */
function decimal(text: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
