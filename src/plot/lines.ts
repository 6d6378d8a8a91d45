// Lines and points between two axes.

import { options as checkOptions } from "../check.ts";
import { chartRules } from "./arguments.ts";
import { axisOf } from "./axes.ts";
import { type ChartOptions, drawChart } from "./chart.ts";
import { Figure } from "./figure.ts";
import { legendOf, type Points, type SeriesInput, seriesMarks, toSeries } from "./series.ts";

/**
 * Lines through points: the loss by step, functions, several series with a legend.
 *
 * What leaves the axes' ranges is cut off at the frame. NaN, null, infinities and, on a logarithmic axis, numbers of 0 and less leave a
 * gap. Of a line of thousands of points those that would be drawn over each other are left out.
 *
 * @param series numbers (heights over 0, 1, 2, …), `{ x, y, label, color, dashed, markers }`, or an array of such series
 * @throws DataError where x and y are of different lengths, empty or no numbers, no value can be shown, or a function throws or returns
 *   something else than a number
 * @throws OptionError where a range is reversed or an option is out of its range
 * @example
 * import { arange, lines } from "kobai/plot";
 * const x = arange(0, 6, 0.1);
 * const both = lines(
 *   [
 *     { x, y: Math.sin, label: "sin" },
 *     { x, y: Math.cos, label: "cos", dashed: true },
 *   ],
 *   { title: "sin & cos", x: { label: "x" }, y: { label: "y", domain: [-1.2, 1.2] } },
 * );
 * await writeFile("sin-cos.svg", await both.svg());
 * @example lines([2.3, 0.4, 0.05], { title: "Loss", y: { type: "log" } });
 */
export function lines(series: SeriesInput, options: ChartOptions = {}): Figure {
  return seriesChart("lines", series, { line: true, markers: false }, options);
}

/**
 * Points: the places that a descent visits, samples of two features.
 *
 * @param series numbers (heights over 0, 1, 2, …), `{ points: [[x, y], …] }`, `{ x, y }`, or an array of such series; a series with
 *   `line: true` is joined by a line, and with `markers: false` is a line alone
 * @throws DataError @throws OptionError as `lines` does
 * @example
 * import { gradientDescent } from "kobai/numeric";
 * import { scatter } from "kobai/plot";
 * const { history } = gradientDescent(([x0, x1]: number[]) => x0! ** 2 + x1! ** 2, [-3, 4], { lr: 0.1, steps: 20 });
 * scatter({ points: history }, { x: { label: "x0", domain: [-3.5, 3.5] }, y: { label: "x1", domain: [-4.5, 4.5] } });
 */
export function scatter(series: SeriesInput, options: ChartOptions = {}): Figure {
  return seriesChart("scatter", series, { line: false, markers: true }, options);
}

function seriesChart(
  call: string,
  input: SeriesInput,
  byDefault: { readonly line: boolean; readonly markers: boolean },
  options: ChartOptions,
): Figure {
  checkOptions(call, options, chartRules);
  const series = toSeries(call, input, byDefault);
  const isMarked = series.some(({ markers }) => markers);
  const places = [...all(series, "x")];
  const x = {
    ...axisOf(`${call}: x`, places, options.x, isMarked ? 0.04 : 0),
    whole: places.every(Number.isInteger),
  };
  const y = axisOf(`${call}: y`, all(series, "y"), options.y, 0.05);
  return new Figure(options.title ?? call, (drawing) =>
    drawChart(drawing, {
      options,
      x,
      y,
      legend: legendOf(series),
      marks: (frame) => seriesMarks(drawing, series, x, y, frame),
    }),
  );
}

function* all(series: readonly Points[], of: "x" | "y"): Generator<number> {
  for (const points of series) yield* points[of];
}
