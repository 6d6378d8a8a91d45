// What descriptions of all kinds of graphs end with: symbols, labels, and numbers from the engine.

import { OptionError } from "../../errors.ts";
import { describe, type GraphDescription, type Subject } from "../../graph/describe.ts";
import { type Symbols, standInsFor } from "../../graph/notation.ts";
import type { Value } from "../../graph/value.ts";
import { Composer, type Host } from "../../runtime/composer.ts";
import { size, type Tensor, typedArrays } from "../../tensor.ts";
import { setStep } from "../core.ts";
import { setSeed } from "../initial-values.ts";
import type { GraphOptions } from "./options.ts";

/** Lengths that stand for symbols, see `standInsFor`. @throws OptionError where there are too many */
export function standIns(words: readonly string[], lengths: readonly number[]): Symbols {
  const found = standInsFor(words, lengths);
  if (found) return found;
  throw new OptionError(
    `graph: too many symbols in shapes (${words.join(", ")}); give some of them as numbers`,
  );
}

/** Describes, and sees that every label was the label of something. */
export function finish(
  { title, labels = {}, formulas = false }: GraphOptions,
  subject: Omit<Subject, "rename" | "formulas">,
): GraphDescription {
  const met = new Set<string>();
  const description = describe({
    ...subject,
    formulas,
    rename(text) {
      met.add(text);
      return Object.hasOwn(labels, text) ? labels[text]! : text;
    },
  });
  const unknown = Object.keys(labels).find((key) => !met.has(key));
  if (unknown === undefined) return { ...(title !== undefined && { title }), ...description };
  throw new OptionError(`graph: nothing is called ${unknown}; labels can be given to ${[...met].join(", ")}`);
}

/** Runs a graph once, on the engine, for the values in it. @param at what random elements are drawn by */
export function evaluation(
  host: Host,
  given: ReadonlyMap<Value, Tensor>,
  at: { readonly seed: number; readonly step: number } = { seed: 0, step: 0 },
): NonNullable<Subject["evaluate"]> {
  return (values, arriving) => {
    const tensors = new Map(given);
    // What arrives is ones: the gradient of the sum of the result.
    for (const gradient of arriving) tensors.set(gradient, onesLike(gradient));
    const wanted = [...new Set(values)].filter((value) => !tensors.has(value));
    return Composer.compose(host, (composer) => {
      const placed = (value: Value) => ({ value, address: composer.room(value) });
      const inputs = [...tensors.keys()].map(placed);
      const outputs = wanted.map(placed);
      composer.graph(outputs, inputs);
      const program = composer.finish();
      setSeed(host.engine, composer.run, at.seed);
      setStep(host.engine, composer.run, at.step);
      const { heap } = host.engine;
      try {
        for (const { value, address } of inputs) {
          const { data } = tensors.get(value)!;
          heap.view(value.dtype, address, data.length).set(data);
        }
        program.run(1);
        for (const { value, address } of outputs) {
          const data = heap.view(value.dtype, address, size(value.shape)).slice();
          tensors.set(value, { shape: [...value.shape], dtype: value.dtype, data });
        }
      } finally {
        program.dispose();
      }
      return tensors;
    });
  };
}

function onesLike({ shape, dtype }: Value): Tensor {
  return { shape: [...shape], dtype, data: new typedArrays[dtype](size(shape)).fill(1) };
}
