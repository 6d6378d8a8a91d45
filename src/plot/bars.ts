// Bars: a number for each name.

import { check, options as checkOptions, text } from "../check.ts";
import { DataError } from "../errors.ts";
import { barRules, checkSameLength, texts } from "./arguments.ts";
import { type Axis, clamped, type PlaneAxisOptions, planeAxisOf } from "./axes.ts";
import { drawChart, type PlaneOptions } from "./chart.ts";
import { Figure } from "./figure.ts";
import { type NamedValuesInput, type Row, toRows } from "./rows.ts";
import { ink } from "./theme.ts";

/** Options of `bars`. */
export interface BarOptions extends Omit<PlaneOptions, "aspect" | "x"> {
  /** The axis with the labels; its range is theirs. */
  x?: Pick<PlaneAxisOptions, "label">;
}

/** More bars than this are not told apart. */
const MOST = 1000;

/**
 * A bar for each label; with several rows of values, bars side by side in as many colors.
 *
 * @param labels what stands below the bars, in any language
 * @param values a number for each label, or several rows of them with names
 * @throws DataError where there are not as many values as labels, one is not finite, or there are more than 1,000 bars
 * @example
 * import { bars } from "kobai/plot";
 * bars(["SGD", "Momentum", "Adam"], [0.941, 0.966, 0.971], { y: { label: "accuracy", domain: [0, 1] } });
 */
export function bars(labels: readonly string[], values: NamedValuesInput, options: BarOptions = {}): Figure {
  checkOptions("bars", options, barRules);
  check("bars", "labels", labels, texts);
  checkOptions("bars: x", options.x, { label: text });
  const rows = toRows("bars", values);
  for (const [i, row] of rows.entries()) checkSameLength(`bars: row ${i}`, { labels, values: row.values });
  const count = labels.length;
  if (count * rows.length > MOST)
    throw new DataError(
      `bars: ${count * rows.length} bars are more than a picture can show; at most ${MOST}`,
    );
  const x: Axis = { label: options.x?.label, domain: [-0.5, count - 0.5], type: "linear" };
  const y = planeAxisOf("bars: y", [0, ...rows.flatMap((row) => row.values)], options.y, 0.05);
  const fromZero: Axis = options.y?.domain ? y : { ...y, domain: withoutRoomBelow(y.domain, rows) };
  return new Figure(options.title ?? "bars", (drawing) =>
    drawChart(drawing, {
      options,
      x,
      y: fromZero,
      xTicks: labels.map((label, value) => ({ value, label: String(label) })),
      legend: rows.map(({ label, color }) => ({ label, color, area: true })),
      marks: () => [
        ...rows.map((row, i) => {
          // The bars of a label share four fifths of its place.
          const width = 0.8 / rows.length;
          const left = -0.4 + i * width;
          return drawing.library.Plot.rect(row.values, {
            x1: (_: number, j: number) => j + left,
            x2: (_: number, j: number) => j + left + width,
            y1: clamped(0, fromZero),
            y2: (value: number) => clamped(value, fromZero),
            fill: row.color,
            insetLeft: i === 0 ? 0 : 1,
          } as object);
        }),
        ...(fromZero.domain[0] < 0
          ? [drawing.library.Plot.ruleY([clamped(0, fromZero)], { stroke: ink })]
          : []),
      ],
    }),
  );
}

/** Bars that stand on the axis have no room below it, bars that hang from it none above. */
function withoutRoomBelow([low, high]: readonly [number, number], rows: readonly Row[]): [number, number] {
  const all = rows.flatMap(({ values }) => values);
  return [all.every((value) => value >= 0) ? 0 : low, all.every((value) => value <= 0) ? 0 : high];
}
