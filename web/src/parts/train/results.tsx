import { useState } from "preact/hooks";
import { Slider } from "../../shared/fields.tsx";
import { Histogram } from "../../shared/histogram.tsx";
import { lazy } from "../../shared/lazy.tsx";
import type { Kept } from "./curves.tsx";
import { isLarge } from "./data.ts";
import { isOfImages, type LabelledPoint } from "./data-kinds.ts";
import { Files } from "./files.tsx";
import { Legend } from "./marks.tsx";
import { Neurons, Plane } from "./plane.tsx";
import { Problem } from "./problem.tsx";
import type { Setting, Spec } from "./spec.ts";
import type { TrainText } from "./text.ts";
import type { Run } from "./use-run.ts";

const Curves = lazy(() => import("./curves.tsx"));
const Note = lazy(() => import("./note.tsx"));
const OnTheWay = lazy(() => import("./on-the-way.tsx"));
const PointFields = lazy(() => import("./point-fields.tsx"));
const TooManySteps = lazy(() => import("./too-many-steps.tsx"));
const ConfusionCard = lazy(() => import("./confusion-card.tsx"));
const ImageCards = lazy(() => import("./image-cards.tsx"));

interface Props {
  readonly t: TrainText;
  readonly run: Run;
  readonly spec: Spec;
  readonly setting: Setting;
  readonly points: readonly LabelledPoint[];
  /** the class of points that are clicked */
  readonly label: number;
  /** steps of the address that are too many to be trained */
  readonly refused: number | undefined;
  /** of classes that are one's own */
  readonly ownNames: readonly string[];
  readonly onLabel: (label: number) => void;
  readonly onPoints: (points: readonly LabelledPoint[]) => void;
  readonly onTrain: () => void;
  readonly onReset: () => void;
}

/** Classes whose confusion matrix is no wider than the plane. */
const FEW = 4;
export function Results({
  t,
  run,
  spec,
  setting,
  points,
  label,
  refused,
  ownNames,
  onLabel,
  onPoints,
  onTrain,
  onReset,
}: Props) {
  const { trainer, look, hash, isRunning, isSeeking } = run;
  const [kept, setKept] = useState<readonly Kept[]>([]);
  const step = trainer?.step ?? 0;
  const total = Math.max(trainer?.total ?? 0, step);
  const measured = trainer?.measured.findLast((each) => each.step <= step);
  const loss = trainer?.losses.of(step);
  const count = trainer?.losses.length ?? 0;
  const percent = (share: number | undefined) =>
    share === undefined || Number.isNaN(share) ? "–" : `${(100 * share).toFixed(2)} %`;
  const scores = look?.plane && Object.values(look.plane).at(-1);
  const names = Array.from(
    { length: trainer?.data.classes ?? 2 },
    (_, i) => trainer?.data.names?.[i] ?? t.classOf(i),
  );

  const confusion = !isOfImages(spec.data) && trainer && look && step > 0 && (
    <ConfusionCard labels={trainer.data.test.t.data} classes={look.classes} names={names} />
  );

  return (
    <div class="stack">
      <section class="card" aria-label={t.status}>
        <div class="row">
          <button
            type="button"
            class="main"
            disabled={!trainer || (!isRunning && points.length === 0 && spec.data === "points")}
            onClick={() => (isRunning ? run.pause() : onTrain())}
          >
            {isRunning ? t.pause : t.train}
          </button>
          <button
            type="button"
            disabled={!trainer || isRunning}
            onClick={() => run.train(setting, (from) => from + 1, 2, Number.POSITIVE_INFINITY)}
          >
            {t.step}
          </button>
          <button
            type="button"
            disabled={!trainer || isRunning || step === 0}
            onClick={() => run.seek(step - 1)}
          >
            {t.back}
          </button>
          <button type="button" disabled={!trainer} onClick={onReset}>
            {t.reset}
          </button>
        </div>
        <Problem t={t} run={run} of="training" />
        {refused !== undefined && total === 0 && (
          <div role="status">
            <TooManySteps asked={refused} />
          </div>
        )}
        <Slider
          label={t.time}
          value={step}
          min={0}
          max={Math.max(1, total)}
          text={t.of(step, total)}
          onInput={(to) => run.seek(Math.min(to, total))}
        />
        {isSeeking && trainer?.journey && <OnTheWay t={t} {...trainer.journey} onHalt={run.halt} />}
        <dl class="numbers">
          <div>
            <dt>{t.status}</dt>
            <dd aria-live="polite">{isRunning ? t.running : isSeeking ? t.seeking : t.stopped}</dd>
          </div>
          <div>
            <dt>{t.stepLabel}</dt>
            <dd data-step>{step}</dd>
          </div>
          <div>
            <dt>{t.lossLabel}</dt>
            <dd>{loss === undefined ? "–" : loss.toPrecision(5)}</dd>
          </div>
          <div>
            <dt>{t.testAccuracy}</dt>
            <dd data-accuracy={measured?.test}>{percent(measured?.test)}</dd>
          </div>
          {!(trainer && isLarge(trainer.data)) && (
            <div>
              <dt>{t.trainAccuracy}</dt>
              <dd>{percent(measured?.train)}</dd>
            </div>
          )}
          <div>
            <dt>{t.threads}</dt>
            <dd>{trainer?.worker.info.threads ?? "–"}</dd>
          </div>
          <div>
            <dt>{t.hash}</dt>
            <dd class="hash" data-hash>
              {hash ?? "…"}
            </dd>
          </div>
        </dl>
        <div class="quiet" data-hash-help>
          {trainer?.isLoaded ? <Note of="loaded" /> : t.hashHelp}
        </div>
      </section>
      <section class="card">
        <h2>{t.curves}</h2>
        {count === 0 && kept.length === 0 ? (
          <p class="quiet">{t.noCurves}</p>
        ) : (
          <Curves {...{ t, trainer, hash, setting, kept }} onKept={setKept} />
        )}
      </section>
      <div class="cards">
        {!isOfImages(spec.data) && (
          <div class="stack">
            {(spec.data === "points" || trainer?.data.points) && (
              <section class="card">
                <h2>{t.plane}</h2>
                <Plane
                  label={t.planeHelp}
                  keysHelp={t.keysHelp}
                  scores={scores}
                  points={points}
                  onAdd={
                    spec.data === "points"
                      ? (x, y) =>
                          onPoints([
                            ...points,
                            [Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000, label],
                          ])
                      : undefined
                  }
                />
                {spec.data === "points" ? (
                  <PointFields t={t} label={label} onLabel={onLabel} onClear={() => onPoints([])} />
                ) : (
                  <>
                    <Legend names={names} />
                    <p class="quiet">{t.planeHelp}</p>
                  </>
                )}
              </section>
            )}
            {names.length <= FEW && confusion}
          </div>
        )}
        {names.length > FEW && confusion}
        {look?.plane && (
          <section class="card">
            <h2>{t.neurons}</h2>
            <p class="quiet">{t.neuronsHelp}</p>
            <Neurons plane={look.plane} name={t.neuron} />
          </section>
        )}
        {trainer?.data.images && (
          <ImageCards kind={spec.data} trainer={trainer} look={look} ownNames={ownNames} />
        )}
        {look && (
          <section class="card">
            <h2>{t.activations}</h2>
            <p class="quiet">{t.activationsHelp}</p>
            {Object.entries(look.activations).map(([name, { data }]) => (
              <Histogram key={name} name={name} values={data} />
            ))}
            <h3>{t.gradients}</h3>
            {Object.entries(look.gradients).map(([name, { data }]) => (
              <Histogram key={name} name={name} values={data} />
            ))}
          </section>
        )}
        <Files t={t} run={run} spec={spec} />
      </div>
    </div>
  );
}
