// What elementwise ops are made with. Its calls are marked as pure where they stand, so that an op that a page does not use is left out of its
// bundle: what a function of another file does not do, bundlers do not know.

import { UnaryArg } from "../../../assembly/isa/elementwise.ts";
import type { Activation } from "../../../assembly/isa/gemm.ts";
import type { Op } from "../../../assembly/isa/index.ts";
import { size } from "../../tensor.ts";
import { apply, type Emitter, type Operation, sameFloat, type Value } from "../value.ts";
import { broadcastShapes, emitBroadcast, operandOf } from "./broadcasting.ts";
import { sumTo } from "./reduce.ts";

/** A function under an op's name, which messages and reports show. */
const named = <F extends (...operands: Value[]) => Value>(name: string, f: F): F =>
  Object.defineProperty(f, "name", { value: name });

/** Writes the instruction of an op of one operand; `parameter` is the address of its float64, or 0. */
export function emitUnary(
  op: Op,
  x: Value,
  y: Value,
  parameter: number,
  nanoseconds: number,
  emitter: Emitter,
) {
  const operands = {
    [UnaryArg.out]: emitter.address(y),
    [UnaryArg.a]: emitter.address(x),
    [UnaryArg.n]: size(x.shape),
    [UnaryArg.parameter]: parameter,
  };
  emitter.emit<UnaryArg>(op, x.dtype, operands, nanoseconds * size(x.shape));
}

/** An op of one operand; `nanoseconds` is what an element costs, `gradient` gets x, y and the gradient arriving at y. */
export function unary(
  name: string,
  op: Op,
  nanoseconds: number,
  gradient: (x: Value, y: Value, g: Value) => Value,
  activation?: Activation,
): (x: Value) => Value {
  const operation: Operation<undefined> = {
    name,
    ...(activation && { activation }),
    inPlace: true,
    infer: ([x]) => [{ shape: x!.shape, dtype: sameFloat(name, x!) }],
    gradient: ({ inputs: [x], outputs: [y] }, g) => [gradient(x!, y!, g)],
    emit: ({ inputs: [x], outputs: [y] }, emitter) => emitUnary(op, x!, y!, 0, nanoseconds, emitter),
  };
  return named(name, (x: Value) => apply(operation, [x], undefined));
}

/** An op of two operands, broadcast by NumPy's rule; `gradient` gives the gradients before they are summed back. */
export function binary(
  name: string,
  op: Op,
  gradient?: (a: Value, b: Value, y: Value, g: Value) => readonly [Value | undefined, Value | undefined],
  activation?: Activation,
): (a: Value, b: Value) => Value {
  const operation: Operation<undefined> = {
    name,
    ...(activation && { activation }),
    inPlace: true,
    infer: ([a, b]) => [{ shape: broadcastShapes(name, a!.shape, b!.shape), dtype: sameFloat(name, a!, b!) }],
    ...(gradient && {
      gradient({ inputs: [a, b], outputs: [y] }, g) {
        const [da, db] = gradient(a!, b!, y!, g);
        return [da && sumTo(da, a!.shape), db && sumTo(db, b!.shape)];
      },
    }),
    emit: ({ inputs: [a, b], outputs: [y] }, emitter) =>
      emitBroadcast(op, y!, operandOf(a!, emitter), operandOf(b!, emitter), emitter),
  };
  return named(name, (a: Value, b: Value) => apply(operation, [a, b], undefined));
}
