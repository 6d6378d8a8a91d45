import type { OptimizerDescription } from "kobai/worker";
import { NumberField, Select } from "../../shared/fields.tsx";
import type { TrainText } from "./text.ts";

/** How the learning rate changes with the steps. */
export type Course = "constant" | "cosine" | "exponential";

/** The rate at first, and its course. */
export function rateOf({ lr = 0.01 }: OptimizerDescription): {
  readonly rate: number;
  readonly course: Course;
} {
  if (typeof lr === "number") return { rate: lr, course: "constant" };
  return { rate: lr.from as number, course: lr.kind === "exponential" ? "exponential" : "cosine" };
}

const decayOf = ({ with: others = [] }: OptimizerDescription) =>
  (others.find(({ kind }) => kind === "weightDecay")?.rate as number | undefined) ?? 0;

/** @param steps over which a rate falls */
function optimizer(
  kind: OptimizerDescription["kind"],
  rate: number,
  course: Course,
  decay: number,
  steps: number,
): OptimizerDescription {
  const lr = {
    constant: rate,
    cosine: { kind: "cosine", from: rate, steps },
    exponential: { kind: "exponential", from: rate, gamma: 0.5, every: Math.max(1, Math.round(steps / 4)) },
  } as const;
  return {
    kind,
    lr: lr[course],
    ...(decay > 0 && { with: [{ kind: "weightDecay", rate: decay }] as const }),
  };
}

interface Props {
  readonly t: TrainText;
  readonly kinds: readonly OptimizerDescription["kind"][];
  readonly value: OptimizerDescription;
  readonly steps: number;
  readonly onChange: (optimizer: OptimizerDescription) => void;
}

/** Which optimizer, with which rate, and what it does besides. */
export function OptimizerFields({ t, kinds, value, steps, onChange }: Props) {
  const { rate, course } = rateOf(value);
  const decay = decayOf(value);
  const { kind } = value;
  const names = Object.fromEntries(kinds.map((each) => [each, each])) as Record<typeof kind, string>;
  return (
    <>
      <Select
        label={t.optimizer}
        value={kind}
        options={names}
        onChange={(next) => onChange(optimizer(next, rate, course, decay, steps))}
      />
      <NumberField
        label={t.rate}
        value={rate}
        min={1e-6}
        max={100}
        onChange={(next) => onChange(optimizer(kind, next, course, decay, steps))}
      />
      <Select
        label={t.course}
        value={course}
        options={t.courses}
        onChange={(next) => onChange(optimizer(kind, rate, next, decay, steps))}
      />
      <NumberField
        label={t.decay}
        value={decay}
        min={0}
        max={1}
        onChange={(next) => onChange(optimizer(kind, rate, course, next, steps))}
      />
    </>
  );
}
