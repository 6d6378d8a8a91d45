// Learning rates, and how they change with the steps.

import type { OptimizerDescription, ScheduleDescription } from "kobai/worker";

export type Rate = number | ScheduleDescription;

/** How a rate changes. Not by evaluations, as `plateau` does: there are some wherever one pauses, of which a run's log says nothing. */
export type Course = "constant" | Exclude<ScheduleDescription["kind"], "plateau">;

/** Steps that come before a schedule, and that itself: a rate alone may have such steps, too. */
export function withoutWarmUp(lr: Rate): { readonly steps: number; readonly rate: Rate } {
  const isWarm = typeof lr === "object" && lr.kind === "warmUp";
  return isWarm ? { steps: lr.steps as number, rate: lr.to as Rate } : { steps: 0, rate: lr };
}

/** Undefined where an address has one that cannot be chosen. */
export function courseOf(lr: Rate): Course | undefined {
  const { steps, rate } = withoutWarmUp(lr);
  if (typeof rate !== "object") return steps > 0 ? "warmUp" : "constant";
  return rate.kind === "plateau" ? undefined : rate.kind;
}

/** The rate at first, or at its highest; of what stands in an address anything. */
export function rateOf({ lr = 0.01 }: OptimizerDescription): number {
  const { rate } = withoutWarmUp(lr);
  return (typeof rate === "object" ? (rate?.from ?? rate?.max) : rate) as number;
}

/** The same course from another rate. */
export function withRate(lr: Rate, rate: number): Rate {
  if (typeof lr === "number") return rate;
  if (lr.kind === "warmUp") return { ...lr, to: withRate(lr.to as Rate, rate) };
  return { ...lr, [lr.kind === "oneCycle" ? "max" : "from"]: rate };
}

/** A rate that changes over so many steps. */
export function newRate(course: Course, rate: number, steps: number): Rate {
  const share = (parts: number) => Math.max(1, Math.round(steps / parts));
  const options = {
    cosine: { from: rate, steps },
    polynomial: { from: rate, steps },
    exponential: { from: rate, gamma: 0.5, every: share(4) },
    stepDecay: { from: rate, gamma: 0.1, every: share(3) },
    oneCycle: { max: rate, steps: Math.max(2, steps) },
    warmUp: { steps: share(10), to: rate },
  };
  return course === "constant" ? rate : { kind: course, ...options[course] };
}
