import { useMemo, useState } from "preact/hooks";
import { useChoice } from "../../shared/address.ts";
import type { Series } from "../../shared/chart.tsx";
import { lazy } from "../../shared/lazy.tsx";
import { rateOf } from "./optimizer-fields.tsx";
import type { Setting } from "./spec.ts";
import type { TrainText } from "./text.ts";
import type { Trainer } from "./trainer.ts";

const Chart = lazy(async () => ({ default: (await import("../../shared/chart.tsx")).Chart }));

interface Props {
  readonly t: TrainText;
  readonly trainer: Trainer | undefined;
  readonly setting: Setting;
  /** of the weights: another when a run has ended */
  readonly hash: string | undefined;
}

/** At most so many points of a curve. */
const POINTS = 400;

interface Kept {
  readonly name: string;
  readonly loss: { readonly x: number[]; readonly y: number[] };
  readonly accuracy: { readonly x: number[]; readonly y: number[] };
}

/** A setting in a word. */
const nameOf = ({ optimizer, batchSize }: Setting) =>
  `${optimizer.kind} ${rateOf(optimizer).rate}, ${batchSize}`;

function accuracyOf({ measured }: Trainer) {
  const each = Math.ceil(measured.length / POINTS);
  const shown = measured.filter((_, i) => i % each === 0 || i === measured.length - 1);
  return { x: shown.map(({ step }) => step), y: shown.map(({ test }) => test) };
}

/** Loss and accuracy by step, of this run and of those that were kept. */
export function Curves({ t, trainer, setting, hash }: Props) {
  const [scale, setScale] = useChoice("scale", ["linear", "log"]);
  const [kept, setKept] = useState<readonly Kept[]>([]);
  const count = trainer?.losses.length ?? 0;
  const lossSeries = useMemo<readonly Series[]>(
    () => [
      { label: t.lossLabel, color: "--series-1", ...(trainer?.losses.curve(POINTS) ?? { x: [], y: [] }) },
      ...kept.map((each, i) => ({
        label: each.name,
        color: `--series-${2 + (i % 3)}`,
        dashed: true,
        ...each.loss,
      })),
    ],
    [t, trainer, count, hash, kept],
  );
  const accuracySeries = useMemo<readonly Series[]>(
    () => [
      { label: t.testAccuracy, color: "--series-1", ...(trainer ? accuracyOf(trainer) : { x: [], y: [] }) },
      ...kept.map((each, i) => ({
        label: each.name,
        color: `--series-${2 + (i % 3)}`,
        dashed: true,
        ...each.accuracy,
      })),
    ],
    [t, trainer, trainer?.measured.length, kept],
  );
  return (
    <section class="card">
      <h2>{t.curves}</h2>
      {count === 0 && kept.length === 0 ? (
        <p class="quiet">{t.noCurves}</p>
      ) : (
        <>
          <Chart
            label={t.lossLabel}
            xLabel={t.stepLabel}
            series={lossSeries}
            isLogarithmic={scale === "log"}
          />
          <label class="row">
            <input
              type="checkbox"
              checked={scale === "log"}
              onChange={({ currentTarget: { checked } }) => setScale(checked ? "log" : "linear")}
            />
            {t.logarithmic}
          </label>
          <Chart
            label={t.testAccuracy}
            xLabel={t.stepLabel}
            series={accuracySeries}
            range={[0, 1]}
            height={160}
          />
        </>
      )}
      <div class="row">
        <button
          type="button"
          disabled={count === 0}
          onClick={() =>
            trainer &&
            setKept([
              ...kept,
              {
                name: `${t.run(kept.length + 1)}: ${nameOf(setting)}`,
                loss: trainer.losses.curve(POINTS),
                accuracy: accuracyOf(trainer),
              },
            ])
          }
        >
          {t.keep}
        </button>
        {kept.length > 0 && (
          <button type="button" onClick={() => setKept([])}>
            {t.forget}
          </button>
        )}
      </div>
    </section>
  );
}
