// kobai/plot: figures.

export { type Curves, lossAndAccuracyFigure } from "./curves.ts";
