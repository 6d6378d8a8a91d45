// The picture of a training run: how the loss fell, and how the accuracy rose.

import { atLeastZero, check, finite, isObject, isWhole, positive, type Rule, text } from "../check.ts";
import type { Axis } from "./axes.ts";
import { drawChart } from "./chart.ts";
import type { Drawing, Picture } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { arrange } from "./panels.ts";
import { legendOf, type Points, seriesMarks } from "./series.ts";
import { seriesColor } from "./theme.ts";

/** What of a run's history the figure shows. */
export interface Curves {
  /** the loss of each step, or of every `lossEvery`-th */
  readonly loss: readonly number[];
  /** default 1 */
  readonly lossEvery?: number;
  readonly stepsPerEpoch: number;
  /** the accuracies measured after so many steps, from 0 to 1, by the name of the data they were measured on */
  readonly evaluations: readonly {
    readonly step: number;
    readonly results: Readonly<Record<string, { readonly accuracy: number }>>;
  }[];
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A history read back from JSON may have been written by anybody. */
const curvesRule: Rule = [
  (history) =>
    isObject(history) &&
    isList(history.loss) &&
    // JSON makes null of what is not finite.
    Array.from(history.loss).every((value) => typeof value === "number" || value === null) &&
    positive[0](history.stepsPerEpoch) &&
    (history.lossEvery === undefined || isWhole(history.lossEvery, 1)) &&
    isList(history.evaluations) &&
    Array.from(history.evaluations).every(
      (it) =>
        isObject(it) &&
        atLeastZero[0](it.step) &&
        finite[0]((it.step as number) / (history.stepsPerEpoch as number)) &&
        isObject(it.results) &&
        Object.values(it.results).every(isObject),
    ),
  "what fit returned: { loss: […], stepsPerEpoch, evaluations: [{ step, results }] }",
];

/** More points than this would only be drawn over each other. */
const MAX_POINTS = 500;
/** Of a loss that is drawn. */
const HIGHEST = 1e300;
const PANEL = { width: 460, height: 320 };

/**
 * A training run: on the left the loss per step, as it was and as a moving mean; on the right, where it was measured, the accuracy per
 * epoch on each of the data sets.
 *
 * @param history what `fit` returned, or the same read back from JSON
 * @throws OptionError where history is something else
 * @example await writeFile("curves.svg", await lossAndAccuracyFigure(await net.fit(train, options)).svg());
 */
export function lossAndAccuracyFigure(history: Curves, title = "Training"): Figure {
  check("lossAndAccuracyFigure", "history", history, curvesRule);
  check("lossAndAccuracyFigure", "title", title, text);
  return new Figure(title, (drawing) => {
    const panels = [lossPanel(drawing, history)];
    if (history.evaluations.some(({ results }) => Object.values(results).some(hasAccuracy)))
      panels.push(accuracyPanel(drawing, history));
    return arrange(drawing.document, panels, panels.length, title);
  });
}

function lossPanel(drawing: Drawing, { loss, lossEvery = 1 }: Curves): Picture {
  const { Plot } = drawing.library;
  const color = seriesColor(0);
  const stretches = summarize(loss).map(({ step, ...of }) => ({ ...of, step: step * lossEvery }));
  const mean = Plot.windowY(
    { k: Math.max(1, Math.round(stretches.length / 100)), reduce: "mean" },
    { x: "step", y: "mean", stroke: color, strokeWidth: 2 },
  );
  // Losses of one's own may be below zero.
  const lowest = Math.min(0, ...stretches.map(({ low }) => low));
  const highest = Math.max(0, ...stretches.map(({ high }) => high)) || (lowest < 0 ? 0 : 1);
  return drawChart(drawing, {
    options: PANEL,
    x: { label: "step", domain: [0, Math.max(1, loss.length * lossEvery)], type: "linear", whole: true },
    y: { label: "loss", domain: [lowest * 1.05, highest * 1.05], type: "linear" },
    legend: [
      { label: "each step", color, area: true, opacity: 0.3 },
      { label: "moving mean", color, line: true },
    ],
    marks: () => [
      // Where a stretch is a single step, low and high coincide and the stroke draws the line.
      Plot.areaY(stretches, {
        x: "step",
        y1: "low",
        y2: "high",
        fill: color,
        fillOpacity: 0.3,
        stroke: color,
        strokeOpacity: 0.3,
      }),
      Plot.lineY(stretches, mean),
    ],
  });
}

/** It is NaN where it was not measured, which JSON makes null. */
function hasAccuracy({ accuracy }: { readonly accuracy: number }): boolean {
  return Number.isFinite(accuracy);
}

function accuracyPanel(drawing: Drawing, { evaluations, stepsPerEpoch }: Curves): Picture {
  const measured = evaluations
    .flatMap(({ results }) => Object.entries(results))
    .filter(([, it]) => hasAccuracy(it));
  const names = [...new Set(measured.map(([name]) => name))];
  const last = evaluations.at(-1)?.step ?? 0;
  const series = names.map((name, i): Points => {
    const points = evaluations.flatMap(({ step, results }) => {
      const result = results[name];
      return result && hasAccuracy(result) ? [[step / stepsPerEpoch, result.accuracy] as const] : [];
    });
    return {
      x: points.map(([epoch]) => epoch),
      y: points.map(([, accuracy]) => accuracy),
      label: `${name} ${points.at(-1)?.[1].toFixed(4)}`,
      color: seriesColor(i),
      line: true,
      markers: true,
      // The later lines are dashed, so that one close under another still shows.
      dashed: i > 0,
    };
  });
  const x: Axis = { label: "epoch", domain: [0, last / stepsPerEpoch || 1], type: "linear", whole: true };
  const y: Axis = { label: "accuracy", domain: [0, 1], type: "linear" };
  return drawChart(drawing, {
    options: PANEL,
    x,
    y,
    legend: legendOf(series),
    marks: (frame) => seriesMarks(drawing, series, x, y, frame),
  });
}

/** Cuts the losses into at most MAX_POINTS stretches of equal length; losses that are not finite, or too large to be drawn, are left out. */
function summarize(loss: readonly number[]): { step: number; low: number; high: number; mean: number }[] {
  const length = Math.ceil(loss.length / MAX_POINTS);
  const stretches = [];
  for (let start = 0; start < loss.length; start += length) {
    const values = loss
      .slice(start, start + length)
      .filter((value) => Number.isFinite(value) && Math.abs(value) <= HIGHEST);
    if (values.length === 0) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    stretches.push({ step: start + length / 2, low: Math.min(...values), high: Math.max(...values), mean });
  }
  return stretches;
}
