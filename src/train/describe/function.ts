// The graph of a function of ops.

import { check, isWhole, oneOf, show } from "../../check.ts";
import { KobaiError, OptionError } from "../../errors.ts";
import type { GraphDescription } from "../../graph/describe.ts";
import type { Axis } from "../../graph/notation.ts";
import { input, isValue, type Value } from "../../graph/value.ts";
import { engine } from "../../runtime/engine.ts";
import { checkTensor, type DTypeName, type Tensor, typedArrays } from "../../tensor.ts";
import { evaluation, finish, standIns } from "./finish.ts";
import { FUNCTION, type GraphFunction, type GraphFunctionOptions, type GraphInput } from "./options.ts";

export function describeFunction(f: GraphFunction, options: GraphFunctionOptions): GraphDescription {
  const { inputs, output = "y", by, gradients = true } = options;
  check("graph", "inputs", inputs, FUNCTION.inputs);
  const given = Object.entries(inputs).map(([key, of]) => ({ key, ...inputOf(key, of) }));
  if (f.length > given.length) {
    throw new OptionError(
      `graph: the function takes ${f.length} arguments, inputs has ${given.length} (${given.map(({ key }) => key).join(", ")})`,
    );
  }
  const numbers = given.filter(({ tensor }) => tensor);
  if (numbers.length > 0 && numbers.length < given.length) {
    const without = given.filter(({ tensor }) => !tensor).map(({ key }) => key);
    throw new OptionError(
      `graph: for a graph with numbers all inputs must be tensors; ${without.join(", ")} ${without.length > 1 ? "are" : "is"} none`,
    );
  }
  if (Object.hasOwn(inputs, output))
    throw new OptionError(`graph: an input is called ${output}; name the result by output`);

  const axes = given.flatMap(({ shape }) => shape);
  const words = [...new Set(axes.filter((axis) => typeof axis === "string"))];
  const symbols = standIns(
    words,
    axes.filter((axis) => typeof axis === "number"),
  );
  const leaves = given.map(({ key, shape, dtype }) =>
    input(
      key,
      shape.map((axis) => (typeof axis === "string" ? symbols.get(axis)! : axis)),
      dtype,
    ),
  );
  const result = call(f, leaves);
  const keys = given.map(({ key }) => key);
  const chosen = leaves.filter(
    ({ dtype }, index) => (by ? by.includes(keys[index]!) : true) && dtype.startsWith("float"),
  );
  const wrong = by?.find((key) => !chosen.includes(leaves[keys.indexOf(key)]!));
  if (wrong !== undefined)
    throw new OptionError(
      `graph: by names ${wrong}, which is no input of floats; there are ${keys.join(", ")}`,
    );

  const tensors = new Map(given.flatMap(({ tensor }, index) => (tensor ? [[leaves[index]!, tensor]] : [])));
  const names = new Map(leaves.map((leaf, index) => [leaf, keys[index]!]));
  const resultName = names.get(result) ?? output;
  names.set(result, resultName);
  return finish(options, {
    results: [result],
    of: result.shape.length === 0 ? resultName : "L",
    names,
    by: gradients ? chosen : [],
    symbols,
    ...(numbers.length > 0 && {
      evaluate: evaluation({ engine: engine(), owner: "graph" }, tensors),
    }),
  });
}

function inputOf(key: string, of: GraphInput) {
  const {
    shape,
    dtype = "float32",
    data,
  } = (Array.isArray(of) ? { shape: of } : (of ?? {})) as {
    shape: readonly Axis[];
    dtype?: DTypeName;
    data?: unknown;
  };
  const isAxis = (axis: unknown) => isWhole(axis, 1) || (typeof axis === "string" && axis !== "");
  if (!Array.isArray(shape) || !Array.from(shape).every(isAxis)) {
    throw new OptionError(
      `graph: input ${key} must be a tensor or a shape of whole numbers of at least 1 and symbols, such as ["N", 2]; got ${show(of)}`,
    );
  }
  check("graph", `the dtype of input ${key}`, dtype, oneOf(...Object.keys(typedArrays)));
  if (data === undefined) return { shape, dtype, tensor: undefined };
  return { shape, dtype, tensor: checkTensor(`graph: input ${key}`, of as Tensor) };
}

/** The function's result. @throws OptionError where it throws or returns something else, but for errors of the ops themselves */
function call(f: GraphFunction, leaves: readonly Value[]): Value {
  let result: unknown;
  try {
    result = f(...leaves);
  } catch (error) {
    if (error instanceof KobaiError) throw error;
    throw new OptionError(`graph: the function threw ${String(error)}`, { cause: error });
  }
  if (isValue(result)) return result;
  throw new OptionError(
    `graph: the function must return one value, made of its arguments by the ops of kobai/ops; it returned ${show(result)}`,
  );
}
