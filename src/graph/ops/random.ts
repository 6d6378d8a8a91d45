import { Purpose, RandomArg } from "../../../assembly/isa/random.ts";
import { type Distribution, variates } from "../../nn/distributions.ts";
import { type DTypeName, size } from "../../tensor.ts";
import { apply, checkShape, type Operation, type Shape, type Value, type ValueType } from "../value.ts";

interface RandomAttributes extends ValueType {
  readonly distribution: Distribution;
  /** which of a step's sequences */
  readonly stream: number;
}

/** Drawn anew at every step: a function of the run's seed, the sequence's number and the step, and of nothing else. */
const randomOperation: Operation<RandomAttributes> = {
  name: "random",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  emit({ outputs: [y], attributes: { distribution, stream } }, emitter) {
    const { op, nanoseconds, a, b } = variates(distribution);
    const n = size(y!.shape);
    const operands = {
      [RandomArg.out]: emitter.address(y!),
      [RandomArg.n]: n,
      [RandomArg.state]: emitter.run,
      [RandomArg.purpose]: Purpose.dropout,
      [RandomArg.stream]: stream,
      [RandomArg.a]: emitter.constant(a),
      [RandomArg.b]: emitter.constant(b),
    };
    emitter.emit<RandomArg>(op, y!.dtype, operands, nanoseconds * n);
  },
};

/**
 * Random elements.
 *
 * @param name how messages name them @param stream no two of a program may have the same
 * @throws ShapeError where an axis is no whole number of at least 1
 */
export function random(
  name: string,
  shape: Shape,
  dtype: DTypeName,
  distribution: Distribution,
  stream: number,
): Value {
  checkShape(name, shape, "the shape");
  return apply(randomOperation, [], { shape: [...shape], dtype, distribution, stream });
}
