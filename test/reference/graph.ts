// A graph evaluated in plain TypeScript, node by node, without fusion and without a plan: what wasm is held to, bit for bit.

import { Purpose } from "../../assembly/isa/random.ts";
import { sizesOf } from "../../src/graph/ops/conv-geometry.ts";
import { topologicalOrder } from "../../src/graph/order.ts";
import type { Node, Value } from "../../src/graph/value.ts";
import type { Distribution } from "../../src/nn/distributions.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { convolve, convolveInputGradient, convolveWeightGradient } from "./conv.ts";
import { binary, binaryKinds, power, scale, unary, unaryKinds, where, zerosLike } from "./elementwise.ts";
import { indexingKernels } from "./indexing.ts";
import { binaryCrossEntropy, softmaxCrossEntropy, sumSquaredError } from "./loss.ts";
import { type Floats, matmul } from "./matmul.ts";
import { normalizeKernels } from "./normalize.ts";
import { poolKernels } from "./pool.ts";
import { draw, type Seed } from "./random.ts";
import { argmax, around, extreme, type Span, sum } from "./reduce.ts";
import { logSoftmax, logSoftmaxGradient, softmax, softmaxGradient } from "./softmax.ts";

/** Computes a node's outputs from its inputs' elements. */
export type Kernel = (node: Node<never>, inputs: readonly Floats[], at: At) => readonly TypedArray[];

/** What random elements are drawn by. */
export interface At {
  readonly seed: Seed;
  readonly step: number;
}

const product = (sizes: readonly number[]) => sizes.reduce((total, size) => total * size, 1);

/** The length of the rows that an op runs along. */
const rowLength = ({ outputs: [y] }: Node) => y!.shape.at(-1)!;

const kernels = new Map<string, Kernel>([
  ["random", drawElements],
  ["matmul", multiplyMatrices],
  ["convolve2d", (node, [x, w]) => [convolve(convolutionOf(node, "y"), x!, w!)]],
  ["convolve2dInputGradient", (node, [g, w]) => [convolveInputGradient(convolutionOf(node, "x"), g!, w!)]],
  ["convolve2dWeightGradient", (node, [x, g]) => [convolveWeightGradient(convolutionOf(node, "w"), x!, g!)]],
  ["sum", sumAlongAxis],
  ["broadcastTo", broadcast],
  ["reshape", (_, [x]) => [x!]],
  ["scale", ({ attributes }, [x]) => [scale(x!, (attributes as { factor: number }).factor)]],
  ["power", ({ attributes }, [x]) => [power(x!, (attributes as { exponent: number }).exponent)]],
  ["where", choose],
  [
    "max",
    ({ inputs: [x], attributes }, [a]) => [extreme(Math.max, a!, around(x!.shape, spanOf(attributes)))],
  ],
  [
    "min",
    ({ inputs: [x], attributes }, [a]) => [extreme(Math.min, a!, around(x!.shape, spanOf(attributes)))],
  ],
  ["argmax", ({ inputs: [x], attributes }, [a]) => [argmax(a!, around(x!.shape, spanOf(attributes)))]],
  ["softmax", (node, [x]) => [softmax(x!, rowLength(node))]],
  ["logSoftmax", (node, [x]) => [logSoftmax(x!, rowLength(node))]],
  ["softmaxGradient", (node, [y, g]) => [softmaxGradient(y!, g!, rowLength(node))]],
  ["logSoftmaxGradient", (node, [y, g]) => [logSoftmaxGradient(y!, g!, rowLength(node))]],
  ["softmaxCrossEntropy", ({ inputs: [x] }, [a, t]) => softmaxCrossEntropy(a!, t!, x!.shape[0]!)],
  ["binaryCrossEntropy", ({ inputs: [x] }, [y, t]) => binaryCrossEntropy(y!, t!, x!.shape[0]!)],
  ["sumSquaredError", ({ inputs: [x] }, [y, t]) => sumSquaredError(y!, t!, x!.shape[0]!)],
  ...indexingKernels,
  ...poolKernels,
  ...normalizeKernels,
  ...Object.keys(unaryKinds).map((name): [string, Kernel] => [name, (_, [x]) => [unary(name, x!)]]),
  ...Object.keys(binaryKinds).map((name): [string, Kernel] => [name, elementwise]),
]);

const spanOf = (attributes: object) => (attributes as { span: Span }).span;

function choose({ inputs, outputs }: Node<never>, data: readonly Floats[]): Floats[] {
  const [c, a, b] = inputs.map(({ shape }, i) => ({ shape, data: data[i]! }));
  return [where(outputs[0]!.shape, c!, a!, b!)];
}

function drawElements(
  { outputs: [y], attributes }: Node<never>,
  _: unknown,
  { seed, step }: At,
): TypedArray[] {
  const { distribution, stream } = attributes as { distribution: Distribution; stream: number };
  const elements = draw(product(y!.shape), distribution, seed, Purpose.dropout, stream, step);
  return [y!.dtype === "float64" ? Float64Array.from(elements) : Float32Array.from(elements)];
}

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
  const { span, divisor = 1 } = attributes as { span: Span; divisor?: number };
  return [sum(a!, { ...around(x!.shape, span), divisor })];
}

function elementwise({ operation, inputs, outputs }: Node<never>, [a, b]: readonly Floats[]): Floats[] {
  const [first, second] = inputs as [Value, Value];
  const operands = [
    { data: a!, shape: first.shape },
    { data: b!, shape: second.shape },
  ] as const;
  return [binary(operation.name, outputs[0]!.shape, ...operands)];
}

/** x times a number, which is 1 but for a mean's gradient */
function broadcast({ inputs: [x], outputs: [y], attributes }: Node<never>, [a]: readonly Floats[]): Floats[] {
  const { factor = 1 } = attributes as { factor?: number };
  const by = { data: zerosLike(a!, 1).fill(factor), shape: [] };
  return [binary("multiply", y!.shape, { data: a!, shape: x!.shape }, by)];
}

/**
 * The elements of `values`.
 *
 * @param given the elements of the leaves that they need
 */
export function evaluate(
  values: readonly Value[],
  given: ReadonlyMap<Value, TypedArray>,
  at: At = { seed: { low: 0, high: 0 }, step: 0 },
): TypedArray[] {
  const known = new Map(given);
  for (const node of topologicalOrder(values)) {
    if (node.outputs.every((output) => known.has(output))) continue;
    const results = compute(
      node,
      node.inputs.map((value) => known.get(value)!),
      at,
    );
    node.outputs.forEach((output, index) => {
      known.set(output, results[index]!);
    });
  }
  return values.map((value) => known.get(value)!);
}

function compute(node: Node, inputs: readonly TypedArray[], at: At): readonly TypedArray[] {
  const { name } = node.operation;
  if (name === "constant") {
    const { value, dtype } = node.attributes as { value: number; dtype: string };
    return [dtype === "float64" ? Float64Array.of(value) : Float32Array.of(value)];
  }
  const kernel = kernels.get(name);
  if (!kernel)
    throw new Error(`the reference has no ${name}${name === "leaf" ? ": a leaf was not given" : ""}`);
  return kernel(node as Node<never>, inputs as readonly Floats[], at);
}
