// Operands of optimizers' updates, and of what is done with gradients before them.

/** w and g are [n]; s1, s2 and s3 are the optimizer's own [n] each, as far as it has them. */
export enum UpdateArg {
  w = 2,
  g,
  n,
  s1,
  s2,
  s3,
  /** address of the RunField block: the coefficients are from this step's row there */
  state,
}

/** What else the extension's updates look at. */
export enum ExtendedUpdateArg {
  /** which of the step's rows the coefficients are from */
  row = 9,
  /** address of a number that gradients are multiplied by, in place of Coefficient.scale; optional */
  scale,
  /** [n], the moving average of w; optional */
  average,
}

/** Coefficients that an update gets for a step. */
export const COEFFICIENTS = 10;

/** What they are: the first five belong to the optimizer's rule. */
export enum Coefficient {
  /** what gradients are multiplied by */
  scale = 5,
  /** what of w is added to its gradient */
  decay,
  /** what w is multiplied by before the update */
  keep,
  /** the share by which the moving average goes towards w */
  average,
  /** a Phase */
  phase,
}

/** What becomes of a step's gradients where several steps make an update. */
export enum Phase {
  /** they are added to those before, and the update follows: also where each step is an update, and nothing adds them */
  last,
  /** they are added to those before */
  more,
  /** they take the place of what was there */
  first,
}

/** sum = g in the first phase, else sum + g; [n] each. */
export enum AddGradientsArg {
  sum = 2,
  g,
  n,
  state,
}

/** g = its elements times scale, kept between −limit and limit; in the last phase only. */
export enum ClipGradientsArg {
  g = 2,
  n,
  /** address of a number */
  scale,
  /** address of a number */
  limit,
  state,
}

/** out (float64): the sums of squares of `a`, one for each of the partial sums that a sum of n terms has; in the last phase only. */
export enum SquaresArg {
  out = 2,
  a,
  n,
  state,
}

/** out (a number) = share·min(1, limit / (√(Σ squares)·share + 1e-6)), the squares being n float64; the sum's order is theirs. */
export enum ClipScaleArg {
  out = 2,
  squares,
  n,
  /** address of a float64 */
  limit,
  /** address of a float64 */
  share,
}
