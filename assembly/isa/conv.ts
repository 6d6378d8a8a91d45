// Operands of convolutions, whose inputs have their channels last: [batch, height, width, channels].

/**
 * convolve: out = activation(patches of source · weight + bias), [batch, outHeight, outWidth, outChannels].
 * convolveInputGradient: out = activation(gradient by the source, of `source`, the gradient at the output), [batch, height, width, channels].
 * convolveWeightGradient: out = gradient by the weight, of `weight`, the gradient at the output; without bias and activation.
 */
export enum ConvolutionArg {
  out = 2,
  source,
  /** [kernelHeight, kernelWidth, channels / groups, outChannels] */
  weight,
  /** address of a ConvolutionField block */
  geometry,
  /** [channels of out], optional */
  bias,
  /** an Activation */
  activation,
  /** of out's shape: the forward pass' y, for the `…Gradient` activations */
  output,
  /** scratch, one part for each lane, 64-byte aligned */
  workspace,
  /** bytes of one lane's part */
  workspaceBytes,
}

/** The geometry of a convolution: word indices. */
export enum ConvolutionField {
  batch,
  height,
  width,
  channels,
  outHeight,
  outWidth,
  outChannels,
  kernelHeight,
  kernelWidth,
  strideY,
  strideX,
  dilationY,
  dilationX,
  /** rows of zeros above the input; below it are as many as the last output needs */
  top,
  /** columns of zeros left of the input */
  left,
  /** channels and outChannels come in so many groups, of which each sees its own only */
  groups,
  /** of a lane's scratch: for patches' sources with their padding */
  bandBytes,
  /** for packed panels */
  panelBytes,
  /** for the totals of long sums */
  totalsBytes,
}

/** Words of a ConvolutionField block. */
export const CONVOLUTION_WORDS = 19;
