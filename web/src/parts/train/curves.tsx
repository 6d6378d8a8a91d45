// How loss and accuracy have come: loaded with the first step.

import "./engine-file.ts";
import { useMemo } from "preact/hooks";
import { useChoice } from "../../shared/address.ts";
import { Chart, type Series } from "../../shared/chart.tsx";
import { type Texts, useTexts } from "../../shared/language.ts";
import { lossCurve } from "./loss-curve.ts";
import { courseOf, rateOf } from "./rates.ts";
import type { Setting } from "./spec.ts";
import type { TrainText } from "./text.ts";
import type { Trainer } from "./trainer.ts";

interface Text {
  readonly logarithmic: string;
  readonly keep: string;
  readonly forget: string;
  readonly run: (i: number) => string;
}

const texts: Texts<Text> = {
  en: {
    logarithmic: "logarithmic",
    keep: "Keep this curve to compare",
    forget: "Forget kept curves",
    run: (i) => `kept ${i}`,
  },
  ja: {
    logarithmic: "対数目盛",
    keep: "比較のため曲線を残す",
    forget: "残した曲線を消す",
    run: (i) => `保存 ${i}`,
  },
};

/** At most so many points of a curve. */
const POINTS = 400;

type Curve = Pick<Series, "x" | "y">;

/** The curves of a run that others are compared with. */
export interface Kept {
  readonly name: string;
  readonly loss: Curve;
  readonly accuracy: Curve;
}

interface Props {
  readonly t: TrainText;
  readonly trainer: Trainer | undefined;
  /** of the weights: another one, other curves */
  readonly hash: string | undefined;
  readonly setting: Setting;
  readonly kept: readonly Kept[];
  readonly onKept: (kept: readonly Kept[]) => void;
}

/** A setting in a word. */
const nameOf = ({ optimizer, batchSize }: Setting) => {
  const course = typeof optimizer.lr === "object" ? ` ${courseOf(optimizer.lr)}` : "";
  return `${optimizer.kind} ${rateOf(optimizer)}${course}, ${batchSize}`;
};

function accuracyOf({ measured }: Trainer): Curve {
  const each = Math.ceil(measured.length / POINTS);
  const shown = measured.filter((_, i) => i % each === 0 || i === measured.length - 1);
  return { x: shown.map(({ step }) => step), y: shown.map(({ test }) => test) };
}

export default function Curves({ t, trainer, hash, setting, kept, onKept }: Props) {
  const words = useTexts(texts);
  const [scale, setScale] = useChoice("scale", ["linear", "log"]);
  const count = trainer?.losses.length ?? 0;
  const none = { x: [], y: [] };
  /** A curve, and those that were kept behind it. */
  const series = (label: string, now: Curve, of: "loss" | "accuracy"): readonly Series[] => [
    { label, color: "--series-1", ...now },
    ...kept.map((each, i) => ({
      label: each.name,
      color: `--series-${2 + (i % 3)}`,
      dashed: true,
      ...each[of],
    })),
  ];
  const losses = useMemo(
    () => series(t.lossLabel, trainer ? lossCurve(trainer.losses, POINTS) : none, "loss"),
    [t, trainer, count, hash, kept],
  );
  const accuracies = useMemo(
    () => series(t.testAccuracy, trainer ? accuracyOf(trainer) : none, "accuracy"),
    [t, trainer, trainer?.measured.length, kept],
  );
  return (
    <>
      <Chart label={t.lossLabel} xLabel={t.stepLabel} series={losses} isLogarithmic={scale === "log"} />
      <label class="row">
        <input
          type="checkbox"
          checked={scale === "log"}
          onChange={({ currentTarget: { checked } }) => setScale(checked ? "log" : "linear")}
        />
        {words.logarithmic}
      </label>
      <Chart label={t.testAccuracy} xLabel={t.stepLabel} series={accuracies} range={[0, 1]} height={160} />
      <div class="row">
        <button
          type="button"
          disabled={count === 0}
          onClick={() =>
            trainer &&
            onKept([
              ...kept,
              {
                name: `${words.run(kept.length + 1)}: ${nameOf(setting)}`,
                loss: lossCurve(trainer.losses, POINTS),
                accuracy: accuracyOf(trainer),
              },
            ])
          }
        >
          {words.keep}
        </button>
        {kept.length > 0 && (
          <button type="button" onClick={() => onKept([])}>
            {words.forget}
          </button>
        )}
      </div>
    </>
  );
}
