import type { OptimizerDescription } from "kobai/worker";
import { NumberField, Select } from "../../shared/fields.tsx";
import { lazy } from "../../shared/lazy.tsx";
import { type Course, courseOf, newRate, rateOf, withRate } from "./rates.ts";
import type { TrainText } from "./text.ts";

const ScheduleFields = lazy(() => import("./schedule-fields.tsx"));

const decayOf = ({ with: others = [] }: OptimizerDescription) =>
  (others.find(({ kind }) => kind === "weightDecay")?.rate as number | undefined) ?? 0;

interface Props {
  readonly t: TrainText;
  readonly kinds: readonly OptimizerDescription["kind"][];
  readonly courses: readonly Course[];
  readonly value: OptimizerDescription;
  /** that a schedule takes, to end with what is trained next */
  readonly steps: () => number;
  readonly onChange: (optimizer: OptimizerDescription) => void;
}

/** Which optimizer, with which rate, and what it does besides. */
export function OptimizerFields({ t, kinds, courses, value, steps, onChange }: Props) {
  const { kind, lr = 0.01 } = value;
  const decay = decayOf(value);
  /** What an address has besides is gone. */
  const change = (next: { kind?: typeof kind; lr?: typeof lr; decay?: number }) => {
    const all = { kind, lr, decay, ...next };
    onChange({
      kind: all.kind,
      lr: all.lr,
      ...(all.decay > 0 && { with: [{ kind: "weightDecay", rate: all.decay }] as const }),
    });
  };
  return (
    <>
      <Select
        label={t.optimizer}
        value={kind}
        options={named(kinds)}
        onChange={(next) => change({ kind: next })}
      />
      <NumberField
        label={t.rate}
        value={rateOf(value)}
        min={1e-6}
        max={100}
        onChange={(next) => change({ lr: withRate(lr, next) })}
      />
      <Select
        label={t.course}
        value={courseOf(lr)!}
        options={{ ...named(courses), constant: t.constant }}
        onChange={(next) => change({ lr: newRate(next, rateOf(value), steps()) })}
      />
      <NumberField
        label={t.decay}
        value={decay}
        min={0}
        max={1}
        onChange={(next) => change({ decay: next })}
      />
      {typeof lr === "object" && <ScheduleFields value={lr} onChange={(next) => change({ lr: next })} />}
    </>
  );
}

const named = <K extends string>(kinds: readonly K[]) =>
  Object.fromEntries(kinds.map((each) => [each, each])) as Record<K, K>;
