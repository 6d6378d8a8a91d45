// A graph evaluated in plain TypeScript, node by node, without fusion and without a plan: what wasm is held to, bit for bit.

import { sizesOf } from "../../src/graph/ops/conv-geometry.ts";
import { topologicalOrder } from "../../src/graph/order.ts";
import type { Node, Value } from "../../src/graph/value.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { convolve, convolveInputGradient, convolveWeightGradient } from "./conv.ts";
import { binary, binaryNames, scale, unary, zerosLike } from "./elementwise.ts";
import { binaryCrossEntropy, softmaxCrossEntropy, sumSquaredError } from "./loss.ts";
import { type Floats, matmul } from "./matmul.ts";
import { sum } from "./reduce.ts";
import { logSoftmax, logSoftmaxGradient, softmax, softmaxGradient } from "./softmax.ts";

/** Computes a node's outputs from its inputs' elements. */
type Kernel = (node: Node<never>, inputs: readonly Floats[]) => readonly TypedArray[];

const product = (sizes: readonly number[]) => sizes.reduce((total, size) => total * size, 1);

/** The length of the rows that an op runs along. */
const rowLength = ({ outputs: [y] }: Node) => y!.shape.at(-1)!;

const kernels = new Map<string, Kernel>([
  ["matmul", multiplyMatrices],
  ["convolve2d", (node, [x, w]) => [convolve(convolutionOf(node, "y"), x!, w!)]],
  ["convolve2dInputGradient", (node, [g, w]) => [convolveInputGradient(convolutionOf(node, "x"), g!, w!)]],
  ["convolve2dWeightGradient", (node, [x, g]) => [convolveWeightGradient(convolutionOf(node, "w"), x!, g!)]],
  ["sum", sumAlongAxis],
  ["broadcastTo", broadcast],
  ["reshape", (_, [x]) => [x!]],
  ["scale", ({ attributes }, [x]) => [scale(x!, (attributes as { factor: number }).factor)]],
  ["softmax", (node, [x]) => [softmax(x!, rowLength(node))]],
  ["logSoftmax", (node, [x]) => [logSoftmax(x!, rowLength(node))]],
  ["softmaxGradient", (node, [y, g]) => [softmaxGradient(y!, g!, rowLength(node))]],
  ["logSoftmaxGradient", (node, [y, g]) => [logSoftmaxGradient(y!, g!, rowLength(node))]],
  ["softmaxCrossEntropy", ({ inputs: [x] }, [a, t]) => softmaxCrossEntropy(a!, t!, x!.shape[0]!)],
  ["binaryCrossEntropy", ({ inputs: [x] }, [y, t]) => binaryCrossEntropy(y!, t!, x!.shape[0]!)],
  ["sumSquaredError", ({ inputs: [x] }, [y, t]) => sumSquaredError(y!, t!, x!.shape[0]!)],
  ...Object.entries(unary).map(([name, f]): [string, Kernel] => [name, (_, [x]) => [f(x!)]]),
  ...binaryNames.map((name): [string, Kernel] => [name, elementwise]),
]);

function multiplyMatrices({ inputs, outputs, attributes }: Node<never>, [a, b]: readonly Floats[]): Floats[] {
  const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
  const [m, n] = outputs[0]!.shape as [number, number];
  const k = inputs[0]!.shape[transposeA ? 0 : 1]!;
  return [matmul<Floats>({ m, n, k, a: a!, b: b!, transposeA, transposeB })];
}

/** The sizes of a convolution, of which a node computes one part. */
function convolutionOf(
  { inputs: [first, second], outputs: [out], attributes }: Node<never>,
  part: "y" | "x" | "w",
) {
  const [x, w, y] = { y: [first, second, out], x: [out, second, first], w: [first, out, second] }[part];
  return sizesOf(x!.shape, w!.shape, y!.shape, attributes);
}

function sumAlongAxis({ inputs: [x], attributes }: Node<never>, [a]: readonly Floats[]): Floats[] {
  const { axis, mean } = attributes as { axis: number | undefined; mean: boolean };
  const { shape } = x!;
  const outer = axis === undefined ? 1 : product(shape.slice(0, axis));
  const inner = axis === undefined ? 1 : product(shape.slice(axis + 1));
  const n = axis === undefined ? product(shape) : shape[axis]!;
  return [sum(a!, { outer, n, inner, divisor: mean ? n : 1 })];
}

function elementwise({ operation, inputs, outputs }: Node<never>, [a, b]: readonly Floats[]): Floats[] {
  const [first, second] = inputs as [Value, Value];
  const operands = [
    { data: a!, shape: first.shape },
    { data: b!, shape: second.shape },
  ] as const;
  return [binary(operation.name, outputs[0]!.shape, ...operands)];
}

/** x·1 */
function broadcast({ inputs: [x], outputs: [y] }: Node<never>, [a]: readonly Floats[]): Floats[] {
  const one = { data: zerosLike(a!, 1).fill(1), shape: [] };
  return [binary("multiply", y!.shape, { data: a!, shape: x!.shape }, one)];
}

/**
 * The elements of `values`.
 *
 * @param given the elements of the leaves that they need
 */
export function evaluate(values: readonly Value[], given: ReadonlyMap<Value, TypedArray>): TypedArray[] {
  const known = new Map(given);
  for (const node of topologicalOrder(values)) {
    if (node.outputs.every((output) => known.has(output))) continue;
    const results = compute(
      node,
      node.inputs.map((value) => known.get(value)!),
    );
    node.outputs.forEach((output, index) => {
      known.set(output, results[index]!);
    });
  }
  return values.map((value) => known.get(value)!);
}

function compute(node: Node, inputs: readonly TypedArray[]): readonly TypedArray[] {
  const { name } = node.operation;
  if (name === "constant") {
    const { value, dtype } = node.attributes as { value: number; dtype: string };
    return [dtype === "float64" ? Float64Array.of(value) : Float32Array.of(value)];
  }
  const kernel = kernels.get(name);
  if (!kernel)
    throw new Error(`the reference has no ${name}${name === "leaf" ? ": a leaf was not given" : ""}`);
  return kernel(node as Node<never>, inputs as readonly Floats[]);
}
