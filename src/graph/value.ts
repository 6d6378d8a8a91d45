import type { Activation } from "../../assembly/isa/gemm.ts";
import type { Op } from "../../assembly/isa/index.ts";
import { check, finite, inType, isShape, MOST_AXES, oneOf, show } from "../check.ts";
import { OptionError, ShapeError } from "../errors.ts";
import type { Operands } from "../runtime/instructions.ts";
import type { DTypeName } from "../tensor.ts";

export type Shape = readonly number[];

/** What a value will be, known before anything is computed. */
export interface ValueType {
  readonly shape: Shape;
  readonly dtype: DTypeName;
}

/** A symbolic tensor: one output of a node of the graph. Its shape is concrete; its elements exist only while a program runs. */
export interface Value extends ValueType {
  readonly node: Node;
  /** which of the node's outputs it is */
  readonly index: number;
}

/** An operation applied to values. */
export interface Node<A = unknown> {
  readonly operation: Operation<A>;
  readonly inputs: readonly Value[];
  readonly attributes: A;
  readonly outputs: readonly Value[];
}

/**
 * An op: its shape rule, its gradient rule and its instructions, side by side. All ops are made of these; `A` are an op's
 * attributes, the arguments that are not tensors.
 */
export interface Operation<A = unknown> {
  readonly name: string;
  /** The types of the outputs. The first output is the op's value; others are by-products, such as a loss's own gradient. */
  infer(inputs: readonly Value[], attributes: A): readonly ValueType[];
  /** For each input, the gradient that arrives at it when `upstream` arrives at the first output; absent means none does. */
  gradient?(node: Node<A>, upstream: Value): readonly (Value | undefined)[];
  /** Writes the node's instructions. */
  emit(node: Node<A>, emitter: Emitter): void;
  /** The first output may lie where an input of the same size lay, if nothing needs that input any more. */
  readonly inPlace?: boolean;
  /** The output is the input's memory under another shape: nothing is computed. */
  readonly view?: boolean;
  /** How many multiply-adds it takes: the terms of its sums, each with the factor that it may have. What a summary counts. Default: none. */
  multiplyAdds?(node: Node<A>): number;
  /** What a product becomes that the op is fused into: one with an activation, or with an activation's gradient. */
  readonly activation?: Activation;
  /** What a product becomes with a bias or an activation: the op that does both, whose inputs are the product's, then the bias, then y. */
  readonly finished?: Operation<never>;
  /** 32-bit words that its instructions point to (`Emitter.words`), at most. Default: none. */
  readonly words?: number;
  /** Scratch bytes that each lane of the instructions needs at `Emitter.workspace`; given which inputs are compressed rows. */
  workspace?(node: Node<A>, isCompressed: (value: Value) => boolean): number;
}

/** Attributes of a finished product. Its inputs: the product's, then the bias if any, then the output y if the activation is a gradient. */
export interface Finish {
  readonly bias: boolean;
  readonly activation: Activation;
}

/** A batch of inputs without their zeros, as compressed rows (assembly/sparse/rows.ts). */
export interface CompressedRows {
  /** address of their table */
  readonly rows: number;
  /** of their values: a DType */
  readonly source: number;
  /** address of a float64 that values are multiplied by */
  readonly scale: number;
}

/** Where an op writes its instructions. */
export interface Emitter {
  /** The address of a value's elements. */
  address(value: Value): number;
  /** Whether anybody reads a value, of the graph or outside of it: a by-product that nobody does need not be computed. */
  isWanted(value: Value): boolean;
  /** Where a value lies as compressed rows, if it does. */
  compressed(value: Value): CompressedRows | undefined;
  /** The address of a constant, held as float64. */
  constant(value: number): number;
  /** The address of a constant scalar of `dtype`. */
  scalar(value: number, dtype: DTypeName): number;
  /** The address of the RunField block whose seed and step random elements are drawn by. */
  readonly run: number;
  /** The address of 32-bit words, for what an instruction has no operands left for: `Operation.words` is how many. */
  words(values: readonly number[]): number;
  /** scratch for the lanes, one after another */
  readonly workspace: number;
  /** of one lane */
  readonly workspaceBytes: number;
  /** @param nanoseconds about how long it takes in float32 on one lane; absent: lane 0 does all of it */
  emit<Arg extends number = never>(
    op: Op,
    dtype: DTypeName,
    operands: Operands<Arg>,
    nanoseconds?: number,
  ): void;
}

/** Applies an operation; its first output. */
export function apply<A>(operation: Operation<A>, inputs: readonly Value[], attributes: A): Value {
  return node(operation, inputs, attributes).outputs[0]!;
}

/** What every value was made by, so that nothing else can pass for one. */
const values = new WeakSet<object>();

/** Whether something is a symbolic value. */
export function isValue(value: unknown): value is Value {
  return typeof value === "object" && value !== null && values.has(value);
}

/** @throws OptionError where what a layer, a loss or an op was given, or gave, is no symbolic value; `what` names it */
export function checkValue(what: string, value: unknown): asserts value is Value {
  if (isValue(value)) return;
  throw new OptionError(
    `${what} must be a symbolic value: what a layer or loss is given, parameter(…), what an op returns, or for a number ` +
      `constant(…) of kobai/ops; got ${show(value)}`,
  );
}

export function node<A>(operation: Operation<A>, inputs: readonly Value[], attributes: A): Node<A> {
  for (const [index, value] of inputs.entries()) checkValue(`${operation.name}: operand ${index + 1}`, value);
  const outputs: Value[] = [];
  const made: Node<A> = { operation, inputs, attributes, outputs };
  operation.infer(inputs, attributes).forEach((type, index) => {
    // Nobody who is given a value may change its shape afterwards.
    const output = Object.freeze({
      ...type,
      shape: Object.freeze([...type.shape]),
      node: made as Node,
      index,
    });
    values.add(output);
    outputs.push(output);
  });
  return made;
}

const nothing: Pick<Operation, "emit"> = { emit() {} };

/** A leaf: what a program is given rather than computes. `source` tells leaves apart in messages and pictures. */
export interface LeafAttributes extends ValueType {
  readonly source: "input" | "parameter" | "state";
  readonly name: string;
}

export const leafOperation: Operation<LeafAttributes> = {
  name: "leaf",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  ...nothing,
};

/** A tensor that is given when the program runs. */
export function input(name: string, shape: Shape, dtype: DTypeName): Value {
  return apply(leafOperation, [], { source: "input", name, shape, dtype });
}

/** A tensor that is trained. */
export function parameter(name: string, shape: Shape, dtype: DTypeName): Value {
  return apply(leafOperation, [], { source: "parameter", name, shape, dtype });
}

/** A tensor that is kept from step to step, and not trained. */
export function state(name: string, shape: Shape, dtype: DTypeName): Value {
  return apply(leafOperation, [], { source: "state", name, shape, dtype });
}

interface ConstantAttributes {
  readonly value: number;
  readonly dtype: DTypeName;
}

export const constantOperation: Operation<ConstantAttributes> = {
  name: "constant",
  infer: (_, { dtype }) => [{ shape: [], dtype }],
  ...nothing,
};

/**
 * A scalar that is known when the graph is made, for ops with numbers: it broadcasts to any shape.
 *
 * @param value a finite number @param dtype of the values that it meets, such as `x.dtype`: "float32" or "float64"
 * @returns []
 * @throws OptionError for anything else
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { add, constant } from "kobai/ops";
 * using net = sequential([layer("shift", (x) => add(x, constant(0.5, x.dtype)))], { input: [2] });
 * [...net.predict([[1, 2]]).data]; // [1.5, 2.5]
 * ```
 */
export function constant(value: number, dtype: DTypeName): Value {
  check("constant", "dtype", dtype, oneOf("float32", "float64"));
  check("constant", "the value", value, inType(dtype, finite));
  return apply(constantOperation, [], { value, dtype });
}

/** Whether an op of this name made a value: asked by name, so that a page need not load an op that it does not use. */
export function isOf(name: string, { node }: Value): boolean {
  return node.operation.name === name;
}

/** Whether `value` is given from outside. */
export function isLeaf({ node: { operation } }: Value): boolean {
  return operation === (leafOperation as Operation<never>);
}

/** Whether `value` is known before the graph runs: a leaf or a constant. */
export function isGiven(value: Value): boolean {
  return isLeaf(value) || value.node.operation === (constantOperation as Operation<never>);
}

/** Whether `value` is the constant 1: the gradient of a loss with respect to itself. */
export function isOne(value: Value): boolean {
  return value.node.operation === (constantOperation as Operation<never>)
    ? (value.node.attributes as ConstantAttributes).value === 1
    : false;
}

/** @throws ShapeError where a shape that a caller wrote has too many axes, or one that is no whole number of at least 1 */
export function checkShape(op: string, shape: Shape, what = "target"): void {
  if (isShape(shape)) return;
  throw new ShapeError(
    op,
    `${what} is ${show(shape)}; it must be at most ${MOST_AXES} whole numbers of at least 1`,
    ...(Array.isArray(shape) ? [shape] : []),
  );
}

/** @throws OptionError where float tensors of one dtype are needed and something else came */
export function sameFloat(op: string, ...values: readonly Value[]): DTypeName {
  const { dtype } = values[0]!;
  if (dtype !== "float32" && dtype !== "float64") {
    throw new OptionError(
      `${op}: works on float32 and float64, got ${dtype}; convert it, labels by oneHot(…)`,
    );
  }
  for (const value of values) {
    if (value.dtype !== dtype) {
      throw new OptionError(
        `${op}: dtypes differ: ${values.map((v) => v.dtype).join(", ")}; all operands must be of one dtype`,
      );
    }
  }
  return dtype;
}
