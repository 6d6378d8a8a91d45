// The layers of chapter 7, for networks built by hand. As in the book, images are [batch, channels, height, width]: the engine, which has
// channels last, is given them permuted.

import { check, whole } from "../check.ts";
import { ShapeError } from "../errors.ts";
import { stack } from "../graph/ops/concatenate.ts";
import { convolve2d } from "../graph/ops/conv.ts";
import { add } from "../graph/ops/elementwise.ts";
import { permute } from "../graph/ops/permute.ts";
import { maxPool2d } from "../graph/ops/pool.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { pad, slice } from "../graph/ops/slice.ts";
import { checkShape, type Shape, type Value } from "../graph/value.ts";
import { evaluate } from "../runtime/eager.ts";
import { size, type Tensor, type TensorLike, tensor } from "../tensor.ts";
import { bothWays, Memory, type Ways } from "./memory.ts";
import { asFloat, floats } from "./operands.ts";

/** How windows lie: their size and steps, and how many zeros are around an image. */
interface Windows {
  readonly height: number;
  readonly width: number;
  readonly stride: number;
  readonly pad: number;
}

/** Rules by the windows that they are for: `evaluate` keeps plans by the function. */
function byWindows(make: (windows: Windows) => Ways): (windows: Windows) => Ways {
  const made = new Map<string, Ways>();
  return (windows) => {
    const key = Object.values(windows).join();
    const ways = made.get(key) ?? make(windows);
    made.set(key, ways);
    return ways;
  };
}

/** How many windows there are along each axis. @throws ShapeError where there are none */
function outputSize(call: string, shape: Shape, { height, width, stride, pad }: Windows): [number, number] {
  if (shape.length !== 4) {
    throw new ShapeError(
      call,
      `x must be [batch, channels, height, width]; ${ShapeError.describe({ x: shape })}`,
      shape,
    );
  }
  const along = (length: number, window: number) => Math.floor((length + 2 * pad - window) / stride) + 1;
  const [rows, columns] = [along(shape[2]!, height), along(shape[3]!, width)];
  if (rows < 1 || columns < 1) {
    throw new ShapeError(
      call,
      `the filter ${height}×${width} is larger than its input ${shape[2]}×${shape[3]} with a padding of ${pad}; use a larger pad or a smaller filter`,
      shape,
    );
  }
  return [rows, columns];
}

/** [batch, channels, height, width] with zeros around each image. */
const padded = (x: Value, zeros: number) =>
  pad(x, [
    [0, 0],
    [0, 0],
    [zeros, zeros],
    [zeros, zeros],
  ]);

/** One row for each window, of its elements: channel by channel, row by row. */
function patches(x: Value, { height, width, stride, pad: zeros }: Windows): Value {
  const [batch, channels, rows, columns] = x.shape as [number, number, number, number];
  const down = Math.floor((rows + 2 * zeros - height) / stride) + 1;
  const across = Math.floor((columns + 2 * zeros - width) / stride) + 1;
  const whole = padded(x, zeros);
  // For each place in a window, the elements that stand there.
  const places = Array.from({ length: height * width }, (_, place) => {
    const [y, x] = [Math.floor(place / width), place % width];
    const end = [batch, channels, y + (down - 1) * stride + 1, x + (across - 1) * stride + 1];
    return slice(whole, [0, 0, y, x], end, [1, 1, stride, stride]);
  });
  const byPlace = permute(stack(places), [1, 3, 4, 2, 0]);
  return reshape(byPlace, [batch * down * across, channels * height * width]);
}

const patchesBy = byWindows((windows) => bothWays((x) => patches(x!, windows)));

function windowsOf(call: string, filterH: number, filterW: number, stride: number, pad: number): Windows {
  check(call, "filterH", filterH, whole());
  check(call, "filterW", filterW, whole());
  check(call, "stride", stride, whole());
  check(call, "pad", pad, whole(0));
  return { height: filterH, width: filterW, stride, pad };
}

/**
 * Images as a matrix with a row for each window, of its elements channel by channel and row by row (book 7.4.3).
 *
 * @param inputData [batch, channels, height, width]
 * @param filterH rows of a window @param filterW columns of a window @param stride default 1 @param pad zeros around an image, default 0
 * @returns [batch · windows down · windows across, channels · filterH · filterW]
 * @throws ShapeError where x has other axes, or a window is larger than it @throws OptionError for numbers out of range
 * @throws StateError before `init()`
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { im2col } from "kobai/book";
 * await init();
 * im2col(tensor(new Float32Array(1 * 3 * 7 * 7), [1, 3, 7, 7]), 5, 5).shape; // [9, 75]
 * ```
 */
export function im2col(inputData: TensorLike, filterH: number, filterW: number, stride = 1, pad = 0): Tensor {
  const windows = windowsOf("im2col", filterH, filterW, stride, pad);
  const { inputData: x } = floats("im2col", { inputData });
  outputSize("im2col", x.shape, windows);
  return evaluate(patchesBy(windows).rule, x);
}

/**
 * The other way round (book 7.4.3): elements of windows back where they came from, those that meet at one pixel added up.
 *
 * @param col [batch · windows down · windows across, channels · filterH · filterW]
 * @param inputShape of the images: [batch, channels, height, width]
 * @param filterH rows of a window @param filterW columns of a window @param stride default 1 @param pad default 0
 * @returns a tensor of inputShape
 * @throws ShapeError where the shapes do not go together @throws OptionError for numbers out of range
 * @throws StateError before `init()`
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { col2im, im2col } from "kobai/book";
 * await init();
 * const x = tensor([1, 2, 3], [1, 1, 1, 3]);
 * col2im(im2col(x, 1, 2), [1, 1, 1, 3], 1, 2).data; // Float32Array [1, 4, 3]
 * ```
 */
export function col2im(
  col: TensorLike,
  inputShape: readonly number[],
  filterH: number,
  filterW: number,
  stride = 1,
  pad = 0,
): Tensor {
  const windows = windowsOf("col2im", filterH, filterW, stride, pad);
  const { col: given } = floats("col2im", { col });
  checkShape("col2im", inputShape, "inputShape");
  const [rows, columns] = outputSize("col2im", inputShape, windows);
  const [batch, channels] = inputShape as [number, number];
  const shape = [batch * rows * columns, channels * filterH * filterW];
  if (given.shape.length !== 2 || given.shape[0] !== shape[0] || given.shape[1] !== shape[1]) {
    throw new ShapeError(
      "col2im",
      `${ShapeError.describe({ col: given.shape, "the images": inputShape })}; col must be [${shape.join(", ")}]`,
      given.shape,
      inputShape,
    );
  }
  const image = tensor(new Float64Array(size(inputShape)), inputShape, given.dtype);
  return evaluate(patchesBy(windows).backward, given, image)[0]!;
}

const toLast = (x: Value) => permute(x, [0, 2, 3, 1]);
const toFirst = (x: Value) => permute(x, [0, 3, 1, 2]);

const convolution = byWindows(({ stride, pad: padding }) =>
  bothWays((x, W, b) => {
    const y = convolve2d(toLast(x!), permute(W!, [2, 3, 1, 0]), { stride, padding });
    return toFirst(add(y, b!));
  }),
);

/**
 * A convolution (book 7.4.3): each of the filters at each window of the images, plus its bias. Of each sum the terms are added row by row, column by
 * column, channel by channel.
 *
 * W and b are looked at in every pass.
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Convolution } from "kobai/book";
 * await init();
 * const layer = new Convolution([[[[1, 0], [0, 2]]]], [10]); // one filter of one channel
 * layer.forward([[[[1, 2, 3], [4, 5, 6]]]]).data; // 21, 24
 * layer.backward([[[[1, 1]]]]).data; // 1, 1, 0, 0, 2, 2
 * layer.db!.data; // Float64Array [2]
 * ```
 */
export class Convolution {
  /** [filters, channels, height, width] */
  W: Tensor;
  /** [filters] */
  b: Tensor;
  /** The gradients by W and b that the last backward pass left. */
  dW: Tensor | undefined;
  db: Tensor | undefined;
  readonly #stride: number;
  readonly #pad: number;
  readonly #memory: Memory;

  /**
   * @param W [filters, channels, height, width] @param b [filters]; tensors are taken as they are, without a copy
   * @param stride default 1 @param pad zeros around an image, default 0
   * @throws DataError where W or b is no tensor @throws OptionError for numbers out of range
   */
  constructor(W: TensorLike, b: TensorLike, stride = 1, pad = 0) {
    this.W = asFloat("Convolution", "W", W);
    this.b = asFloat("Convolution", "b", b);
    const windows = windowsOf("Convolution", 1, 1, stride, pad);
    this.#stride = stride;
    this.#pad = pad;
    this.#memory = new Memory("Convolution", convolution(windows));
  }

  /**
   * @param x [batch, channels, height, width] @returns [batch, filters, windows down, windows across]
   * @throws ShapeError where the shapes do not go together, or a filter is larger than an image @throws StateError before `init()`
   */
  forward(x: TensorLike): Tensor {
    const given = floats("Convolution", { x, W: this.W, b: this.b });
    const [filters, channels, height, width] = given.W.shape;
    const shapes = [given.x.shape, given.W.shape, given.b.shape];
    const fits =
      given.W.shape.length === 4 &&
      given.x.shape.length === 4 &&
      given.x.shape[1] === channels &&
      given.b.shape.length === 1 &&
      given.b.shape[0] === filters;
    if (!fits) {
      const named = ShapeError.describe({ x: given.x.shape, W: given.W.shape, b: given.b.shape });
      throw new ShapeError(
        "Convolution",
        `${named}; they must be [batch, channels, height, width], [filters, channels, height, width] and [filters]`,
        ...shapes,
      );
    }
    const windows = { height: height!, width: width!, stride: this.#stride, pad: this.#pad };
    outputSize("Convolution", given.x.shape, windows);
    return this.#memory.forward(given);
  }

  /**
   * The gradient by x; those by W and b come to lie in `dW` and `db`.
   * @param dout of the forward result's shape
   * @throws StateError before a forward pass @throws ShapeError where dout has another shape
   */
  backward(dout: TensorLike): Tensor {
    const [dx, dW, db] = this.#memory.backward(dout) as [Tensor, Tensor, Tensor];
    this.dW = dW;
    this.db = db;
    return dx;
  }
}

const pooling = byWindows(({ height, width, stride, pad: zeros }) =>
  bothWays((x) => toFirst(maxPool2d(toLast(padded(x!, zeros)), [height, width], { stride }))),
);

/**
 * The largest element of each window and channel (book 7.4.4). Its gradient goes to the first of equal ones. As in the book, the padding's
 * zeros are elements of windows, too.
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Pooling } from "kobai/book";
 * await init();
 * const layer = new Pooling(2, 2, 2);
 * layer.forward([[[[1, 4], [2, 3]]]]).data; // Float64Array [4]
 * layer.backward([[[[10]]]]).data; // 0, 10, 0, 0
 * ```
 */
export class Pooling {
  readonly #windows: Windows;
  readonly #memory: Memory;

  /**
   * @param poolH rows of a window @param poolW columns of a window @param stride default 1, the book's @param pad default 0
   * @throws OptionError for numbers out of range
   */
  constructor(poolH: number, poolW: number, stride = 1, pad = 0) {
    check("Pooling", "poolH", poolH, whole());
    check("Pooling", "poolW", poolW, whole());
    this.#windows = windowsOf("Pooling", poolH, poolW, stride, pad);
    this.#memory = new Memory("Pooling", pooling(this.#windows));
  }

  /**
   * @param x [batch, channels, height, width] @returns [batch, channels, windows down, windows across]
   * @throws ShapeError where x has other axes, or a window is larger than it @throws StateError before `init()`
   */
  forward(x: TensorLike): Tensor {
    outputSize("Pooling", asFloat("Pooling", "x", x).shape, this.#windows);
    return this.#memory.forward({ x });
  }

  /** The gradient by x. @throws StateError before a forward pass @throws ShapeError where dout has another shape */
  backward(dout: TensorLike): Tensor {
    return this.#memory.backward(dout)[0]!;
  }
}
