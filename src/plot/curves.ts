// The picture of a training run: how the loss fell, and how the accuracy rose.

import type { Markish } from "@observablehq/plot";
import { composeFigure, type Drawing, loadDrawing, palette } from "./svg.ts";

/** What of a run's history the figure shows. */
export interface Curves {
  /** the loss of each step */
  readonly loss: readonly number[];
  readonly stepsPerEpoch: number;
  /** the accuracies measured after so many steps, from 0 to 1, by the name of the data they were measured on */
  readonly evaluations: readonly {
    readonly step: number;
    readonly results: Readonly<Record<string, { readonly accuracy: number }>>;
  }[];
}

interface Series {
  label: string;
  color: string;
  opacity?: number;
}

/** More points than this would only be drawn over each other. */
const MAX_POINTS = 500;
const PANEL = { width: 460, height: 320, marginLeft: 48, marginRight: 16, marginBottom: 40 };

/**
 * Draws a run: on the left the loss per step, as it was and as a moving mean; on the right, where it was measured, the
 * accuracy per epoch on each of the data sets.
 *
 * @returns a standalone SVG file as text, the same for the same history
 * @example await writeFile("curves.svg", await lossAndAccuracyFigure(await net.fit(train, options)));
 */
export async function lossAndAccuracyFigure(history: Curves, title = "Training"): Promise<string> {
  const drawing = await loadDrawing();
  const panels = [lossPanel(drawing, history.loss)];
  if (history.evaluations.some(({ results }) => Object.values(results).some(hasAccuracy)))
    panels.push(accuracyPanel(drawing, history));
  return composeFigure(drawing.document, title, panels);
}

function lossPanel({ Plot, document }: Drawing, loss: readonly number[]): Element {
  const color = palette[0];
  const stretches = summarize(loss);
  const mean = Plot.windowY(
    { k: Math.max(1, Math.round(stretches.length / 100)), reduce: "mean" },
    { x: "step", y: "mean", stroke: color, strokeWidth: 2 },
  );
  return Plot.plot({
    ...PANEL,
    document,
    x: { label: "step", domain: [0, Math.max(1, loss.length)], ticks: 5 },
    y: {
      label: "loss",
      domain: [0, Math.max(0, ...stretches.map(({ high }) => high)) || 1],
      nice: true,
      grid: true,
    },
    marks: [
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
      Plot.frame({ anchor: "bottom" }),
      ...legend(Plot, "top-right", [
        { label: "each step", color, opacity: 0.3 },
        { label: "moving mean", color },
      ]),
    ],
  });
}

/** It is NaN where it was not measured, which JSON makes null. */
function hasAccuracy({ accuracy }: { readonly accuracy: number }): boolean {
  return Number.isFinite(accuracy);
}

function accuracyPanel({ Plot, document }: Drawing, { evaluations, stepsPerEpoch }: Curves): Element {
  const measured = evaluations
    .flatMap(({ results }) => Object.entries(results))
    .filter(([, it]) => hasAccuracy(it));
  const names = [...new Set(measured.map(([name]) => name))];
  const last = evaluations.at(-1)?.step ?? 0;
  const series = names.map((name, i) => ({
    color: palette[i % palette.length] as string,
    points: evaluations.flatMap(({ step, results }) => {
      const result = results[name];
      return result && hasAccuracy(result)
        ? [{ epoch: step / stepsPerEpoch, accuracy: result.accuracy }]
        : [];
    }),
    name,
  }));
  return Plot.plot({
    ...PANEL,
    document,
    x: { label: "epoch", domain: [0, last / stepsPerEpoch || 1], ticks: 5 },
    y: { label: "accuracy", domain: [0, 1], grid: true },
    marks: [
      // The later lines are dashed, so that one close under another still shows.
      ...series.flatMap(({ color, points }, i) => [
        Plot.lineY(points, {
          x: "epoch",
          y: "accuracy",
          stroke: color,
          strokeWidth: 2,
          ...(i > 0 && { strokeDasharray: "5,3" }),
        }),
        Plot.dot(points, { x: "epoch", y: "accuracy", r: 2.5, fill: color }),
      ]),
      Plot.frame({ anchor: "bottom" }),
      ...legend(
        Plot,
        "bottom-right",
        series.map(({ name, color, points }) => ({
          label: `${name} ${points.at(-1)?.accuracy.toFixed(4)}`,
          color,
        })),
      ),
    ],
  });
}

/** Cuts the losses into at most MAX_POINTS stretches of equal length; losses that are not finite are left out. */
function summarize(loss: readonly number[]): { step: number; low: number; high: number; mean: number }[] {
  const length = Math.ceil(loss.length / MAX_POINTS);
  const stretches = [];
  for (let start = 0; start < loss.length; start += length) {
    const values = loss.slice(start, start + length).filter(Number.isFinite);
    if (values.length === 0) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    stretches.push({ step: start + length / 2, low: Math.min(...values), high: Math.max(...values), mean });
  }
  return stretches;
}

/** A swatch and a name for each series, in a corner of the frame. */
function legend(
  Plot: Drawing["Plot"],
  corner: "top-right" | "bottom-right",
  series: readonly Series[],
): Markish[] {
  const firstLine = corner === "top-right" ? 12 : 6 - 18 * series.length;
  return series.flatMap(({ label, color, opacity = 1 }, i) => {
    const at = { frameAnchor: corner, dy: firstLine + 18 * i } as const;
    return [
      Plot.dot([label], { ...at, dx: -112, symbol: "square", r: 5, fill: color, fillOpacity: opacity }),
      Plot.text([label], {
        ...at,
        dx: -100,
        textAnchor: "start",
        lineAnchor: "middle",
        fontSize: 11,
        stroke: "white",
        strokeWidth: 3,
        fill: "currentColor",
      }),
    ];
  });
}
