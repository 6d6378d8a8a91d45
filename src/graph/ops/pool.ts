import { ExtensionOp, type Op } from "../../../assembly/isa/index.ts";
import { Divisor, PoolArg } from "../../../assembly/isa/pool.ts";
import { LONGEST_SUM } from "../../../assembly/sums.ts";
import { check, flag, options, whole } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import { extension } from "../../runtime/extension.ts";
import { size } from "../../tensor.ts";
import { apply, type Emitter, type Operation, type Shape, sameFloat, type Value } from "../value.ts";
import { type Padding, type Pair, padding, pair, pairOf, sequencePadding, written } from "./conv-geometry.ts";
import { mean } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { checkImages, checkSignals, ofSignals, type Windows, windowsOf } from "./windows.ts";

/** Options of pooling. */
export interface PoolOptions {
  /** From one window to the next. Default: the window's size, so that windows lie side by side. */
  stride?: number | Pair;
  /** What lies around the image, as for a convolution. Default "valid": nothing. A padded element is no maximum, and none of an average's elements. */
  padding?: Padding;
}

/** Options of pooling along one axis. */
export interface LinePoolOptions {
  /** From one window to the next. Default: the window's size. */
  stride?: number;
  /** What lies around the signal: "valid", "same", so many elements at both ends, or [before, behind]. Default "valid". */
  padding?: "same" | "valid" | number | Pair;
}

interface Averaging {
  /** Divide by the window's size, elements of the padding counted as zeros: PyTorch's default. Default false, TensorFlow's way. */
  countPadding?: boolean;
}

/** Options of `avgPool2d`. */
export interface AveragePoolOptions extends PoolOptions, Averaging {}

/** Options of `avgPool1d`. */
export interface LineAveragePoolOptions extends LinePoolOptions, Averaging {}

const maxPool = /* @__PURE__ */ extension(ExtensionOp.maxPool);
const maxPoolGradient = /* @__PURE__ */ extension(ExtensionOp.maxPoolGradient);
const sumPool = /* @__PURE__ */ extension(ExtensionOp.sumPool);
const sumPoolGradient = /* @__PURE__ */ extension(ExtensionOp.sumPoolGradient);

interface Pooling {
  /** of the images */
  readonly shape: Shape;
  readonly windows: Windows;
  readonly divisor: Divisor;
}

/** [batch, rows of windows, columns of windows, channels] */
const pooledShape = ({ shape, windows }: Pooling): Shape => [shape[0]!, ...windows.count, shape[3]!];

/** Writes an instruction about windows: `nanoseconds` is what one element of a window costs. */
function emitWindows(
  op: Op,
  out: Value,
  a: Value,
  places: number,
  pooling: Pooling,
  nanoseconds: number,
  emitter: Emitter,
): void {
  const [samples, height, width, channels] = pooling.shape as [number, number, number, number];
  const { size: window, stride, before, count } = pooling.windows;
  const operands = {
    [PoolArg.out]: emitter.address(out),
    [PoolArg.a]: emitter.address(a),
    [PoolArg.places]: places,
    [PoolArg.samples]: samples,
    [PoolArg.height]: height,
    [PoolArg.width]: width,
    [PoolArg.channels]: channels,
    [PoolArg.outHeight]: count[0],
    [PoolArg.outWidth]: count[1],
    [PoolArg.windowHeight]: window[0],
    [PoolArg.windowWidth]: window[1],
    [PoolArg.stride]: stride[0] * 65_536 + stride[1],
    [PoolArg.padding]: before[0] * 65_536 + before[1],
  };
  const windows = samples * count[0] * count[1];
  emitter.emit<PoolArg>(
    op,
    a.dtype,
    operands,
    windows * (8 + nanoseconds * channels * window[0] * window[1]),
  );
}

const maxGradientOperation: Operation<Pooling> = {
  name: "maxPool2dGradient",
  infer: ([g], { shape }) => [{ shape, dtype: g!.dtype }],
  emit({ inputs: [g, places], outputs: [dx], attributes }, emitter) {
    emitWindows(maxPoolGradient, dx!, g!, emitter.address(places!), attributes, 0.32, emitter);
  },
};

/** The maxima, and where in their windows they stood. */
const maxOperation: Operation<Pooling> = {
  name: "maxPool2d",
  infer([x], pooling) {
    const type = { shape: pooledShape(pooling), dtype: x!.dtype };
    return [type, type];
  },
  // y = max x: dx = g where the maximum stood, else 0.
  gradient: ({ outputs: [, places], attributes }, g) => [
    apply(maxGradientOperation, [g, places!], attributes),
  ],
  emit({ inputs: [x], outputs: [y, places], attributes }, emitter) {
    const at = emitter.isWanted(places!) ? emitter.address(places!) : 0;
    emitWindows(maxPool, y!, x!, at, attributes, 0.35, emitter);
  },
};

/** Where a maximum stood is a number of the dtype: in float32 every place up to here is one. */
const MOST_PLACES = 2 ** 24;

/** The maxima of windows. @throws OptionError where windows are too large for the dtype */
function maxima(op: string, x: Value, pooling: Pooling): Value {
  const { size: window } = pooling.windows;
  if (sameFloat(op, x) === "float32" && size(window) > MOST_PLACES) {
    throw new OptionError(
      `${op}: window ${written(op, window)} has more than 2^24 elements, the most in float32; pool twice, or use float64`,
    );
  }
  return apply(maxOperation, [x], pooling);
}

/** y = Σ x / divisor of each window */
const sumOperation: Operation<Pooling> = {
  name: "windowSums",
  infer: ([x], pooling) => [{ shape: pooledShape(pooling), dtype: x!.dtype }],
  gradient: ({ attributes }, g) => [apply(spreadOperation, [g], attributes)],
  multiplyAdds: ({ outputs: [y], attributes: { windows } }) => size(y!.shape) * size(windows.size),
  emit({ inputs: [x], outputs: [y], attributes }, emitter) {
    emitWindows(sumPool, y!, x!, attributes.divisor, attributes, 0.27, emitter);
  },
};

/** x = Σ y / divisor over the windows that an element lies in: what `sumOperation` is differentiated to, and the other way round. */
const spreadOperation: Operation<Pooling> = {
  name: "spreadWindows",
  infer: ([y], { shape }) => [{ shape, dtype: y!.dtype }],
  gradient: ({ attributes }, g) => [apply(sumOperation, [g], attributes)],
  emit({ inputs: [y], outputs: [x], attributes }, emitter) {
    emitWindows(sumPoolGradient, x!, y!, attributes.divisor, attributes, 0.27, emitter);
  },
};

/** What is done with images or signals, everything but them being decided. */
export type Pool = (x: Value) => Value;

function windowed(
  op: string,
  x: Value,
  window: number | Pair,
  given: PoolOptions,
  divisor = Divisor.one,
): Pooling {
  sameFloat(op, x);
  const { stride = window, padding = "valid" } = given;
  const windows = windowsOf(op, x, pairOf(window), pairOf(stride), padding);
  const [rows, columns] = windows.size;
  const overlaps = Math.ceil(rows / windows.stride[0]) * Math.ceil(columns / windows.stride[1]);
  const terms = divisor === Divisor.one ? overlaps : rows * columns;
  if (terms > LONGEST_SUM) {
    throw new OptionError(
      `${op}: window ${written(op, windows.size)} with stride ${written(op, windows.stride)} makes sums of ${terms} terms; ${LONGEST_SUM} is the most. ` +
        `Pool twice, or over everything: ${op.startsWith("max") ? "globalMaxPool" : "globalAvgPool"}${op.slice(-2)}`,
    );
  }
  return { shape: x.shape, windows, divisor };
}

/** `maxPool2d` for images that are to come: its other arguments are checked here. */
export function maxPooling2d(window: number | Pair, given?: PoolOptions): Pool {
  check("maxPool2d", "window", window, pair);
  const chosen = options("maxPool2d", given, { stride: pair, padding });
  return (x) => {
    checkImages("maxPool2d", x);
    return maxima("maxPool2d", x, windowed("maxPool2d", x, window, chosen));
  };
}

/** `avgPool2d` for images that are to come: its other arguments are checked here. */
export function averagePooling2d(window: number | Pair, given?: AveragePoolOptions): Pool {
  check("avgPool2d", "window", window, pair);
  const rules = { stride: pair, padding, countPadding: flag };
  const { countPadding = false, ...rest } = options("avgPool2d", given, rules);
  const divisor = countPadding ? Divisor.size : Divisor.elements;
  return (x) => {
    checkImages("avgPool2d", x);
    return apply(sumOperation, [x], windowed("avgPool2d", x, window, rest, divisor));
  };
}

/** Each pixel `factor[0]`·`factor[1]` times, side by side. @throws ShapeError where x has other axes */
export function copies(op: string, x: Value, factor: Pair): Value {
  checkImages(op, x);
  sameFloat(op, x);
  const [batch, height, width, channels] = x.shape as Images;
  const windows = { size: factor, stride: factor, before: [0, 0], count: [height, width] } as const;
  const shape = [batch, height * factor[0], width * factor[1], channels];
  return apply(spreadOperation, [x], { shape, windows, divisor: Divisor.one });
}

/** Options for signals as those for images of one row. */
function ofOneRow({ stride, padding }: LinePoolOptions): PoolOptions {
  return {
    ...(stride !== undefined && { stride: [1, stride] }),
    ...(padding !== undefined && {
      padding: typeof padding === "string" ? padding : [[0, 0], pairOf(padding)],
    }),
  };
}

/** `maxPool1d` for signals that are to come: its other arguments are checked here. */
export function maxPooling1d(window: number, given?: LinePoolOptions): Pool {
  check("maxPool1d", "window", window, whole());
  const chosen = ofOneRow(options("maxPool1d", given, { stride: whole(), padding: sequencePadding }));
  return ofSignals("maxPool1d", (images) =>
    maxima("maxPool1d", images, windowed("maxPool1d", images, [1, window], chosen)),
  );
}

/** `avgPool1d` for signals that are to come: its other arguments are checked here. */
export function averagePooling1d(window: number, given?: LineAveragePoolOptions): Pool {
  check("avgPool1d", "window", window, whole());
  const rules = { stride: whole(), padding: sequencePadding, countPadding: flag };
  const { countPadding = false, ...rest } = options("avgPool1d", given, rules);
  const divisor = countPadding ? Divisor.size : Divisor.elements;
  return ofSignals("avgPool1d", (images) =>
    apply(sumOperation, [images], windowed("avgPool1d", images, [1, window], ofOneRow(rest), divisor)),
  );
}

/**
 * The largest element of each window and channel: y[b, i, j, c] = max x[b, i·stride + u, j·stride + v, c] over u and v (book 7.3). Its gradient
 * goes to the first of equal ones, in the order of the window's rows. A NaN in a window makes its maximum NaN.
 *
 * @param x [batch, height, width, channels]
 * @param window rows and columns of a window: a whole number, or [rows, columns]
 * @returns [batch, rows of windows, columns of windows, channels]: ⌊(length + 2·padding − window) / stride⌋ + 1, or ⌈length / stride⌉ for "same"
 * @throws ShapeError where x has other axes, or a window is larger than the image
 * @throws OptionError for numbers out of range; padding must be smaller than the window, and no element may lie in more than 1,024 windows
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { maxPool2d } from "kobai/ops";
 * using net = sequential([layer("pool", (x) => maxPool2d(x, 2))], { input: [2, 2, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 2, 2, 1])).data]; // [6]
 * ```
 */
export const maxPool2d = (x: Value, window: number | Pair, given?: PoolOptions): Value =>
  maxPooling2d(window, given)(x);

/**
 * The mean of each window and channel: its elements added in the order of its rows, divided by how many of them lie in the image, or where
 * `countPadding` by the window's size. Its gradient is g divided likewise, for each of them.
 *
 * @param x [batch, height, width, channels]
 * @param window rows and columns of a window: a whole number, or [rows, columns]; at most 1,024 elements
 * @returns [batch, rows of windows, columns of windows, channels], as `maxPool2d`
 * @throws ShapeError where x has other axes, or a window is larger than the image
 * @throws OptionError for numbers out of range; padding must be smaller than the window
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { avgPool2d } from "kobai/ops";
 * using net = sequential([layer("pool", (x) => avgPool2d(x, 2))], { input: [2, 2, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 2, 2, 1])).data]; // [3]
 * ```
 */
export const avgPool2d = (x: Value, window: number | Pair, given?: AveragePoolOptions): Value =>
  averagePooling2d(window, given)(x);

type Images = [batch: number, height: number, width: number, channels: number];

/**
 * The mean of each channel over the whole image (`GlobalAveragePooling2D` of Keras). Its gradient is g divided by the number of pixels.
 * @param x [batch, height, width, channels] @returns [batch, channels] @throws ShapeError for other axes
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { globalAvgPool2d } from "kobai/ops";
 * using net = sequential([layer("pool", globalAvgPool2d)], { input: [2, 2, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 2, 2, 1])).data]; // [3]
 * ```
 */
export function globalAvgPool2d(x: Value): Value {
  checkImages("globalAvgPool2d", x);
  const [batch, height, width, channels] = x.shape as Images;
  return mean(reshape(x, [batch, height * width, channels]), { axis: 1 });
}

/**
 * The largest element of each channel over the whole image (`GlobalMaxPooling2D` of Keras). Its gradient goes to the first of equal ones.
 * @param x [batch, height, width, channels] @returns [batch, channels] @throws ShapeError for other axes
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { globalMaxPool2d } from "kobai/ops";
 * using net = sequential([layer("pool", globalMaxPool2d)], { input: [2, 2, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 2, 2, 1])).data]; // [6]
 * ```
 */
export const globalMaxPool2d = (x: Value): Value => largest("globalMaxPool2d", x);

function largest(op: string, x: Value): Value {
  checkImages(op, x);
  const [batch, height, width, channels] = x.shape as Images;
  const windows = { size: [height, width], stride: [1, 1], before: [0, 0], count: [1, 1] } as const;
  const y = maxima(op, x, { shape: x.shape, windows, divisor: Divisor.one });
  return reshape(y, [batch, channels]);
}

/**
 * `maxPool2d` along one axis: y[b, i, c] = max x[b, i·stride + u, c] over u (`MaxPool1d` of PyTorch).
 * @param x [batch, length, channels] @param window a whole number @param given stride (default: the window), padding (default "valid")
 * @returns [batch, windows, channels] @throws ShapeError, OptionError as `maxPool2d`
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { maxPool1d } from "kobai/ops";
 * using net = sequential([layer("pool", (x) => maxPool1d(x, 2))], { input: [4, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 4, 1])).data]; // [2, 6]
 * ```
 */
export const maxPool1d = (x: Value, window: number, given?: LinePoolOptions): Value =>
  maxPooling1d(window, given)(x);

/**
 * `avgPool2d` along one axis: the mean of x[b, i·stride + u, c] over u (`AvgPool1d` of PyTorch).
 * @param x [batch, length, channels] @param window a whole number, of 1,024 at most
 * @param given stride (default: the window), padding (default "valid"), countPadding (default false)
 * @returns [batch, windows, channels] @throws ShapeError, OptionError as `avgPool2d`
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { avgPool1d } from "kobai/ops";
 * using net = sequential([layer("pool", (x) => avgPool1d(x, 2))], { input: [4, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 4, 1])).data]; // [1.5, 4.5]
 * ```
 */
export const avgPool1d = (x: Value, window: number, given?: LineAveragePoolOptions): Value =>
  averagePooling1d(window, given)(x);

/**
 * The mean of each channel over the whole signal (`GlobalAveragePooling1D` of Keras). Its gradient is g divided by the length.
 * @param x [batch, length, channels] @returns [batch, channels] @throws ShapeError for other axes
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { globalAvgPool1d } from "kobai/ops";
 * using net = sequential([layer("pool", globalAvgPool1d)], { input: [4, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 4, 1])).data]; // [3]
 * ```
 */
export function globalAvgPool1d(x: Value): Value {
  checkSignals("globalAvgPool1d", x);
  return mean(x, { axis: 1 });
}

/**
 * The largest element of each channel over the whole signal (`GlobalMaxPooling1D` of Keras). Its gradient goes to the first of equal ones.
 * @param x [batch, length, channels] @returns [batch, channels] @throws ShapeError for other axes
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { globalMaxPool1d } from "kobai/ops";
 * using net = sequential([layer("pool", globalMaxPool1d)], { input: [4, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 4, 1])).data]; // [6]
 * ```
 */
export function globalMaxPool1d(x: Value): Value {
  checkSignals("globalMaxPool1d", x);
  const [batch, length, channels] = x.shape as [number, number, number];
  return largest("globalMaxPool1d", reshape(x, [batch, 1, length, channels]));
}
