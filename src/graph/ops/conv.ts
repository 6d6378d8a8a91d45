import { CONVOLUTION_WORDS, ConvolutionArg, ConvolutionField } from "../../../assembly/isa/conv.ts";
import { Activation } from "../../../assembly/isa/gemm.ts";
import { ExtensionOp, type Op } from "../../../assembly/isa/index.ts";
import { options } from "../../check.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import { type ConvolutionScratch, convolutionScratch } from "../../runtime/convolution-scratch.ts";
import { extension } from "../../runtime/extension.ts";
import { size } from "../../tensor.ts";
import {
  apply,
  checkValue,
  type Emitter,
  type Finish,
  type Node,
  type Operation,
  sameFloat,
  type Value,
} from "../value.ts";
import {
  type ConvolutionOptions,
  checkConvolution,
  checkNumbers,
  checkRoom,
  convolutionRules,
  type Geometry,
  geometryOf,
  outputPadding,
  outputSize,
  type Pair,
  pairOf,
  type Sizes,
  sizesOf,
  transposedGeometryOf,
} from "./conv-geometry.ts";
import { checkImages } from "./windows.ts";

/** The attributes of what is not seen from an op's inputs: the size of the image, of the kernel, or of the output. */
interface Sized extends Geometry {
  readonly size: Pair;
}

/** The three tensors of a convolution y = x ∗ w, of which an op computes one from the other two. */
type Part = "y" | "x" | "w";

/** Which of a node's inputs and outputs x, w and y are. */
const tensorsOf: Readonly<Record<Part, (node: Node<never>) => Readonly<Record<Part, Value>>>> = {
  y: ({ inputs: [x, w], outputs: [y] }) => ({ x: x!, w: w!, y: y! }),
  x: ({ inputs: [y, w], outputs: [x] }) => ({ x: x!, w: w!, y: y! }),
  w: ({ inputs: [x, y], outputs: [w] }) => ({ x: x!, w: w!, y: y! }),
};

/**
 * One of the three: its instruction; and, unless it is a weight's gradient, the op that fusion makes of it with a bias and an activation,
 * which are the instruction's, too.
 */
// @__NO_SIDE_EFFECTS__ (bundlers leave the op out where it is not used, and the extension with it)
function operation<A extends Geometry>(
  part: Part,
  op: Op,
  rules: Pick<Operation<A>, "name" | "infer" | "gradient">,
): Operation<A> {
  const sizes = (node: Node<A>) => {
    const { x, w, y } = tensorsOf[part](node as Node<never>);
    return sizesOf(x.shape, w.shape, y.shape, node.attributes);
  };
  const scratch = (node: Node<A>) =>
    convolutionScratch(part, sizes(node), node.inputs[0]!.dtype === "float64" ? 8 : 4);
  const instruction: Pick<Operation<A>, "words" | "workspace" | "emit" | "multiplyAdds"> = {
    words: CONVOLUTION_WORDS,
    multiplyAdds: (node) => multiplyAdds(part, node as Node<never>),
    workspace: (node) => scratch(node).bytes,
    emit: (node, emitter) => emitConvolution(part, op, node, emitter, sizes(node), scratch(node)),
  };
  if (part === "w") return { ...rules, ...instruction };
  const { name, infer } = rules;
  const finished: { -readonly [K in keyof Operation<A>]: Operation<A>[K] } = {
    name: `${name}Finished`,
    infer,
    ...instruction,
  };
  finished.finished = finished as Operation<never>;
  return { ...rules, ...instruction, finished: finished as Operation<never> };
}

function emitConvolution<A extends Geometry>(
  part: Part,
  op: Op,
  node: Node<A>,
  emitter: Emitter,
  { batch, image, channels, kernel, out, outChannels, stride, dilation, padding, groups }: Sizes,
  { bandBytes, panelBytes, totalsBytes }: ConvolutionScratch,
): void {
  const { bias = false, activation = Activation.identity } = node.attributes as Partial<Finish>;
  const [source, weight, ...more] = node.inputs.map((value) => emitter.address(value));
  const fields: Readonly<Record<ConvolutionField, number>> = {
    [ConvolutionField.batch]: batch,
    [ConvolutionField.height]: image[0],
    [ConvolutionField.width]: image[1],
    [ConvolutionField.channels]: channels,
    [ConvolutionField.outHeight]: out[0],
    [ConvolutionField.outWidth]: out[1],
    [ConvolutionField.outChannels]: outChannels,
    [ConvolutionField.kernelHeight]: kernel[0],
    [ConvolutionField.kernelWidth]: kernel[1],
    [ConvolutionField.strideY]: stride[0],
    [ConvolutionField.strideX]: stride[1],
    [ConvolutionField.dilationY]: dilation[0],
    [ConvolutionField.dilationX]: dilation[1],
    [ConvolutionField.top]: padding[0][0],
    [ConvolutionField.left]: padding[1][0],
    [ConvolutionField.groups]: groups,
    [ConvolutionField.bandBytes]: bandBytes,
    [ConvolutionField.panelBytes]: panelBytes,
    [ConvolutionField.totalsBytes]: totalsBytes,
  };
  emitter.emit<ConvolutionArg>(
    op,
    node.inputs[0]!.dtype,
    {
      [ConvolutionArg.out]: emitter.address(node.outputs[0]!),
      [ConvolutionArg.source]: source!,
      [ConvolutionArg.weight]: weight!,
      [ConvolutionArg.geometry]: emitter.words(Object.assign([], fields)),
      [ConvolutionArg.bias]: bias ? more.shift()! : 0,
      [ConvolutionArg.activation]: activation,
      [ConvolutionArg.output]: more[0] ?? 0,
      [ConvolutionArg.workspace]: emitter.workspace,
      [ConvolutionArg.workspaceBytes]: emitter.workspaceBytes,
    },
    multiplyAdds(part, node as Node<never>) / 25,
  );
}

/** Every element of w, once for each output that it is multiplied for. */
function multiplyAdds(part: Part, node: Node<never>): number {
  const { w, y } = tensorsOf[part](node);
  return size(w.shape) * size(y.shape.slice(0, 3));
}

const kernelOf = ({ shape }: Value): Pair => [shape[0]!, shape[1]!];
const imageOf = ({ shape }: Value): Pair => [shape[1]!, shape[2]!];

/** y[n, oy, ox, f] = Σ x[n, oy·stride + ky·dilation − above, ox·stride + kx·dilation − left, c]·w[ky, kx, c, f] */
const convolveOperation: Operation<Sized> = operation("y", /* @__PURE__ */ extension(ExtensionOp.convolve), {
  name: "convolve2d",
  infer: ([x, w], { size }) => [{ shape: [x!.shape[0]!, ...size, w!.shape[3]!], dtype: x!.dtype }],
  gradient: ({ inputs: [x, w], attributes }, g) => [
    apply(inputGradientOperation, [g, w!], { ...attributes, size: imageOf(x!) }),
    apply(weightGradientOperation, [x!, g], { ...attributes, size: kernelOf(w!) }),
  ],
});

/**
 * What flows back to x: for each element the sum over (oy, ox, f), increasing, of g[n, oy, ox, f]·w[ky, kx, c, f], of all taps (ky, kx) that
 * the strides lead over it; where there is no such output, the term is zero.
 */
const inputGradientOperation: Operation<Sized> = operation(
  "x",
  /* @__PURE__ */ extension(ExtensionOp.convolveInputGradient),
  {
    name: "convolve2dInputGradient",
    infer: ([g, w], { size, groups }) => [
      { shape: [g!.shape[0]!, ...size, w!.shape[2]! * groups], dtype: g!.dtype },
    ],
    gradient: ({ inputs: [g, w], attributes }, upstream) => [
      apply(convolveOperation, [upstream, w!], { ...attributes, size: imageOf(g!) }),
      apply(weightGradientOperation, [upstream, g!], { ...attributes, size: kernelOf(w!) }),
    ],
  },
);

/** What flows back to w: for each element the sum over all outputs (n, oy, ox), increasing, of the x that it met there times g. */
const weightGradientOperation: Operation<Sized> = operation(
  "w",
  /* @__PURE__ */ extension(ExtensionOp.convolveWeightGradient),
  {
    name: "convolve2dWeightGradient",
    infer: ([x, g], { size, groups }) => [
      { shape: [...size, x!.shape[3]! / groups, g!.shape[3]!], dtype: x!.dtype },
    ],
    gradient: ({ inputs: [x, g], attributes }, upstream) => [
      apply(inputGradientOperation, [g!, upstream], { ...attributes, size: imageOf(x!) }),
      apply(convolveOperation, [x!, upstream], { ...attributes, size: imageOf(g!) }),
    ],
  },
);

/**
 * The convolution of images by a kernel (as neural networks have it: a cross-correlation, the kernel is not turned around):
 *
 * y[n, oy, ox, f] = Σ x[n, oy·stride + ky·dilation − above, ox·stride + kx·dilation − left, c]·w[ky, kx, c, f]
 *
 * over (ky, kx, c) in increasing order, as a matmul over patches; where x has no such pixel, it is zero. Beyond 1,024 terms, zeros counted,
 * they are summed 384 at a time. So are the gradients: by x over (oy, ox, f), by w over (n, oy, ox). The same bits everywhere.
 *
 * @param x [batch, height, width, channels]
 * @param w [kernel height, kernel width, channels / groups, output channels], as TensorFlow.js has it
 * @param given stride, padding, dilation, groups
 * @returns [batch, output height, output width, output channels], where output = ⌊(size + padding − (kernel − 1)·dilation − 1) / stride⌋ + 1;
 *   ⌈size / stride⌉ for padding "same"
 * @throws ShapeError where shapes do not go together, or the kernel is larger than the image with its padding
 * @throws OptionError for options that there are not, or numbers above 65,535
 * @example
 * ```ts
 * import { constant, layer, sequential, tensor } from "kobai";
 * import { convolve2d } from "kobai/ops";
 * using net = sequential([layer("sums", (x, { parameter }) => convolve2d(x, parameter("kernel", [2, 2, 1, 1], constant(1))))], { input: [2, 3, 1] });
 * [...net.predict(tensor([1, 2, 3, 4, 5, 6], [1, 2, 3, 1])).data]; // [12, 16]
 * ```
 */
export function convolve2d(x: Value, w: Value, given?: ConvolutionOptions): Value {
  return convolveAs("convolve2d", x, w, options("convolve2d", given, convolutionRules()));
}

/** convolve2d with options that are checked, for who has a name of his own in messages. */
export function convolveAs(op: string, x: Value, w: Value, given: ConvolutionOptions): Value {
  checkImages(op, x);
  checkValue(`${op}: operand 2`, w);
  sameFloat(op, x, w);
  checkConvolution(op, x.shape, w.shape, given, false);
  const geometry = geometryOf(imageOf(x), kernelOf(w), given);
  checkNumbers(op, geometry);
  checkRoom(op, "kernel", imageOf(x), kernelOf(w), geometry, [x.shape, w.shape]);
  return apply(convolveOperation, [x, w], {
    ...geometry,
    size: outputSize(imageOf(x), kernelOf(w), geometry),
  });
}

export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /** Rows and columns more behind the result, where several sizes are possible: fewer than the stride. Default 0. */
  outputPadding?: number | Pair;
}

export const transposedRules = () => ({ ...convolutionRules(), outputPadding });

/**
 * The transposed convolution: what flows back through `convolve2d` to its input, as an op of its own. It makes images larger by its stride.
 *
 * @param x [batch, height, width, channels]
 * @param w [kernel height, kernel width, output channels / groups, channels], as TensorFlow.js has it
 * @param given as for convolve2d, of the convolution that it is the gradient of; outputPadding
 * @returns [batch, output height, output width, output channels], where output = (size − 1)·stride + (kernel − 1)·dilation + 1 − padding +
 *   outputPadding; size·stride + outputPadding for padding "same"
 * @throws ShapeError where shapes do not go together, or nothing is left of the result @throws OptionError for options that there are not, or numbers above 65,535
 * @example
 * ```ts
 * import { constant, layer, sequential, tensor } from "kobai";
 * import { convolveTranspose2d } from "kobai/ops";
 * using net = sequential([layer("spread", (x, { parameter }) => convolveTranspose2d(x, parameter("kernel", [2, 2, 1, 1], constant(1))))], { input: [1, 1, 1] });
 * [...net.predict(tensor([3], [1, 1, 1, 1])).data]; // [3, 3, 3, 3]
 * ```
 */
export function convolveTranspose2d(x: Value, w: Value, given?: TransposedConvolutionOptions): Value {
  const name = "convolveTranspose2d";
  return convolveTransposedAs(name, x, w, options(name, given, transposedRules()));
}

/** convolveTranspose2d with options that are checked, for who has a name of his own in messages. */
export function convolveTransposedAs(
  op: string,
  x: Value,
  w: Value,
  given: TransposedConvolutionOptions,
): Value {
  checkImages(op, x);
  checkValue(`${op}: operand 2`, w);
  sameFloat(op, x, w);
  checkConvolution(op, x.shape, w.shape, given, true);
  const behind = pairOf(given.outputPadding ?? 0);
  const { geometry, size } = transposedGeometryOf(imageOf(x), kernelOf(w), given, behind);
  checkNumbers(op, geometry);
  const { stride } = geometry;
  if (behind[0] >= stride[0] || behind[1] >= stride[1]) {
    throw new OptionError(
      `${op}: outputPadding must be smaller than the stride; got [${behind.join(", ")}], the stride is [${stride.join(", ")}]`,
    );
  }
  if (size[0] < 1 || size[1] < 1) {
    throw new ShapeError(
      op,
      `nothing is left of the result: ${ShapeError.describe({ x: x.shape, w: w.shape })}, of which the padding cuts off ` +
        `${JSON.stringify(geometry.padding)}; use less padding`,
      x.shape,
      w.shape,
    );
  }
  return apply(inputGradientOperation, [x, w], { ...geometry, size });
}
