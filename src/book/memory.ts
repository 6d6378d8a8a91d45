// What the book's layers have in common: a forward pass by a rule of ops, and the backward pass that the engine's differentiation makes of it.

import { ShapeError, StateError } from "../errors.ts";
import { gradients } from "../graph/autodiff.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import { sum } from "../graph/ops/reduce.ts";
import type { Value } from "../graph/value.ts";
import { evaluate } from "../runtime/eager.ts";
import { sameShape, type Tensor, type TensorLike } from "../tensor.ts";
import { floats } from "./operands.ts";

export type Rule = (...values: Value[]) => Value;

/** A rule that gives more beside its result. */
export type RuleWithMore = (...values: Value[]) => readonly [Value, ...Value[]];

/** The gradient of a rule's operands when `dout` arrives at its result. */
function backwardOf(rule: Rule): (dout: Value, ...operands: Value[]) => Value[] {
  return (dout, ...operands) => gradients(sum(multiply(rule(...operands), dout)), operands);
}

/** A rule and its backward pass. Made once for each rule, since `evaluate` keeps plans by the function. */
export interface Ways {
  readonly rule: Rule;
  readonly backward: (dout: Value, ...operands: Value[]) => Value[];
}

/** A rule, its backward pass, and the operands of the last forward pass. */
export class Memory {
  readonly #name: string;
  readonly #rule: Rule;
  readonly #backward: (dout: Value, ...operands: Value[]) => Value[];
  #last:
    | { readonly operands: Readonly<Record<string, Tensor>>; readonly shape: readonly number[] }
    | undefined;

  constructor(name: string, { rule, backward }: Ways) {
    this.#name = name;
    this.#rule = rule;
    this.#backward = backward;
  }

  /** @param operands the rule's, in order, by the names that messages call them */
  forward(operands: Readonly<Record<string, TensorLike>>): Tensor {
    return this.forwardBy(this.#rule, operands);
  }

  /** The forward pass by a rule that gives more than the memory's own, and the same result first. */
  forwardBy(rule: Rule, operands: Readonly<Record<string, TensorLike>>): Tensor;
  forwardBy(rule: RuleWithMore, operands: Readonly<Record<string, TensorLike>>): [Tensor, ...Tensor[]];
  forwardBy(rule: Rule | RuleWithMore, operands: Readonly<Record<string, TensorLike>>) {
    const tensors = floats(this.#name, operands);
    const results = evaluate(rule as Rule, ...Object.values(tensors)) as Tensor | [Tensor, ...Tensor[]];
    const { shape } = Array.isArray(results) ? results[0] : results;
    this.#last = { operands: tensors, shape: [...shape] };
    return results;
  }

  /** The gradient by each operand. @param dout of the result's shape, or one number for all of it */
  backward(dout: TensorLike): Tensor[] {
    if (!this.#last) throw beforeForward(this.#name);
    const { operands, shape } = this.#last;
    // What the forward pass was given may have been given away since.
    const [upstream, ...rest] = Object.values(floats(this.#name, { dout, ...operands })) as [
      Tensor,
      ...Tensor[],
    ];
    if (upstream.shape.length > 0 && !sameShape(upstream.shape, shape)) {
      throw new ShapeError(
        this.#name,
        `${ShapeError.describe({ dout: upstream.shape, "the forward result": shape })}; both must be of one shape`,
        upstream.shape,
        shape,
      );
    }
    return evaluate(this.#backward, upstream, ...rest);
  }
}

export function beforeForward(name: string): StateError {
  return new StateError(`${name}: backward needs a forward pass before it; call forward first`);
}

export function bothWays(rule: Rule): Ways {
  return { rule, backward: backwardOf(rule) };
}
