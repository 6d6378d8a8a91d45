// What an optimizer is, and what a fit asks of one: where nothing else is wished for, one instruction over all parameters.

import type { Op } from "../../../assembly/isa/index.ts";
import { Coefficient, UpdateArg } from "../../../assembly/isa/optimizer.ts";
import { atLeastZero, check, having, name, property, type Rule, show } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import type { Composer } from "../../runtime/composer.ts";
import { instruction } from "../../runtime/instructions.ts";
import type { DTypeName } from "../../tensor.ts";
import { type Rate, rateAt, rateRule, type ScheduleState } from "../rate.ts";

/** Where an optimizer of kobai's has what checks its numbers, once the dtype is known: no object of a user's does. */
export const checkNumbers = /* @__PURE__ */ Symbol();

/** How parameters follow their gradients. */
export interface Optimizer {
  readonly name: string;
  /** The learning rate: a number, or a schedule. A change takes effect with the next steps. */
  lr: Rate;
  /** The instruction of one update: that of one of kobai's optimizers. */
  readonly rule: UpdateRule;
  /** @internal */
  readonly [checkNumbers]?: (call: string, dtype: DTypeName) => void;
  /** What else is done with gradients and weights, such as `[weightDecay(1e-4), clipByGlobalNorm(1)]`. */
  readonly with?: readonly Extra[];
  /**
   * Writes the instruction's coefficients (assembly/optimizer/) for update `t`, counted from 1, with the learning rate `lr`, into `table` from
   * `at` on: at every step of a training, so it must leave no garbage.
   */
  coefficients(t: number, lr: number, table: Float64Array, at: number): void;
}

/** The instruction of an update, which is one of a few. */
export class UpdateRule {
  readonly op: Op;
  /** the tensors of state that it keeps for each parameter, by name */
  readonly slots: readonly string[];
  /** what it costs for each parameter */
  readonly nanoseconds: number;

  /** @internal */
  constructor(op: Op, slots: readonly string[], nanoseconds: number) {
    this.op = op;
    this.slots = slots;
    this.nanoseconds = nanoseconds;
  }
}

/** Something that is done besides the optimizer's rule: see `weightDecay`, `clipByGlobalNorm`, `movingAverage`, `group`. */
export interface Extra {
  /** what it was made of, as plain JSON */
  readonly description: { readonly kind: string; readonly [option: string]: unknown };
  /** @internal The update of an optimizer with all its extras. */
  readonly update: (
    call: string,
    optimizer: Optimizer,
    parameters: readonly Placed[],
    dtype: DTypeName,
  ) => Update;
}

/** A parameter in its region, and in every region like it. */
export interface Placed {
  readonly name: string;
  /** in bytes */
  readonly offset: number;
  /** elements, without what pads them to whole vectors */
  readonly n: number;
}

/** The updates of one network's parameters by one optimizer. */
export interface Update {
  readonly optimizer: Optimizer;
  /** regions of state, each laid out as the parameters are, by name */
  readonly regions: readonly string[];
  /** how many rows of coefficients every step has: one for each group of parameters */
  readonly rows: number;
  /** how many steps an update takes; default 1 */
  readonly every?: number;
  /** whether a parameter is trained; default: all are */
  readonly trains?: (name: string) => boolean;
  /** Writes the update's instructions. */
  compose(composer: Composer, site: UpdateSite): void;
  /** Writes the rows for the step after `done` of them into `rows` from `at` on. */
  coefficients(done: number, state: ScheduleState | undefined, rows: Float64Array, at: number): void;
}

/** What an update reads and writes. */
export interface UpdateSite {
  readonly dtype: DTypeName;
  /** bytes of a region */
  readonly bytes: number;
  /** those of all parameters, the regions of state one behind the other */
  readonly operands: Readonly<Record<UpdateArg, number>>;
}

/** @throws OptionError where something, perhaps a user's own, is no optimizer */
export function checkOptimizer(call: string, optimizer: Optimizer): void {
  check(call, "optimizer", optimizer, having("coefficients", "an optimizer, such as sgd({ lr: 0.1 })"));
  check(call, "optimizer.name", optimizer.name, name);
  check(call, "optimizer.lr", optimizer.lr, rateRule);
  const { rule } = optimizer;
  if (!(rule instanceof UpdateRule)) {
    throw new OptionError(
      `${call}: optimizer.rule must be that of one of kobai's optimizers, such as sgd().rule; got ${show(rule)}`,
    );
  }
  check(call, "optimizer.with", optimizer.with ?? [], extrasRule);
}

/**
 * What updates parameters.
 *
 * @param optimizer that was checked
 * @param dtype of the parameters
 * @throws OptionError where its numbers do not fit the dtype, its extras each other or the parameters
 */
export function updateOf(
  call: string,
  optimizer: Optimizer,
  parameters: readonly Placed[],
  dtype: DTypeName,
): Update {
  optimizer[checkNumbers]?.(call, dtype);
  const { rule } = optimizer;
  const extras = optimizer.with ?? [];
  if (extras.length > 0) return extras[0]!.update(call, optimizer, parameters, dtype);
  return {
    optimizer,
    regions: rule.slots,
    rows: 1,
    compose(composer, { dtype, operands }) {
      composer.push(
        instruction<UpdateArg>(rule.op, dtype, operands, rule.nanoseconds * operands[UpdateArg.n]),
      );
    },
    coefficients: (done, state, rows, at) => writeCoefficients(call, optimizer, done, 1, state, rows, at),
  };
}

/**
 * Writes the coefficients of the update after `updates` of them; the learning rate.
 *
 * @throws OptionError where that is none, as it may be by then
 */
export function writeCoefficients(
  call: string,
  optimizer: Optimizer,
  updates: number,
  multiplier: number,
  state: ScheduleState | undefined,
  rows: Float64Array,
  at: number,
): number {
  const lr = check(call, "optimizer.lr", rateAt(optimizer.lr, updates, state), atLeastZero) * multiplier;
  rows[at + Coefficient.scale] = 1;
  rows[at + Coefficient.keep] = 1;
  const made: unknown = optimizer.coefficients(updates + 1, lr, rows, at);
  if (made !== undefined) checkSynchronous(call, optimizer, made);
  return lr;
}

/** What optimizers take besides their rate. */
export const extrasRule: Rule = [
  (value) =>
    Array.isArray(value) && Array.from(value).every((each) => typeof property(each, "update") === "function"),
  "a list such as [weightDecay(1e-4)]",
];

/** What writes coefficients after the step has run has written none. */
function checkSynchronous(call: string, { name }: Optimizer, made: unknown): void {
  if (typeof property(made, "then") !== "function") return;
  throw new OptionError(
    `${call}: coefficients of the optimizer ${name} gave a promise; it must write them at once`,
  );
}
