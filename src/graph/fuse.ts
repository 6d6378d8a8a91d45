import { Activation } from "../../assembly/isa/gemm.ts";
import { topologicalOrder } from "./order.ts";
import { type Finish, node as makeNode, type Node, type Operation, type Value } from "./value.ts";

/**
 * Replaces a product (matmul, a convolution) + bias + activation, and a product + an activation's gradient, by one instruction each, wherever
 * nothing else needs what lies between. The arithmetic is the same, element by element, so the bits are too.
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

/** The finished product that `node` becomes, if it does; `sole(i)` tells whether nothing but `node` needs its input i. */
function fused(node: Node, inputs: readonly Value[], sole: (index: number) => boolean): Node | undefined {
  const operation = node.operation as Operation<never>;
  const [first, second] = inputs as [Value, Value];
  if (operation.name === "add") {
    for (const [index, product, bias] of [
      [0, first, second],
      [1, second, first],
    ] as const) {
      const pending = sole(index) ? unfinished(product) : undefined;
      if (pending && !pending.finish.bias && isRowOf(bias, product)) {
        return finished(pending, [bias], { bias: true });
      }
    }
    return undefined;
  }
  const { activation } = operation;
  const pending = activation !== undefined && sole(0) ? unfinished(first) : undefined;
  // A gradient has a second input, the activation's output.
  return pending && finished(pending, inputs.slice(1), { activation: activation! });
}

interface Unfinished {
  readonly node: Node;
  readonly into: Operation<never>;
  readonly finish: Finish;
}

/** The product behind a value, if it has no activation yet. */
function unfinished({ node }: Value): Unfinished | undefined {
  const into = node.operation.finished;
  if (!into) return undefined;
  const { bias = false, activation = Activation.identity } = node.attributes as Partial<Finish>;
  return activation === Activation.identity ? { node, into, finish: { bias, activation } } : undefined;
}

function finished({ node, into, finish }: Unfinished, more: readonly Value[], also: Partial<Finish>): Node {
  const attributes = { ...(node.attributes as object), ...finish, ...also };
  return makeNode(into as Operation<unknown>, [...node.inputs, ...more], attributes);
}

/** Whether `row` is one row that is added to every row of `product`. */
export function isRowOf(row: Value, product: Value): boolean {
  const { shape } = row;
  const isRow = shape.length === 1 || (shape.length === 2 && shape[0] === 1);
  return isRow && product.shape.length >= 2 && shape.at(-1) === product.shape.at(-1);
}
