// Operands of normalization. Images and the like are read as rows of channels.

/**
 * Sums over rows of each channel's x, of (x − mean)², or of g and of g·(x − mean): partial sums (assembly/sums.ts) in `partials`
 * [parts, channels], those of products behind all of the others.
 */
export enum ColumnsArg {
  partials = 2,
  x,
  /** columnProducts */
  g,
  /** [channels]; optional for columnProducts */
  mean,
  rows,
  channels,
}

/** mean = Σ / rows */
export enum ChannelMeanArg {
  mean = 2,
  partials,
  rows,
  channels,
}

/** variance = Σ / rows, inverse = 1 / √(variance + epsilon), factor = gamma · inverse */
export enum ChannelVarianceArg {
  variance = 2,
  inverse,
  factor,
  partials,
  gamma,
  rows,
  channels,
  /** address of a float64 */
  epsilon,
}

/** beta = Σ g, gamma = Σ g·(x − mean) · inverse, k0 = beta / rows, k1 = gamma · inverse / rows */
export enum ChannelGradientArg {
  gamma = 2,
  beta,
  partials,
  /** optional: then gamma is the sum itself, and there are neither k0 nor k1 */
  inverse,
  k0,
  k1,
  rows,
  channels,
}

/** out = (x − mean) · factor + shift */
export enum ChannelAffineArg {
  out = 2,
  x,
  mean,
  factor,
  shift,
  rows,
  channels,
}

/** out = factor · ((g − k0) − (x − mean) · k1) */
export enum BatchNormGradientArg {
  out = 2,
  x,
  g,
  mean,
  factor,
  k0,
  k1,
  rows,
  channels,
}

/**
 * normalized = (x − mean) · inverse, out = normalized · gamma + beta; mean, and inverse = 1 / √(variance + epsilon) [samples, groups],
 * are those of a sample's group of channels at all its positions. x is [samples, positions, channels].
 */
export enum GroupNormArg {
  out = 2,
  /** optional */
  normalized,
  inverse,
  x,
  gamma,
  beta,
  samples,
  positions,
  channels,
  groups,
  /** address of a float64 */
  epsilon,
  /** scratch, one part for each lane */
  workspace,
  /** bytes of one lane's part: see groupNormBytes */
  workspaceBytes,
}

/** out = inverse · ((g·gamma − k0) − normalized · k1), k0 and k1 the means over a group of g·gamma and of g·gamma·normalized */
export enum GroupNormGradientArg {
  out = 2,
  g,
  normalized,
  inverse,
  gamma,
  samples,
  positions,
  channels,
  groups,
  workspace,
  workspaceBytes,
}
