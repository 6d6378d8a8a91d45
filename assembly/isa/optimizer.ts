// Operands of optimizers' updates.

/** w and g are [n]; s1 and s2 are the optimizer's own [n] each; coefficients come from this step's row of RunField.coefficients. */
export enum UpdateArg {
  w = 2,
  g,
  n,
  s1,
  s2,
  /** address of the RunField block */
  state,
}
