import { Activation } from "../../assembly/isa/gemm.ts";
import { type AffineAttributes, affineOperation, matmulOperation } from "./ops/matmul.ts";
import { topologicalOrder } from "./order.ts";
import { node as makeNode, type Node, type Operation, type Value } from "./value.ts";

/**
 * Replaces matmul + bias + activation, and matmul + an activation's gradient, by one affine instruction each, wherever nothing else
 * needs what lies between. The arithmetic is the same, element by element, so the bits are too.
 *
 * @returns the values that stand for `values` in the rewritten graph
 */
export function fuse(values: readonly Value[]): Value[] {
  const order = topologicalOrder(values);
  const uses = countUses(order, values);
  const replaced = new Map<Value, Value>();
  const now = (value: Value) => replaced.get(value) ?? value;
  for (const node of order) {
    const inputs = node.inputs.map(now);
    const sole = (index: number) => uses.get(node.inputs[index]!) === 1;
    const made = fused(node, inputs, sole) ?? rebuilt(node, inputs);
    for (const [index, output] of node.outputs.entries()) replaced.set(output, made.outputs[index]!);
  }
  return values.map(now);
}

function countUses(order: readonly Node[], values: readonly Value[]): Map<Value, number> {
  const uses = new Map<Value, number>();
  for (const value of [...order.flatMap((node) => node.inputs), ...values]) {
    uses.set(value, (uses.get(value) ?? 0) + 1);
  }
  return uses;
}

function rebuilt(node: Node, inputs: readonly Value[]): Node {
  return inputs.every((input, index) => input === node.inputs[index])
    ? node
    : makeNode(node.operation, inputs, node.attributes);
}

/** The affine node that `node` becomes, if it does; `sole(i)` tells whether nothing but `node` needs its input i. */
function fused(node: Node, inputs: readonly Value[], sole: (index: number) => boolean): Node | undefined {
  const operation = node.operation as Operation<never>;
  const [first, second] = inputs as [Value, Value];
  if (operation.name === "add") {
    for (const [index, product, bias] of [
      [0, first, second],
      [1, second, first],
    ] as const) {
      const affine = sole(index) && unfinished(product);
      if (affine && !affine.attributes.bias && isRowOf(bias, product)) {
        return makeNode(affineOperation, [...affine.inputs, bias], { ...affine.attributes, bias: true });
      }
    }
    return undefined;
  }
  const { activation } = operation;
  const affine = activation !== undefined && sole(0) && unfinished(first);
  if (!affine) return undefined;
  // A gradient has a second input, the activation's output.
  return makeNode(affineOperation, [...affine.inputs, ...inputs.slice(1)], {
    ...affine.attributes,
    activation,
  });
}

/** The product behind a value, as affine, if it has no activation yet. */
function unfinished(value: Value): { inputs: readonly Value[]; attributes: AffineAttributes } | undefined {
  const { operation, inputs, attributes } = value.node;
  if (operation === (matmulOperation as Operation<never>)) {
    const plain = { ...(attributes as AffineAttributes), bias: false, activation: Activation.identity };
    return { inputs, attributes: plain };
  }
  const isAffine = operation === (affineOperation as Operation<never>);
  if (isAffine && (attributes as AffineAttributes).activation === Activation.identity) {
    return { inputs, attributes: attributes as AffineAttributes };
  }
  return undefined;
}

/** Whether `row` is one row that is added to every row of `matrix`. */
export function isRowOf(row: Value, matrix: Value): boolean {
  const { shape } = row;
  const isRow = shape.length === 1 || (shape.length === 2 && shape[0] === 1);
  return isRow && matrix.shape.length === 2 && shape.at(-1) === matrix.shape[1];
}
