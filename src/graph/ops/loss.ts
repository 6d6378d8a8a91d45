import { Op } from "../../../assembly/isa/index.ts";
import { ElementLossArg, SoftmaxCrossEntropyArg } from "../../../assembly/isa/loss.ts";
import { SumArg } from "../../../assembly/isa/reduce.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import { sameShape, size } from "../../tensor.ts";
import { apply, type Emitter, isOne, type Node, type Operation, sameFloat, type Value } from "../value.ts";
import { multiply, scale } from "./elementwise.ts";
import { logSoftmax } from "./softmax.ts";

/** A loss is [loss, its gradient by the first input, each row's loss]: the kernel makes all of them in one pass. */
function lossTypes(x: Value) {
  const { shape, dtype } = x;
  return [
    { shape: [], dtype },
    { shape, dtype },
    { shape: [shape[0]!], dtype },
  ];
}

/** The gradient that the forward pass left behind, times what arrives at the loss. */
function lossGradient(node: Node, upstream: Value): Value {
  const own = node.outputs[1]!;
  return isOne(upstream) ? own : multiply(own, upstream);
}

function emitMean(node: Node, emitter: Emitter): void {
  const [loss, , rows] = node.outputs as [Value, Value, Value];
  const m = rows.shape[0]!;
  const operands = {
    [SumArg.out]: emitter.address(loss),
    [SumArg.a]: emitter.address(rows),
    [SumArg.outer]: 1,
    [SumArg.n]: m,
    [SumArg.inner]: 1,
    [SumArg.divisor]: m,
  };
  emitter.emit<SumArg>(Op.sum, loss.dtype, operands, 0.15 * m);
}

export const softmaxCrossEntropyOperation: Operation<undefined> = {
  name: "softmaxCrossEntropy",
  infer([x, t]) {
    const shapes = ShapeError.describe({ logits: x!.shape, labels: t!.shape });
    if (x!.shape.length !== 2) {
      throw new ShapeError(
        "softmaxCrossEntropy",
        `${shapes}; logits must be [batch, classes]`,
        x!.shape,
        t!.shape,
      );
    }
    const [m, n] = x!.shape as [number, number];
    const integer = t!.shape.length === 1 && t!.shape[0] === m;
    const oneHot = t!.shape.length === 2 && t!.shape[0] === m && t!.shape[1] === n;
    if (!integer && !oneHot) {
      throw new ShapeError(
        "softmaxCrossEntropy",
        `${shapes}; labels must be class indices [${m}] or one-hot rows [${m}, ${n}]`,
        x!.shape,
        t!.shape,
      );
    }
    if (integer && t!.dtype !== "int32") {
      throw new OptionError(`softmaxCrossEntropy: labels as class indices must be int32, got ${t!.dtype}`);
    }
    sameFloat("softmaxCrossEntropy", ...(oneHot ? [x!, t!] : [x!]));
    return lossTypes(x!);
  },
  // Labels that are themselves computed, as a teacher's distribution is: dt = −log softmax(x) / m.
  gradient(node, upstream) {
    const [x, t] = node.inputs as [Value, Value];
    const dt = () => multiply(scale(logSoftmax(x), -1 / x.shape[0]!), upstream);
    return [lossGradient(node, upstream), t.dtype === "int32" ? undefined : dt()];
  },
  emit(node, emitter) {
    const [x, t] = node.inputs as [Value, Value];
    emitter.emit<SoftmaxCrossEntropyArg>(
      Op.softmaxCrossEntropy,
      x.dtype,
      {
        [SoftmaxCrossEntropyArg.rowLosses]: emitter.address(node.outputs[2]!),
        [SoftmaxCrossEntropyArg.gradient]: emitter.address(node.outputs[1]!),
        [SoftmaxCrossEntropyArg.logits]: emitter.address(x),
        [SoftmaxCrossEntropyArg.labels]: emitter.address(t),
        [SoftmaxCrossEntropyArg.oneHot]: t.shape.length === 2 ? 1 : 0,
        [SoftmaxCrossEntropyArg.m]: x.shape[0]!,
        [SoftmaxCrossEntropyArg.n]: x.shape[1]!,
        [SoftmaxCrossEntropyArg.differentiate]: emitter.isWanted(node.outputs[1]!) ? 1 : 0,
      },
      23 * x.shape[0]! + 1.3 * size(x.shape),
    );
    emitMean(node, emitter);
  },
};

/**
 * Softmax with cross-entropy: the mean over the batch of −Σ t·log softmax(x) (book 5.6.3).
 * @param logits [batch, classes]
 * @param labels int32 [batch], class indices from 0; or rows [batch, classes] of the logits' dtype, one-hot or any distribution
 * @returns a scalar
 * @throws ShapeError where labels fit neither form
 * @example
 * ```ts
 * import { layer, loss, sequential } from "kobai";
 * import { identity, softmaxCrossEntropy } from "kobai/ops";
 * using net = sequential([layer("scores", identity)], { input: [2] });
 * net.loss([[2, 2]], [1], loss("own", softmaxCrossEntropy, "classes")); // 0.6931471824645996
 * ```
 */
export const softmaxCrossEntropy = (logits: Value, labels: Value): Value =>
  apply(softmaxCrossEntropyOperation, [logits, labels], undefined);

/** A loss of y and t of one shape, element by element. */
// @__NO_SIDE_EFFECTS__ (a loss that a page does not use is left out of its bundle)
function elementLoss(
  name: string,
  op: Op,
  [perRow, perElement]: readonly [number, number],
  targetGradient: (y: Value, dy: Value, upstream: Value) => Value,
): Operation<undefined> {
  return {
    name,
    infer([y, t]) {
      if (!sameShape(y!.shape, t!.shape) || y!.shape.length === 0) {
        throw new ShapeError(
          name,
          `${ShapeError.describe({ y: y!.shape, t: t!.shape })}; both must be of one shape, [batch, …]`,
          y!.shape,
          t!.shape,
        );
      }
      sameFloat(name, y!, t!);
      return lossTypes(y!);
    },
    gradient(node, upstream) {
      const dy = lossGradient(node, upstream);
      return [dy, targetGradient(node.inputs[0]!, dy, upstream)];
    },
    emit(node, emitter) {
      const [y, t] = node.inputs as [Value, Value];
      emitter.emit<ElementLossArg>(
        op,
        y.dtype,
        {
          [ElementLossArg.rowLosses]: emitter.address(node.outputs[2]!),
          [ElementLossArg.gradient]: emitter.address(node.outputs[1]!),
          [ElementLossArg.y]: emitter.address(y),
          [ElementLossArg.t]: emitter.address(t),
          [ElementLossArg.m]: y.shape[0]!,
          [ElementLossArg.n]: size(y.shape.slice(1)),
          [ElementLossArg.differentiate]: emitter.isWanted(node.outputs[1]!) ? 1 : 0,
        },
        perRow * y.shape[0]! + perElement * size(y.shape),
      );
      emitMean(node, emitter);
    },
  };
}

const sumSquaredErrorOperation = elementLoss("sumSquaredError", Op.sumSquaredError, [8, 0.46], (_, dy) =>
  scale(dy, -1),
);

/**
 * The sum of squared errors ½·Σ (y − t)² (book 4.2.1), averaged over the batch.
 * @param y [batch, …] @param t of y's shape and dtype
 * @returns a scalar
 * @throws ShapeError where the shapes differ
 * @example
 * ```ts
 * import { layer, loss, sequential } from "kobai";
 * import { identity, sumSquaredError } from "kobai/ops";
 * using net = sequential([layer("scores", identity)], { input: [2] });
 * net.loss([[1, 3]], [[1, 1]], loss("own", sumSquaredError)); // 2
 * ```
 */
export const sumSquaredError = (y: Value, t: Value): Value =>
  apply(sumSquaredErrorOperation, [y, t], undefined);

const binaryCrossEntropyOperation = elementLoss(
  "binaryCrossEntropy",
  Op.binaryCrossEntropy,
  [12, 4.5],
  (y, _, upstream) => multiply(scale(y, -1 / size(y.shape)), upstream),
);

/**
 * Binary cross-entropy of scores: the mean over all elements of −t·log σ(y) − (1 − t)·log(1 − σ(y)), taken from the scores y without
 * a probability in between that could be 0 or 1 (as PyTorch's BCEWithLogitsLoss).
 * @param y scores [batch, …] @param t from 0 to 1, of y's shape and dtype
 * @returns a scalar
 * @throws ShapeError where the shapes differ
 * @example
 * ```ts
 * import { layer, loss, sequential } from "kobai";
 * import { binaryCrossEntropy, identity } from "kobai/ops";
 * using net = sequential([layer("scores", identity)], { input: [2] });
 * net.loss([[0, 0]], [[0, 1]], loss("own", binaryCrossEntropy, "binary")); // 0.6931471824645996
 * ```
 */
export const binaryCrossEntropy = (y: Value, t: Value): Value =>
  apply(binaryCrossEntropyOperation, [y, t], undefined);
