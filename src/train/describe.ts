// The graph of a network, of one layer, or of a function of ops, described for pictures.

import { KobaiError, OptionError, ShapeError } from "../errors.ts";
import { describe, type GraphDescription, type Group, type Subject } from "../graph/describe.ts";
import { type Axis, type Symbols, standInsFor } from "../graph/notation.ts";
import { topologicalOrder } from "../graph/order.ts";
import { input, isGiven, type Node, type Shape, type Value } from "../graph/value.ts";
import type { Layer } from "../nn/layers.ts";
import { crossEntropy, type Loss } from "../nn/losses.ts";
import { Composer, type Host } from "../runtime/composer.ts";
import { engine } from "../runtime/engine.ts";
import { checkTensor, type DTypeName, size, type Tensor, typedArrays } from "../tensor.ts";
import { type TensorLike, toInputs, toTargets } from "./arguments.ts";
import type { Core, NamedLayer } from "./core.ts";
import { Network } from "./network.ts";
import { sequential } from "./sequential.ts";
import { checkFinite } from "./store.ts";

/** A function of symbolic values, written with the ops. */
export type GraphFunction = (...inputs: Value[]) => Value;

/** What any description can be told. */
export interface DescribeOptions {
  /** Whether what comes back is described too. Default true. */
  gradients?: boolean;
  /** Other words for symbols ("X"), for signs of ops ("dot") and for layers ("Affine"). */
  labels?: Readonly<Record<string, string>>;
}

export interface DescribeLayerOptions extends DescribeOptions {
  /** One sample's shape, as `sequential` takes it. */
  input: Shape;
  /** Samples: a number, or a symbol for any. Default "N". */
  batch?: Axis;
  /** Each op, or each layer as one. Default "ops". */
  level?: "ops" | "layers";
  /** A sample or a batch: the graph then has the numbers of this run. */
  x?: TensorLike;
}

export interface DescribeNetworkOptions extends Omit<DescribeLayerOptions, "input"> {
  /** What follows the network. Default: none; `crossEntropy()` where there is `t`. */
  loss?: Loss;
  /** Targets of `x`. */
  t?: TensorLike;
}

/** An input of a function: its shape, in which words stand for lengths that may be any; or a tensor, of which there are numbers. */
export type DescribedInput =
  | readonly Axis[]
  | { readonly shape: readonly Axis[]; readonly dtype?: DTypeName }
  | Tensor;

export interface DescribeFunctionOptions extends DescribeOptions {
  /** The function's arguments by name, in order. All tensors, for a graph with numbers, or none. */
  inputs: Readonly<Record<string, DescribedInput>>;
  /** What its result is called. Default "y". */
  output?: string;
  /** The inputs to differentiate by. Default: all that are float. */
  by?: readonly string[];
}

export type DescribeAnyOptions = DescribeLayerOptions | DescribeNetworkOptions | DescribeFunctionOptions;

const COMMON = ["gradients", "labels"];
const LAYER = [...COMMON, "input", "batch", "level", "x"];
const NETWORK = [...COMMON, "batch", "level", "x", "loss", "t"];
const FUNCTION = [...COMMON, "inputs", "output", "by"];

/**
 * The graph that the engine differentiates, as nodes and edges.
 *
 * @throws OptionError for what is no network, layer or function, for options that it does not have, and for a function that throws or
 * returns no value
 * @throws ShapeError where shapes do not fit, or a loss is no scalar
 * @throws DataError for numbers that a network cannot take
 * @throws UnsupportedError where an op has no gradient rule: leave the gradients out
 */
export function describeGraph(
  of: Network | Layer | GraphFunction,
  options: DescribeAnyOptions | undefined,
): GraphDescription {
  if (of instanceof Network) {
    const checked = check("network", NETWORK, options) as DescribeNetworkOptions;
    return describeNetwork(of.core, checked);
  }
  if (typeof of === "function") {
    return describeFunction(of, check("function", FUNCTION, options) as DescribeFunctionOptions);
  }
  if (isLayer(of)) {
    const { input, ...rest } = check("layer", LAYER, options) as DescribeLayerOptions;
    using alone = sequential([of], { input, name: "graph" });
    return describeNetwork(alone.core, rest);
  }
  const isLoss = typeof of === "object" && of !== null && "targets" in of;
  throw new OptionError(
    isLoss
      ? 'graph: a loss has two inputs; draw it after a network, graph(net, { loss }), or the op of its own as a function, graph(softmaxCrossEntropy, { inputs: { X: ["N", 10], t: ["N", 10] }, output: "L" })'
      : `graph: needs a network, a layer, or a function of ops; got ${of === null ? "null" : typeof of}`,
  );
}

/** A Loss is one too, but for its targets. */
function isLayer(of: unknown): of is Layer {
  return typeof of === "object" && of !== null && "forward" in of && !("targets" in of);
}

function check(kind: string, known: readonly string[], options: object | undefined): object {
  const given = options ?? {};
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new OptionError(
      `graph: there is no option ${unknown} for a ${kind}; there are ${known.join(", ")}`,
    );
  }
  const { gradients = true, level = "ops" } = given as { gradients?: unknown; level?: unknown };
  if (typeof gradients !== "boolean")
    throw new OptionError(`graph: gradients must be true or false; got ${String(gradients)}`);
  if (level !== "ops" && level !== "layers")
    throw new OptionError(`graph: level must be "ops" or "layers"; got ${String(level)}`);
  return given;
}

function describeNetwork(core: Core, options: DescribeNetworkOptions): GraphDescription {
  const { batch = "N", level = "ops", x: samples, t: targets, gradients = true, labels = {} } = options;
  const loss = options.loss ?? (targets === undefined ? undefined : crossEntropy());
  if (samples === undefined && targets !== undefined)
    throw new OptionError(
      "graph: t are the targets of x; give x too, or leave t out for a graph without numbers",
    );
  if (samples !== undefined && loss && targets === undefined)
    throw new OptionError("graph: the numbers of a loss need its targets: give t too");
  if (samples !== undefined && options.batch !== undefined)
    throw new OptionError("graph: x has a batch of its own; leave batch out");
  const isLength = typeof batch === "number" && Number.isInteger(batch) && batch >= 1;
  if (!isLength && !(typeof batch === "string" && batch !== ""))
    throw new OptionError(
      `graph: batch must be a whole number of at least 1, or a symbol such as "N"; got ${String(batch)}`,
    );

  const inputs = samples === undefined ? undefined : toInputs("graph", samples, core);
  if (inputs) checkFinite("graph", "x", inputs.values, size(core.inputShape));
  const { parameters } = core;
  const lengths = [core.inputShape, ...parameters.values.map(({ shape }) => shape)].flat();
  const symbols = standIns(typeof batch === "string" && !inputs ? [batch] : [], lengths);
  const m = inputs?.batch ?? symbols.get(String(batch)) ?? (batch as number);

  const { x, output, layers, groups } = walk(core, m);
  const names = new Map<Value, string>([[x, "X"]]);
  const given = new Map<Value, Tensor>();
  if (inputs) given.set(x, inputs.values);
  for (const [index, symbol] of parameterSymbols(parameters.names).entries())
    names.set(parameters.values[index]!, symbol);
  nameLayers(layers, names);
  if (!isGiven(output)) names.set(output, "Y");

  let result = output;
  if (loss) {
    const outputShape = output.shape.slice(1);
    const classes = loss.targets === "classes" && outputShape.length === 1 ? outputShape[0] : undefined;
    const network = { batch: m, classes, outputShape, dtype: core.dtype };
    const checked = targets === undefined ? undefined : toTargets("graph", targets, network);
    const plain =
      loss.targets === "classes"
        ? ({ dtype: "int32", shape: [] } as const)
        : { dtype: core.dtype, shape: outputShape };
    const { dtype, shape } = checked?.type ?? plain;
    const t = input("t", [m, ...shape], dtype);
    names.set(t, "t");
    if (checked) given.set(t, checked.values);
    result = loss.forward(output, t);
    if (result.shape.length !== 0) {
      throw new ShapeError(
        loss.name,
        `${ShapeError.describe({ loss: result.shape })}; a loss must be a scalar: take its sum or mean`,
        result.shape,
      );
    }
    const group = { name: loss.name, label: labelOf(loss.name) };
    for (const node of topologicalOrder([result])) {
      if (!isGiven(node.outputs[0]!) && !groups.has(node)) groups.set(node, group);
    }
  }
  return finish(labels, {
    result,
    resultName: loss ? "L" : (names.get(result) ?? "Y"),
    of: "L",
    names,
    by: gradients ? [x, ...parameters.values] : [],
    symbols,
    ...(level === "layers" && { groups }),
    ...(inputs && { evaluate: evaluation(core, given) }),
  });
}

/** The layers' graph at a batch, and which of them each node belongs to. */
function walk(core: Core, batch: number) {
  const x = input("X", [batch, ...core.inputShape], core.dtype);
  const layers: { named: NamedLayer; output: Value }[] = [];
  const groups = new Map<Node, Group>();
  const output = core.forward(x, (named, output) => {
    layers.push({ named, output });
    const group = { name: named.name, label: labelOf(named.layer.name) };
    for (const node of topologicalOrder([output])) {
      if (!isGiven(node.outputs[0]!) && !groups.has(node)) groups.set(node, group);
    }
  });
  return { x, output, layers, groups };
}

const layerLabels: Readonly<Record<string, string>> = {
  dense: "Affine",
  relu: "ReLU",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  softmax: "Softmax",
  flatten: "Flatten",
  crossEntropy: "Softmax with Loss",
  sumSquaredError: "Squared Error",
};

const labelOf = (kind: string) => layerLabels[kind] ?? kind;

/** "dense1.weight" is W1, or W where there is no other weight. */
function parameterSymbols(names: readonly string[]): string[] {
  const kinds = names.map((full) => {
    const kind = full.slice(full.indexOf(".") + 1);
    return kind === "weight" ? "W" : kind === "bias" ? "b" : kind;
  });
  const counts = new Map<string, number>();
  return kinds.map((kind) => {
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    return kinds.indexOf(kind) === kinds.lastIndexOf(kind) ? kind : `${kind}${number}`;
  });
}

const ACTIVATIONS = new Set(["relu", "sigmoid", "tanh", "softmax"]);

/** What comes out of the layers: A1, A2, … and behind activations Z1, Z2, …, as in chapter 3 of the book. */
function nameLayers(
  layers: readonly { named: NamedLayer; output: Value }[],
  names: Map<Value, string>,
): void {
  const counts = { A: 0, Z: 0 };
  for (const { named, output } of layers) {
    if (names.has(output)) continue;
    const letter = ACTIVATIONS.has(named.layer.name) ? "Z" : "A";
    names.set(output, `${letter}${++counts[letter]}`);
  }
}

function describeFunction(f: GraphFunction, options: DescribeFunctionOptions): GraphDescription {
  const { inputs, output = "y", by, gradients = true, labels = {} } = options;
  if (typeof inputs !== "object" || inputs === null || Object.keys(inputs).length === 0) {
    throw new OptionError(
      'graph: inputs must name the function\'s arguments with their shapes, such as { X: ["N", 2], W: [2, 3] }',
    );
  }
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
  if (inputs[output]) throw new OptionError(`graph: an input is called ${output}; name the result by output`);

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
  return finish(labels, {
    result,
    resultName,
    of: result.shape.length === 0 ? resultName : "L",
    names,
    by: gradients ? chosen : [],
    symbols,
    ...(numbers.length > 0 && {
      evaluate: evaluation({ engine: engine(), owner: "graph" }, tensors),
    }),
  });
}

function inputOf(key: string, of: DescribedInput) {
  const {
    shape,
    dtype = "float32",
    data,
  } = (Array.isArray(of) ? { shape: of } : (of ?? {})) as {
    shape: readonly Axis[];
    dtype?: DTypeName;
    data?: unknown;
  };
  const isAxis = (axis: unknown) =>
    (Number.isInteger(axis) && (axis as number) >= 1) || (typeof axis === "string" && axis !== "");
  if (!Array.isArray(shape) || !shape.every(isAxis)) {
    throw new OptionError(
      `graph: input ${key} must be a tensor or a shape of whole numbers of at least 1 and symbols, such as ["N", 2]; got ${JSON.stringify(of)}`,
    );
  }
  if (!Object.hasOwn(typedArrays, dtype)) {
    throw new OptionError(
      `graph: input ${key}: dtype must be one of ${Object.keys(typedArrays).join(", ")}; got ${String(dtype)}`,
    );
  }
  if (data === undefined) return { shape, dtype, tensor: undefined };
  checkTensor(`graph: input ${key}`, of as Tensor);
  return { shape, dtype, tensor: of as Tensor };
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
  if (typeof result === "object" && result !== null && "node" in result && "shape" in result)
    return result as Value;
  const kind = Array.isArray(result) ? "an array" : result === null ? "null" : typeof result;
  throw new OptionError(
    `graph: the function must return one value, made of its arguments by the ops of kobai/ops; it returned ${kind}`,
  );
}

function standIns(words: readonly string[], lengths: readonly number[]): Symbols {
  const found = standInsFor(words, lengths);
  if (found) return found;
  throw new OptionError(
    `graph: too many symbols in shapes (${words.join(", ")}); give some of them as numbers`,
  );
}

/** Describes, and sees that every label was the label of something. */
function finish(
  labels: Readonly<Record<string, string>>,
  subject: Omit<Subject, "rename">,
): GraphDescription {
  const met = new Set<string>();
  const description = describe({
    ...subject,
    rename(text) {
      met.add(text);
      return labels[text] ?? text;
    },
  });
  const unknown = Object.keys(labels).find((key) => !met.has(key));
  if (unknown === undefined) return description;
  throw new OptionError(`graph: nothing is called ${unknown}; labels can be given to ${[...met].join(", ")}`);
}

/** Runs a graph once, on the engine, for the values in it. */
function evaluation(host: Host, given: ReadonlyMap<Value, Tensor>): NonNullable<Subject["evaluate"]> {
  return (values, arriving) => {
    const tensors = new Map(given);
    // What arrives is ones: the gradient of the sum of the result.
    if (arriving) tensors.set(arriving, onesLike(arriving));
    const wanted = [...new Set(values)].filter((value) => !tensors.has(value));
    return Composer.compose(host, (composer) => {
      const placed = (value: Value) => ({ value, address: composer.room(value) });
      const inputs = [...tensors.keys()].map(placed);
      const outputs = wanted.map(placed);
      composer.graph(outputs, inputs);
      const program = composer.finish();
      const { heap } = host.engine;
      try {
        for (const { value, address } of inputs) {
          const { data } = tensors.get(value)!;
          heap.view(value.dtype, address, data.length).set(data);
        }
        program.run(1);
        for (const { value, address } of outputs) {
          const data = heap.view(value.dtype, address, size(value.shape)).slice();
          tensors.set(value, { shape: [...value.shape], dtype: value.dtype, data });
        }
      } finally {
        program.dispose();
      }
      return tensors;
    });
  };
}

function onesLike({ shape, dtype }: Value): Tensor {
  return { shape: [...shape], dtype, data: new typedArrays[dtype](size(shape)).fill(1) };
}
