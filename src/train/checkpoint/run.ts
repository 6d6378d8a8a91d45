// What a checkpoint says of the run that it was written in, and whether a fit that goes on is the same run.

import { COEFFICIENTS } from "../../../assembly/isa/optimizer.ts";
import { isObject } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import type { Optimizer } from "../../nn/optimizers/optimizer.ts";
import type { Rate } from "../../nn/rate.ts";
import type { Core } from "../core.ts";
import type { Run, TrainingState, WrittenRun } from "../training-state.ts";

/** A run as plain JSON: its options by name, and the network's steps when it began. */
export interface RunAbout {
  readonly start: number;
  readonly [option: string]: unknown;
}

/** @param core of the network that is trained */
export function aboutRun({ outputs }: Core, run: Run | WrittenRun): RunAbout {
  if ("written" in run) return run.written;
  const {
    start,
    batchSize,
    sampling,
    by,
    every,
    objective,
    seed,
    samples,
    targets,
    scales,
    optimizer,
    weights,
  } = run;
  const byOutput = (of: readonly unknown[]) =>
    outputs.length === 1
      ? of[0]
      : Object.fromEntries(objective.map(({ output }, term) => [outputs[output]!.name, of[term]]));
  const about = {
    start,
    optimizer: aboutOptimizer(optimizer),
    loss: byOutput(objective.map(({ loss: { name }, weight }) => (weight === 1 ? name : { name, weight }))),
    batchSize,
    sampling,
    seed,
    gradient: by === "backprop" ? by : "numerical",
    ...(by !== "backprop" && by),
    // Where the rate follows evaluations, it matters when they are.
    ...(typeof optimizer.lr === "function" && optimizer.lr.next && { evaluate: { every } }),
    ...(weights.length > 0 && { weights: byOutput(weights) }),
    "digest of the samples": samples,
    "digest of the targets": targets,
    scales,
  };
  return JSON.parse(JSON.stringify(about));
}

function aboutOptimizer(optimizer: Optimizer): object {
  const { name, lr, with: extras = [] } = optimizer;
  return {
    name,
    lr: aboutRate(lr),
    coefficients: coefficientsOf(optimizer),
    with: extras.map(({ description }) => description),
  };
}

/** Of a function of one's own there is its name. */
function aboutRate(lr: Rate): unknown {
  return typeof lr === "function" ? (lr.description ?? { kind: "own", name: lr.name }) : lr;
}

/**
 * What an optimizer computes with besides its rate, such as Adam's betas, as it shows in the coefficients of the second update at the rate 1; none
 * where a user's own gives none.
 */
function coefficientsOf(optimizer: Optimizer): readonly number[] {
  const table = new Float64Array(COEFFICIENTS);
  try {
    optimizer.coefficients(2, 1, table, 0);
  } catch {
    return [];
  }
  return [...table];
}

/**
 * Makes sure that a fit with `from` is the run that was cut.
 *
 * @throws OptionError naming the first thing that is another
 */
export function checkResumed(core: Core, { run, step }: TrainingState, from: number, now: Run): void {
  if (!run) return;
  const before = aboutRun(core, run);
  const done = step - before.start;
  if (from !== done) {
    throw new OptionError(`fit: from is ${from}, but this run has done ${done} steps: give from: ${done}`);
  }
  const difference = differenceOf({ ...before, start: 0 }, { ...aboutRun(core, now), start: 0 });
  if (difference === undefined) return;
  throw new OptionError(
    `fit: from goes on with a run, to its bits, and ${difference}: give it as it was, or leave from out to train on with other options`,
  );
}

/** The first thing that is another, in words. */
function differenceOf(before: unknown, now: unknown, path = ""): string | undefined {
  if (isObject(before) && isObject(now)) {
    for (const name of Object.keys({ ...before, ...now })) {
      const found = differenceOf(before[name], now[name], path ? `${path}.${name}` : name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const [was, is] = [before, now].map((value) => JSON.stringify(value) ?? "none") as [string, string];
  return was === is ? undefined : `it had ${path} ${was.slice(0, 150)}, now ${is.slice(0, 150)}`;
}
