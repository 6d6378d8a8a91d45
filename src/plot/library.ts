// What of other libraries figures are drawn with, in a file of its own so that it is loaded when the first one is drawn.

export * as Plot from "@observablehq/plot";
export {
  contours,
  interpolateBlues,
  interpolateCividis,
  interpolateGreys,
  interpolateRdBu,
  interpolateReds,
  interpolateRgb,
  interpolateViridis,
  ticks,
} from "d3";
export { encode as encodePng } from "fast-png";
export { imageDimensionsFromData } from "image-dimensions";
