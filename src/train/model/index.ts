import { callback, check, isObject, options as optionsOf, type Rule, show } from "../../check.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import { checkValue, isValue, type Shape, type Value } from "../../graph/value.ts";
import type { Layer } from "../../nn/layers/layer.ts";
import { makeNetwork, type NamedValue, type NetworkOptions, networkRules } from "../make.ts";
import type { AnyNetwork, Network } from "../network.ts";
import { checkDtype, type Pass } from "../pass.ts";
import { sampleShape } from "../sequential.ts";
import type { Named, NamedInputs } from "../signature.ts";
import { named } from "./named.ts";

/** Options of `model`. */
export interface ModelOptions<Inputs extends string> extends NetworkOptions {
  /** One sample's shape of each input, without the batch: `{ image: [28, 28, 1], extra: [10] }`. */
  inputs: Readonly<Record<Inputs, Shape>>;
}

/** Applies a layer: one that is applied again has the same parameters. */
export type Apply = (layer: Layer, x: Value) => Value;

/**
 * A network of any shape, as a function from inputs to outputs: with branches, layers that are used twice, several inputs and outputs.
 *
 * The function is called several times, for batches of several sizes, in training and in inference, with symbolic values; it uses layers by
 * `apply` and ops of `kobai/ops`, and does the same each time. Layers are numbered by kind in the order in which it applies them. They may be made
 * in the function or outside: what is applied twice in one call has one set of parameters.
 *
 * What goes in and out is given by name, by what the function takes and returns: `predict({ image, extra })`, data sets
 * `{ x: { image, extra }, t: { digit, parity } }`, `fit({ loss: { digit: crossEntropy(), parity: { loss: …, weight: 0.5 } } })`. Where the
 * function returns one value, outputs, targets and the loss are those of `sequential`.
 *
 * @param describe inputs by name, and `apply` → a value [batch, …], or several by name
 * @throws OptionError for options out of range, or a function that returns something else
 * @throws ShapeError where a layer cannot take what it is given
 * @throws MemoryError where its parameters do not fit
 * @throws StateError before `init()`
 * @example
 * ```ts
 * import { adam, binaryCrossEntropy, crossEntropy, dense, init, model, relu, tensor } from "kobai";
 * import { add } from "kobai/ops";
 * await init();
 * const net = model(
 *   ({ image, extra }, apply) => {
 *     const hidden = apply(relu(), add(apply(dense(8), image), apply(dense(8), extra)));
 *     return { digit: apply(dense(10), hidden), even: apply(dense(1), hidden) };
 *   },
 *   { inputs: { image: [4], extra: [2] }, seed: 1 },
 * );
 * const data = {
 *   x: { image: tensor([[1, 0, 0, 0], [0, 1, 0, 0]]), extra: tensor([[0, 1], [1, 0]]) },
 *   t: { digit: tensor(new Uint8Array([3, 4])), even: tensor([0, 1]) },
 * };
 * await net.fit(data, {
 *   loss: { digit: crossEntropy(), even: { loss: binaryCrossEntropy(), weight: 0.5 } },
 *   optimizer: adam({ lr: 0.1 }),
 *   steps: 50,
 * });
 * net.predict(data.x).digit.shape; // [2, 10]
 * (await net.evaluate(data)).outputs.digit.accuracy; // 1
 * ```
 */
export function model<Inputs extends string, Outputs extends string>(
  describe: (inputs: Readonly<Record<Inputs, Value>>, apply: Apply) => Readonly<Record<Outputs, Value>>,
  options: ModelOptions<Inputs>,
): Network<Named<Inputs, Outputs>>;
export function model<Inputs extends string>(
  describe: (inputs: Readonly<Record<Inputs, Value>>, apply: Apply) => Value,
  options: ModelOptions<Inputs>,
): Network<NamedInputs<Inputs>>;
export function model(
  describe: (inputs: Readonly<Record<string, Value>>, apply: Apply) => unknown,
  given: ModelOptions<string>,
): AnyNetwork {
  check("model", "the function", describe, callback);
  const options = optionsOf("model", given, { inputs: inputsRule, ...networkRules });
  check("model", "inputs", options.inputs, inputsRule);
  const inputs = Object.entries(options.inputs).map(([name, shape]) => ({
    name,
    shape: Object.freeze([...check("model", `inputs.${name}`, shape, sampleShape)]),
  }));
  let names: readonly string[] | undefined;
  let isOne = false;
  const forward = (xs: readonly Value[], pass: Pass): NamedValue[] => {
    const byName = Object.fromEntries(inputs.map(({ name }, i) => [name, xs[i]!]));
    const returned = describe(byName, (layer, x) => {
      checkValue("apply: the layer's input", x);
      return pass.apply(layer, x);
    });
    isOne = isValue(returned);
    const outputs = outputsOf(returned);
    const found = outputs.map(({ name }) => name);
    names ??= found;
    if (names.join() !== found.join()) {
      throw new OptionError(
        `model: its function returned ${names.join(", ")}, and in another call ${found.join(", ")}; it must return the same each time`,
      );
    }
    for (const { name, value } of outputs) {
      checkDtype(isOne ? "model" : `model: ${name}`, value, xs[0]!);
      checkBatch(name, value, xs[0]!);
    }
    return outputs;
  };
  return makeNetwork(
    {
      call: "model",
      inputs,
      forward,
      face: (outputs) => named(inputs, isOne ? undefined : outputs, options.dtype ?? "float32"),
    },
    options,
  );
}

/** @throws ShapeError where an output is not [batch, …]: of one sample it may look so by chance in a batch of two */
function checkBatch(name: string, { shape }: Value, x: Value): void {
  if (shape[0] === x.shape[0]) return;
  throw new ShapeError(
    "model",
    `the output ${name} is [${shape.join(", ")}] for a batch of ${x.shape[0]}; an output must begin with the batch's axis`,
    shape,
  );
}

/** @throws OptionError where it is no value, nor several by name */
function outputsOf(returned: unknown): NamedValue[] {
  if (isValue(returned)) return [{ name: "y", value: returned }];
  const outputs = isObject(returned) ? Object.entries(returned) : [];
  if (outputs.length === 0) {
    throw new OptionError(
      `model: its function must return a symbolic value, such as apply(layer, x) gives, or an object of several by name; it returned ${show(returned)}`,
    );
  }
  return outputs.map(([name, value]) => {
    checkValue(`model: the output ${name}`, value);
    return { name, value };
  });
}

const inputsRule: Rule = [
  (value) => isObject(value) && Object.keys(value).length > 0,
  "one sample's shape of each input by name, such as { image: [28, 28, 1], extra: [10] }",
];
