import { Op } from "../../../assembly/isa/index.ts";
import { SoftmaxArg } from "../../../assembly/isa/softmax.ts";
import { ShapeError } from "../../errors.ts";
import { size } from "../../tensor.ts";
import { apply, type Operation, sameFloat, type Value } from "../value.ts";

/** What an op costs: nanoseconds for each row, and for each element. */
type Cost = readonly [row: number, element: number];

/** Of all rows of x. */
const costOf = (x: Value, [row, element]: Cost): number =>
  (size(x.shape) / x.shape.at(-1)!) * row + size(x.shape) * element;

/** An op along the rows of x; `m` rows of `n`, all leading axes together. */
// @__NO_SIDE_EFFECTS__ (an op that a page does not use is left out of its bundle)
function alongRows(name: string, op: Op, cost: Cost, gradientOf: Operation<undefined>): Operation<undefined> {
  return {
    name,
    infer([x]) {
      if (x!.shape.length === 0) {
        throw new ShapeError(name, "x is a scalar; it must have an axis to run along", x!.shape);
      }
      return [{ shape: x!.shape, dtype: sameFloat(name, x!) }];
    },
    gradient: ({ outputs: [y] }, g) => [apply(gradientOf, [y!, g], undefined)],
    emit: ({ inputs: [x], outputs: [y] }, emitter) => {
      const n = x!.shape.at(-1)!;
      const operands = {
        [SoftmaxArg.out]: emitter.address(y!),
        [SoftmaxArg.a]: emitter.address(x!),
        [SoftmaxArg.m]: size(x!.shape) / n,
        [SoftmaxArg.n]: n,
        [SoftmaxArg.g]: 0,
      };
      emitter.emit<SoftmaxArg>(op, x!.dtype, operands, costOf(x!, cost));
    },
  };
}

// @__NO_SIDE_EFFECTS__
function gradientAlongRows(name: string, op: Op, cost: Cost): Operation<undefined> {
  return {
    name,
    infer: ([y]) => [{ shape: y!.shape, dtype: y!.dtype }],
    emit({ inputs: [y, g], outputs: [dx] }, emitter) {
      const n = y!.shape.at(-1)!;
      emitter.emit<SoftmaxArg>(
        op,
        y!.dtype,
        {
          [SoftmaxArg.out]: emitter.address(dx!),
          [SoftmaxArg.a]: emitter.address(y!),
          [SoftmaxArg.m]: size(y!.shape) / n,
          [SoftmaxArg.n]: n,
          [SoftmaxArg.g]: emitter.address(g!),
        },
        costOf(y!, cost),
      );
    },
  };
}

/** dx = y·(g − Σ g·y) */
const softmaxGradient = gradientAlongRows("softmaxGradient", Op.softmaxGradient, [8, 0.42]);
/** dx = g − eʸ·Σ g */
const logSoftmaxGradient = gradientAlongRows("logSoftmaxGradient", Op.logSoftmaxGradient, [5, 1.1]);

const softmaxOperation = alongRows("softmax", Op.softmax, [10, 1.1], softmaxGradient);
const logSoftmaxOperation = alongRows("logSoftmax", Op.logSoftmax, [22, 1.9], logSoftmaxGradient);

/**
 * eˣ / Σ eˣ along the last axis, shifted by the row's maximum against overflow (book 3.5).
 * @param x [batch, …, classes], float @returns x's shape and dtype: each row adds up to 1
 * @throws ShapeError for a scalar @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { softmax } from "kobai/ops";
 * using net = sequential([layer("softmax", softmax)], { input: [2] });
 * [...net.predict([[7, 7]]).data]; // [0.5, 0.5]
 * ```
 */
export const softmax = (x: Value): Value => apply(softmaxOperation, [x], undefined);

/**
 * log softmax(x) = x − log Σ eˣ along the last axis, without the loss of precision of taking the two apart (`log_softmax` of PyTorch).
 * @param x [batch, …, classes], float @returns x's shape and dtype
 * @throws ShapeError for a scalar @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { logSoftmax } from "kobai/ops";
 * using net = sequential([layer("logSoftmax", logSoftmax)], { input: [2] });
 * [...net.predict([[0, 200]]).data]; // [-200, 0]
 * ```
 */
export const logSoftmax = (x: Value): Value => apply(logSoftmaxOperation, [x], undefined);
