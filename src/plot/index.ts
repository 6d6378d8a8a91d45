// kobai/plot: figures.

export type { Numbers, Table } from "./arguments.ts";
export type { AxisOptions } from "./axes.ts";
export type { ChartOptions } from "./chart.ts";
export { type ContourOptions, contour } from "./contour.ts";
export { type Curves, lossAndAccuracyFigure } from "./curves.ts";
export type { Figure } from "./figure.ts";
export type { GridData } from "./grid.ts";
export { lines, scatter } from "./lines.ts";
export { figure, type PanelOptions } from "./panels.ts";
export { type Arrows, type QuiverOptions, quiver } from "./quiver.ts";
export { arange, linspace } from "./ranges.ts";
export type { SpaceArrow, SpacePoint } from "./scene.ts";
export type { Series, SeriesInput } from "./series.ts";
export {
  type SpaceOptions,
  type SurfaceOptions,
  surface,
  type WireframeOptions,
  wireframe,
} from "./surface.ts";
export { palette, type Scheme } from "./theme.ts";
