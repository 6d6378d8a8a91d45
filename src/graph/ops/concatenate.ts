// Tensors side by side.

import { finite, isWhole, options, show } from "../../check.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import { sameShape } from "../../tensor.ts";
import { apply, checkValue, type Operation, type Value } from "../value.ts";
import { axisOf } from "./axes.ts";
import { checkWords, emitCopy } from "./box.ts";
import { reshape } from "./reshape.ts";
import { boxOf, sliceOperation } from "./slice.ts";

const concatenateOperation: Operation<{ readonly axis: number }> = {
  name: "concatenate",
  infer(values, { axis }) {
    const total = values.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    return [
      { shape: values[0]!.shape.map((length, i) => (i === axis ? total : length)), dtype: values[0]!.dtype },
    ];
  },
  gradient({ inputs, attributes: { axis } }, g) {
    let end = 0;
    return inputs.map(({ shape }) => {
      const begin = shape.map((_, i) => (i === axis ? end : 0));
      end += shape[axis]!;
      return apply(sliceOperation, [g], { begin, steps: shape.map(() => 1), shape });
    });
  },
  emit({ inputs, outputs: [y], attributes: { axis } }, emitter) {
    let end = 0;
    for (const x of inputs) {
      const begin = x.shape.map((_, i) => (i === axis ? end : 0));
      end += x.shape[axis]!;
      const box = boxOf(y!.shape, { begin, steps: x.shape.map(() => 1), shape: x.shape });
      emitCopy({ out: y!, a: x, ...box, scatters: true }, emitter);
    }
  },
};

/** @throws OptionError where it is no list of values of one dtype */
function checkValues(op: string, values: readonly Value[]): void {
  if (!Array.isArray(values) || values.length === 0) {
    throw new OptionError(`${op}: values must be a list of at least one symbolic value; got ${show(values)}`);
  }
  for (const [index, value] of Array.from(values).entries()) {
    checkValue(`${op}: value ${index + 1}`, value);
    checkWords(op, value);
  }
  const dtypes = values.map(({ dtype }) => dtype);
  if (dtypes.every((dtype) => dtype === dtypes[0])) return;
  throw new OptionError(`${op}: dtypes differ: ${dtypes.join(", ")}; all values must be of one dtype`);
}

/** The shapes of values, for messages: as many as one can read. */
function shapesOf(values: readonly Value[]): string {
  const named = Object.fromEntries(
    values.slice(0, 4).map(({ shape }, index) => [`value ${index + 1}`, shape]),
  );
  return `${ShapeError.describe(named)}${values.length > 4 ? ", …" : ""}`;
}

/**
 * Values one behind the other along an axis (`concatenate` of NumPy, `cat` of PyTorch).
 * @param values of the same lengths along all other axes @param options axis: negative ones are counted from the last; default 0
 * @returns their shape, along that axis the sum of their lengths
 * @throws ShapeError where the lengths differ, or there is no such axis @throws OptionError where the dtypes differ
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const sideBySide = (a: Value, b: Value) => concatenate([a, b], { axis: -1 }); // [N, m], [N, n] → [N, m + n]
 * ```
 */
export function concatenate(values: readonly Value[], given?: { axis?: number }): Value {
  checkValues("concatenate", values);
  const { axis = 0 } = options("concatenate", given, { axis: finite });
  const [first] = values as [Value];
  const along = axisOf("concatenate", first, axis);
  const fits = ({ shape }: Value) =>
    shape.length === first.shape.length &&
    shape.every((length, i) => i === along || length === first.shape[i]);
  if (!values.every(fits)) {
    throw new ShapeError(
      "concatenate",
      `${shapesOf(values)}; all lengths but those of axis ${along} must be the same`,
      ...values.map(({ shape }) => [...shape]),
    );
  }
  return values.length === 1 ? first : apply(concatenateOperation, values, { axis: along });
}

/**
 * Values of one shape one behind the other along a new axis (`stack` of NumPy and PyTorch).
 * @param options axis: where the new axis is in the result, negative ones counted from the last; default 0
 * @returns their shape with an axis of as many as there are values
 * @throws ShapeError where the shapes differ, or the axis is none of the result's @throws OptionError where the dtypes differ
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const pairs = (a: Value, b: Value) => stack([a, b], { axis: 1 }); // [N, n], [N, n] → [N, 2, n]
 * ```
 */
export function stack(values: readonly Value[], given?: { axis?: number }): Value {
  checkValues("stack", values);
  const { axis = 0 } = options("stack", given, { axis: finite });
  const { shape } = values[0]!;
  if (!values.every((value) => sameShape(value.shape, shape))) {
    throw new ShapeError(
      "stack",
      `${shapesOf(values)}; all must be of one shape`,
      ...values.map((value) => [...value.shape]),
    );
  }
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  if (!isWhole(at, 0, shape.length)) {
    throw new ShapeError(
      "stack",
      `${shapesOf(values)}; the new axis may be 0 to ${shape.length}, or -${shape.length + 1} to -1 from the last, got ${axis}`,
      shape,
    );
  }
  const long = [...shape.slice(0, at), 1, ...shape.slice(at)];
  return concatenate(
    values.map((value) => reshape(value, long)),
    { axis: at },
  );
}
