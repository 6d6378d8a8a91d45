// kobai/plot: figures.

export type {
  GraphFunction,
  GraphFunctionOptions,
  GraphInput,
  GraphLayerOptions,
  GraphNetworkOptions,
  GraphOptions,
} from "../train/describe/options.ts";
export type { Numbers, Table } from "./arguments.ts";
export type { AxisOptions } from "./axes.ts";
export type { ChartOptions } from "./chart.ts";
export { type Curves, lossAndAccuracyFigure } from "./curves.ts";
export type { Figure } from "./figure.ts";
export { graph } from "./graph.ts";
export { lines, scatter } from "./lines.ts";
export { figure, type PanelOptions } from "./panels.ts";
export { arange, linspace } from "./ranges.ts";
export type { Series, SeriesInput } from "./series.ts";
export { palette, type Scheme } from "./theme.ts";
