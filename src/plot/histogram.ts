// Histograms: how often numbers fall into each of some bins.

import { options as checkOptions, isObject, isShape, whole } from "../check.ts";
import { size } from "../tensor.ts";
import { barRules, type Numbers } from "./arguments.ts";
import { type Axis, clamped, planeAxisOf } from "./axes.ts";
import { drawChart, type PlaneOptions } from "./chart.ts";
import type { Drawing, Picture } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { extent } from "./grid.ts";
import { arrange } from "./panels.ts";
import { isNamedList, type NamedValues, type NamedValuesInput, type Row, toRows } from "./rows.ts";
import { seriesColor } from "./theme.ts";

/** Options of `histogram` and `histogramGrid`. */
export interface HistogramOptions extends Omit<PlaneOptions, "aspect"> {
  /** How many bins of equal width there are. Default 30. */
  bins?: number;
}

/** Options of `histogramGrid`. */
export interface HistogramGridOptions extends HistogramOptions {
  /** How many panels stand side by side. Default: all up to five. */
  columns?: number;
}

const rules = { ...barRules, bins: whole(1, 1000) };
export const histogramGridRules = { ...rules, columns: whole() };

/**
 * How often numbers fall into each of some bins of equal width; of several rows in as many colors, one through the other.
 *
 * Numbers outside of `x.domain`, where that is given, are not counted.
 *
 * @param values numbers, as a row or as a tensor of any shape, or several with names
 * @throws DataError where they are empty, or one is not finite
 * @throws OptionError where bins is not a whole number of at least 1
 * @example
 * import { histogram } from "kobai/plot";
 * histogram(net.params["dense1.weight"], { bins: 40, x: { label: "weight" } });
 */
export function histogram(values: NamedValuesInput, options: HistogramOptions = {}): Figure {
  checkOptions("histogram", options, rules);
  const rows = toRows("histogram", ofAnyShape(values));
  const shape = checkedBins("histogram", rows, options);
  return new Figure(options.title ?? "histogram", (drawing) =>
    histogramPicture(drawing, rows, shape, options),
  );
}

/**
 * Histograms side by side, on equal axes, so that they can be compared: the activations of each layer (book 6.2).
 *
 * @param rows a name and numbers for each panel
 * @throws DataError @throws OptionError as `histogram`
 * @example
 * import { histogramGrid } from "kobai/plot";
 * histogramGrid([
 *   { label: "1-layer", values: [0.1, 0.2, 0.2] },
 *   { label: "2-layer", values: [0.4, 0.5, 0.5] },
 * ], { bins: 10, x: { domain: [0, 1] } });
 */
export function histogramGrid(rows: readonly NamedValues[], options: HistogramGridOptions = {}): Figure {
  checkOptions("histogramGrid", options, histogramGridRules);
  const all = toRows("histogramGrid", ofAnyShape(rows));
  const { columns = Math.min(5, all.length), title, width = 220, height = 220 } = options;
  const shape = checkedBins("histogramGrid", all, options);
  return new Figure(title ?? "histograms", (drawing) => {
    const panels = all.map((row) =>
      histogramPicture(
        drawing,
        [{ ...row, label: undefined, color: rows[0]?.color ?? seriesColor(0) }],
        shape,
        {
          ...options,
          width,
          height,
          title: row.label ?? "",
        },
      ),
    );
    return arrange(drawing.document, panels, columns, title);
  });
}

/** In a histogram numbers have no places: a tensor of any shape is a row of them, as for NumPy's. */
function ofAnyShape(given: NamedValuesInput): NamedValuesInput {
  const flat = (values: unknown) =>
    isObject(values) && isShape(values.shape, 0) ? { ...values, shape: [size(values.shape)] } : values;
  if (!isNamedList(given)) return flat(given) as NamedValuesInput;
  return given.map((row) => (isObject(row) ? { ...row, values: flat(row.values) as Numbers } : row));
}

interface Bins {
  readonly x: Axis;
  readonly y: Axis;
  readonly count: number;
}

function checkedBins(call: string, rows: readonly Row[], options: HistogramOptions): Bins {
  const { bins = 30 } = options;
  const x = planeAxisOf(`${call}: x`, range(call, rows), options.x);
  const highest = Math.max(...rows.flatMap(({ values }) => countsOf(values, x.domain, bins)));
  const y = planeAxisOf(`${call}: y`, [0, highest * 1.05 || 1], options.y);
  return { x, y, count: bins };
}

function range(call: string, rows: readonly Row[]): number[] {
  return rows.flatMap(({ values }) => extent(call, values));
}

/** How many of the values lie in each bin; the last bin has both its ends. */
function countsOf(values: readonly number[], [low, high]: readonly [number, number], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (value < low || value > high) continue;
    counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]!++;
  }
  return counts;
}

function histogramPicture(
  drawing: Drawing,
  rows: readonly Row[],
  { x, y, count }: Bins,
  options: HistogramOptions,
): Picture {
  const [low, high] = x.domain;
  const border = (i: number) => low + ((high - low) * i) / count;
  return drawChart(drawing, {
    options,
    x,
    y,
    legend: rows.map(({ label, color }) => ({
      label,
      color,
      area: true,
      opacity: rows.length > 1 ? 0.6 : 1,
    })),
    marks: () =>
      rows.map(({ values, color }) =>
        drawing.library.Plot.rect(countsOf(values, x.domain, count), {
          x1: (_: number, i: number) => border(i),
          x2: (_: number, i: number) => border(i + 1),
          y1: Math.max(0, y.domain[0]),
          y2: (times: number) => clamped(times, y),
          fill: color,
          fillOpacity: rows.length > 1 ? 0.6 : 1,
          insetLeft: 0.5,
          insetRight: 0.5,
        } as object),
      ),
  });
}
