// Where in a network's graph each parameter acts: what decides how little has to be evaluated again when it moves.

import { SweepLoss } from "../../assembly/blocks.ts";
import { Activation } from "../../assembly/isa/gemm.ts";
import { isRowOf } from "../graph/fuse.ts";
import { topologicalOrder } from "../graph/order.ts";
import { isLeaf, isOf, type Node, type Value } from "../graph/value.ts";

/** A weight or bias of an affine layer, with what follows it as far as its effect stays a multiple of one row. */
export interface AffineSite {
  /** the layer's input, [m, k]; absent for a bias */
  readonly x: Value | undefined;
  /** the layer's output before its activation, [m, n] */
  readonly pre: Value;
  readonly activation: Activation;
  /** [m, n]; pre itself where there is no activation */
  readonly z: Value;
  /** the weight of the next affine layer, [n, p] */
  readonly nextWeight: Value | undefined;
  /** the next layer's output before its activation, or pre */
  readonly out: Value;
  /** the loss of `out`, where that is what comes next */
  readonly loss: SweepLoss;
  readonly targets: Value | undefined;
}

/** Finds where parameters act in the graph of one loss. */
export class Sites {
  readonly #loss: Value;
  readonly #consumers = new Map<Value, Node[]>();

  constructor(loss: Value) {
    this.#loss = loss;
    for (const node of topologicalOrder([loss])) {
      for (const value of new Set(node.inputs)) {
        this.#consumers.set(value, [...(this.#consumers.get(value) ?? []), node]);
      }
    }
  }

  /** The site of a parameter of an affine layer; undefined for any other parameter. */
  find(parameter: Value): AffineSite | undefined {
    const consumer = this.#soleConsumer(parameter);
    if (!consumer) return undefined;
    if (this.#isAffine(consumer, parameter)) {
      return this.#follow(consumer.inputs[0], this.#withBias(consumer.outputs[0]!));
    }
    const [y] = consumer.outputs;
    if (is(consumer, "add") && y!.shape.length === 2 && isRowOf(parameter, y!)) {
      return this.#follow(undefined, y!);
    }
    return undefined;
  }

  #follow(x: Value | undefined, pre: Value): AffineSite {
    const after = this.#soleConsumer(pre);
    // An activation's gradient, which a layer may contain as well, has a second input.
    const activation = after?.inputs.length === 1 ? after.operation.activation : undefined;
    const z = activation === undefined ? pre : after!.outputs[0]!;
    const next = this.#soleConsumer(z);
    if (next && is(next, "matmul") && next.inputs[0] === z && this.#isAffine(next, next.inputs[1]!)) {
      const out = this.#withBias(next.outputs[0]!);
      const kind = activation ?? Activation.identity;
      return { x, pre, activation: kind, z, nextWeight: next.inputs[1]!, out, ...this.#lossOf(out) };
    }
    return {
      x,
      pre,
      activation: Activation.identity,
      z: pre,
      nextWeight: undefined,
      out: pre,
      ...this.#lossOf(pre),
    };
  }

  /** Whether `node` is x·weight, weight a leaf, nothing transposed. */
  #isAffine(node: Node, weight: Value): boolean {
    if (!is(node, "matmul")) return false;
    const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
    return (
      !transposeA && !transposeB && isLeaf(weight) && node.inputs[1] === weight && node.inputs[0] !== weight
    );
  }

  /** The value with its bias added, where that is all that happens to it. */
  #withBias(product: Value): Value {
    const next = this.#soleConsumer(product);
    if (!next || !is(next, "add")) return product;
    const [a, b] = next.inputs as [Value, Value];
    return isRowOf(a === product ? b : a, product) ? next.outputs[0]! : product;
  }

  #lossOf(out: Value): Pick<AffineSite, "loss" | "targets"> {
    const next = this.#soleConsumer(out);
    if (next?.inputs[0] === out && next.outputs[0] === this.#loss && out.shape.length === 2) {
      const targets = next.inputs[1]!;
      if (is(next, "softmaxCrossEntropy")) {
        const loss = targets.shape.length === 1 ? SweepLoss.crossEntropyLabels : SweepLoss.crossEntropyRows;
        return { loss, targets };
      }
      if (isOf("sumSquaredError", this.#loss)) return { loss: SweepLoss.sumSquaredError, targets };
    }
    return { loss: SweepLoss.program, targets: undefined };
  }

  /** The only node that reads a value, if it reads it once and only one does. */
  #soleConsumer(value: Value): Node | undefined {
    const consumers = this.#consumers.get(value);
    const node = consumers?.length === 1 ? consumers[0] : undefined;
    return node?.inputs.filter((input) => input === value).length === 1 ? node : undefined;
  }
}

function is(node: Node, name: string): boolean {
  return node.operation.name === name;
}
