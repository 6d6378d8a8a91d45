import { input, type Value } from "../graph/value.ts";
import { size, type Tensor } from "../tensor.ts";
import { Composer } from "./composer.ts";
import { engine } from "./engine.ts";
import type { Program } from "./instructions.ts";
import { ProgramCache } from "./program-cache.ts";
import { Resources } from "./resources.ts";

/** A function of symbolic values, written with the ops. */
type Rule = (...values: Value[]) => Value | readonly Value[];

/** A planned rule: where its operands go in, where its results come out. */
interface EagerProgram extends Program {
  readonly inputs: readonly number[];
  readonly outputs: readonly { readonly value: Value; readonly address: number }[];
}

const caches = new WeakMap<Rule, ProgramCache>();

/**
 * Computes a function of tensors now, on the engine: plans the graph that `rule` describes and runs it once.
 *
 * The plan is kept for the next call with the same rule and operands of the same shapes and dtypes, so pass the same function
 * again rather than write it anew at each call. What is kept is freed when the function is collected.
 *
 * @param rule a function of symbolic values, written with the ops: of nothing else, since it is not called again
 * @param operands its arguments
 * @returns its result, or results, as tensors of their own
 * @throws ShapeError and OptionError where an op cannot take its operands @throws StateError before `init()`
 * @example
 * ```ts
 * import { tensor } from "kobai";
 * import { add, type Value } from "kobai/ops";
 * const double = (x: Value) => add(x, x);
 * evaluate(double, tensor([1, 2, 3])).data; // Float32Array [2, 4, 6]
 * ```
 */
export function evaluate(rule: (...values: Value[]) => Value, ...operands: readonly Tensor[]): Tensor;
export function evaluate(
  rule: (...values: Value[]) => readonly Value[],
  ...operands: readonly Tensor[]
): Tensor[];
export function evaluate(rule: Rule, ...operands: readonly Tensor[]): Tensor | Tensor[] {
  const { heap } = engine();
  const key = operands.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join();
  const program = cacheOf(rule).get(key, () => compose(rule, operands)) as EagerProgram & { single: boolean };
  for (const [i, { dtype, data }] of operands.entries()) {
    heap.view(dtype, program.inputs[i]!, data.length).set(data);
  }
  program.run(1);
  const results = program.outputs.map(({ value: { shape, dtype }, address }) => ({
    shape: [...shape],
    dtype,
    data: heap.view(dtype, address, size(shape)).slice(),
  }));
  return program.single ? results[0]! : results;
}

function cacheOf(rule: Rule): ProgramCache {
  let cache = caches.get(rule);
  if (!cache) {
    const resources = new Resources();
    cache = resources.add(new ProgramCache());
    resources.followLifeOf(rule);
    caches.set(rule, cache);
  }
  return cache;
}

function compose(rule: Rule, operands: readonly Tensor[]): EagerProgram & { readonly single: boolean } {
  const leaves = operands.map(({ shape, dtype }, i) => input(`operand ${i}`, shape, dtype));
  const result = rule(...leaves);
  const single = !Array.isArray(result);
  const results = single ? [result as Value] : (result as readonly Value[]);
  return Composer.compose({ engine: engine(), owner: rule.name || "evaluate" }, (composer) => {
    const placed = (value: Value) => ({ value, address: composer.room(value) });
    const inputs = leaves.map(placed);
    const outputs = results.map(placed);
    composer.graph(outputs, inputs);
    return { ...composer.finish(), inputs: inputs.map(({ address }) => address), outputs, single };
  });
}
