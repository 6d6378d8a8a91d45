// Operands of pooling: windows over images [samples, height, width, channels], whose results are [samples, outHeight, outWidth, channels].

/** Without a gradient's, `out` has an element for each window and channel, and `a` is the image; for a gradient it is the other way round. */
export enum PoolArg {
  out = 2,
  a,
  /**
   * maxPool: where in its window each maximum stood, counted along the window's rows, as numbers of dtype; written, and optional.
   * maxPoolGradient: read. The others: a Divisor.
   */
  places,
  samples,
  height,
  width,
  channels,
  outHeight,
  outWidth,
  windowHeight,
  windowWidth,
  /** from one window to the next: rows · 2¹⁶ + columns */
  stride,
  /** before the image: rows · 2¹⁶ + columns */
  padding,
}

/** What a window's sum is divided by. */
export enum Divisor {
  one,
  /** how many of its elements lie in the image */
  elements,
  /** how many it has, those in the padding with them */
  size,
}

/** out[outer, n·factor, inner] of a[outer, n, inner]; for the gradient it is the other way round. */
export enum InterpolateArg {
  out = 2,
  a,
  outer,
  n,
  inner,
  factor,
}
