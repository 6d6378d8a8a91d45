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
export type { AxisOptions, PlaneAxisOptions } from "./axes.ts";
export { type BarOptions, bars } from "./bars.ts";
export type { ChartOptions, PlaneOptions, SizeOptions } from "./chart.ts";
export { type ConfusionOptions, confusionMatrix } from "./confusion.ts";
export { type ContourOptions, contour } from "./contour.ts";
export { type Curves, lossAndAccuracyFigure } from "./curves.ts";
export type { Figure } from "./figure.ts";
export { graph } from "./graph.ts";
export type { GridData } from "./grid.ts";
export { type HistogramGridOptions, type HistogramOptions, histogram, histogramGrid } from "./histogram.ts";
export { type ImageGridOptions, type ImageOptions, image, imageGrid } from "./image.ts";
export type { Classes } from "./labels.ts";
export { type LearningRateSearch, learningRateFigure } from "./learning-rate.ts";
export { lines, scatter } from "./lines.ts";
export {
  activationHistograms,
  firstLayerWeights,
  type MisclassifiedOptions,
  misclassified,
  type WeightsOptions,
} from "./network.ts";
export { figure, type PanelOptions } from "./panels.ts";
export type { ImageInput, ImageShape } from "./pixels.ts";
export { type Arrows, type QuiverOptions, quiver } from "./quiver.ts";
export { arange, linspace } from "./ranges.ts";
export type { NamedValues, NamedValuesInput } from "./rows.ts";
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
