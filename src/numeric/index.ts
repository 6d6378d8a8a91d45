// kobai/numeric: differentiation by differences, of any function of numbers, arrays or tensors. In float64, without the engine.

export { type Descent, type DescentOptions, gradientDescent, type Outcome } from "./descent.ts";
export { type DifferenceOptions, numericalDiff, type StepOptions, tangentLine } from "./difference.ts";
export type { MutableArrays, Point } from "./elements.ts";
export {
  numericalGradient,
  numericalGradientRows,
  partialDerivative,
  type ScalarFunction,
} from "./gradient.ts";
