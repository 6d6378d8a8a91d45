// How callers give a network with named inputs and outputs what goes into it, and get what comes out.

import {
  anything,
  check,
  finite,
  inType,
  isObject,
  options,
  positive,
  type Rule,
  show,
} from "../../check.ts";
import type { Dataset } from "../../data/dataset.ts";
import { DataError, OptionError } from "../../errors.ts";
import { type Loss, lossRule } from "../../nn/losses.ts";
import { checkTensor, type DTypeName, type Tensor } from "../../tensor.ts";
import type { Port } from "../core.ts";
import type { Evaluation } from "../evaluate.ts";
import { type Face, type Objective, type Samples, single, type Term } from "../face.ts";

/** @param outputs undefined where there is one, which goes without a name @param dtype that the network computes in */
export function named(inputs: readonly Port[], outputs: readonly Port[] | undefined, dtype: DTypeName): Face {
  const scales = (call: string, scale: unknown): number[] => {
    const given = options(call, scale as object, anyOf(inputs, finite));
    return inputs.map(({ name }) => (given as Record<string, number>)[name] ?? 1);
  };
  const ofInputs: Pick<Face, "label" | "option" | "inputs" | "byInput" | "scales"> = {
    label: ({ name }) => `x.${name}`,
    option: ({ name }, shape) => `inputs: { ${name}: ${shape} }`,
    inputs: (call, x) => split(call, "x", x, inputs),
    byInput: (of) => byName(inputs, of),
    scales,
  };
  const samples = (call: string, data: unknown, of: readonly Tensor[], n: number): Samples => {
    const x = split(call, "x", (data as Dataset).x, inputs);
    const { scale, classNames } = data as Dataset;
    return {
      n,
      x: x.map((each, i) => ofAll(call, `x.${inputs[i]!.name}`, each, n)),
      t: of,
      scales: scale === undefined ? inputs.map(() => 1) : scales(`${call}: scale`, scale),
      classNames,
    };
  };
  /** How many samples there are, of whatever comes first. */
  const count = (call: string, data: unknown): number => {
    if (!isObject(data)) throw new DataError(`${call}: must be a data set { x, t }; got ${show(data)}`);
    const [first] = split(call, "x", data.x, inputs);
    return checkTensor(`${call}: x.${inputs[0]!.name}`, first as Tensor).shape[0] ?? 0;
  };
  if (!outputs) {
    return {
      ...single,
      ...ofInputs,
      samples(call, data) {
        const n = count(call, data);
        return samples(call, data, [ofAll(call, "t", (data as Dataset).t, n)], n);
      },
    };
  }

  const targets = (call: string, t: unknown, objective: Objective): unknown[] => {
    const wanted = objective.map(({ output }) => outputs[output]!);
    return split(call, "t", t, wanted, outputs);
  };
  const byTerm = <T>(of: readonly T[], objective: Objective) =>
    byName(
      objective.map(({ output }) => outputs[output]!),
      of,
    );
  const classNames = (call: string, names: unknown) => {
    const given = options(`${call}: classNames`, names as object | undefined, anyOf(outputs, anything));
    return outputs.map(({ name }) => (given as Record<string, unknown>)[name]);
  };
  const example = `{ ${outputs.map(({ name }) => `${name}: crossEntropy()`).join(", ")} }`;
  return {
    ...ofInputs,
    targets,
    classNames,
    byOutput: (of) => byName(outputs, of),
    byTerm,
    objective(call, loss) {
      const rule: Rule = [
        (value) => lossRule[0](value) || (isObject(value) && lossRule[0](value.loss)),
        "a loss, such as crossEntropy(), or one with a weight, { loss: crossEntropy(), weight: 0.5 }",
      ];
      if (!isObject(loss) || lossRule[0](loss)) {
        throw new OptionError(
          `${call}: loss must have losses by output, such as ${example}; got ${show(loss)}`,
        );
      }
      const given = options(`${call}: loss`, loss, anyOf(outputs, rule));
      const terms = outputs.flatMap(({ name }, output): Term[] => {
        const own = (given as Record<string, Loss | { loss: Loss; weight?: number }>)[name];
        if (own === undefined) return [];
        const { loss: of, weight = 1 } = lossRule[0](own)
          ? { loss: own as Loss }
          : options(`${call}: loss.${name}`, own as { loss: Loss; weight?: number }, {
              loss: lossRule,
              weight: positive,
            });
        check(`${call}: loss.${name}`, "weight", weight, inType(dtype, positive));
        return [{ output, label: `t.${name}`, loss: of, weight }];
      });
      if (terms.length > 0) return terms;
      throw new OptionError(`${call}: loss names no output; give one or more, such as ${example}`);
    },
    usual(call) {
      throw new OptionError(
        `${call}: the network has several outputs and was not fitted yet; give their losses, such as ${example}`,
      );
    },
    samples(call, data, objective) {
      const n = count(call, data);
      const t = targets(call, (data as Dataset).t, objective).map((each, i) =>
        ofAll(call, objective[i]!.label, each, n),
      );
      return samples(call, data, t, n);
    },
    metrics(option, asked, objective) {
      if (!isObject(asked)) return objective.map(() => asked);
      const lists = options(option, asked, anyOf(outputs, [Array.isArray, "a list of metrics"]));
      return objective.map(({ output }) => (lists as Record<string, unknown>)[outputs[output]!.name]);
    },
    evaluation: (of: readonly Evaluation[], objective) => ({
      loss: objective.reduce((sum, { weight }, i) => sum + weight * of[i]!.loss, 0),
      outputs: byTerm(of, objective),
    }),
  };
}

function byName<T>(ports: readonly Port[], of: readonly T[]): Record<string, T> {
  return Object.fromEntries(ports.map(({ name }, i) => [name, of[i]!]));
}

/** Rules for options that are called as ports are. */
function anyOf(ports: readonly Port[], rule: Rule): Record<string, Rule> {
  return byName(
    ports,
    ports.map(() => rule),
  );
}

/**
 * What a caller gave by name, in the order of `wanted`.
 *
 * @param known what may be there besides
 * @throws DataError where it is no object, lacks one, or has another
 */
function split(
  call: string,
  what: string,
  given: unknown,
  wanted: readonly Port[],
  known: readonly Port[] = wanted,
): unknown[] {
  const names = wanted.map(({ name }) => name);
  if (!isObject(given)) {
    throw new DataError(`${call}: ${what} must be an object { ${names.join(", ")} }; got ${show(given)}`);
  }
  const missing = names.filter((name) => !Object.hasOwn(given, name));
  const foreign = Object.keys(given).filter((name) => !known.some((port) => port.name === name));
  if (missing.length + foreign.length > 0) {
    const parts = [
      missing.length > 0 && `lacks ${missing.join(", ")}`,
      foreign.length > 0 && `has ${foreign.map(show).join(", ")}, which the network does not`,
    ];
    throw new DataError(
      `${call}: ${what} ${parts.filter(Boolean).join(" and ")}; it must be an object { ${names.join(", ")} }`,
    );
  }
  return names.map((name) => given[name]);
}

/** A tensor of as many samples as the first. @throws DataError */
function ofAll(call: string, label: string, given: unknown, n: number): Tensor {
  const tensor = checkTensor(`${call}: ${label}`, given as Tensor);
  if (tensor.shape[0] === n) return tensor;
  const own = tensor.shape.length === 0 ? "is a scalar" : `has ${tensor.shape[0]} samples`;
  throw new DataError(`${call}: ${label} ${own}, the first input has ${n}`);
}
