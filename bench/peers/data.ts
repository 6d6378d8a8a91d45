// What every peer is given: MNIST as raw bytes, the same initial weights, the same batches. Written once, as files without a header.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mnist } from "../../src/data/index.ts";
import {
  inverseNormal,
  type Seed,
  sampleIndices,
  shuffleIndices,
  uniform,
} from "../../test/reference/random.ts";
import works from "./works.json" with { type: "json" };

/** Of the weights and of the batches: the seed that kobai's own networks are given, whose draws these are. */
export const SEED = 42;
const seed: Seed = { low: SEED, high: 0 };
const WEIGHTS_PURPOSE = 0;

export const XOR = {
  x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1),
  t: Float32Array.of(0, 1, 1, 0),
} as const;

interface Layers {
  readonly layers: readonly number[];
  readonly convolutions?: readonly { readonly filters: number; readonly kernel: number }[];
}

/** Inputs and outputs of each layer's weight in turn; those of a convolution are a patch, [row, column, channel], and its filters. */
function matrices({ layers, convolutions = [] }: Layers): (readonly [inputs: number, outputs: number])[] {
  const channels = [1, ...convolutions.map(({ filters }) => filters)];
  return [
    ...convolutions.map(({ filters, kernel }, i) => [kernel * kernel * channels[i]!, filters] as const),
    ...layers.slice(1).map((width, i) => [layers[i]!, width] as const),
  ];
}

/** Weights [in, out] and biases [out] of each layer in turn: normal, of a spread that keeps a signal's size. */
export function weights(work: Layers): Float32Array {
  const parts = matrices(work).map(([inputs, width], layer) => {
    const std = Math.sqrt(2 / inputs);
    const part = new Float32Array((inputs + 1) * width);
    for (let i = 0; i < inputs * width; i++) {
      part[i] = std * inverseNormal(uniform(i, seed, WEIGHTS_PURPOSE, layer));
    }
    return part;
  });
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The rows of MNIST that each step takes, one step after the other. */
function batches(work: { sampling: string; batch: number; steps: number }, n: number): Int32Array {
  if (work.sampling === "shuffle") return Int32Array.from(shuffleIndices(n, 0, seed));
  const rows = new Int32Array(work.steps * work.batch);
  for (let step = 0; step < work.steps; step++) {
    rows.set(sampleIndices(n, work.batch, step, seed), step * work.batch);
  }
  return rows;
}

/** Writes the files that are not there yet. */
export async function writeData(folder: string): Promise<void> {
  const done = join(folder, "complete");
  if (existsSync(done)) return;
  mkdirSync(folder, { recursive: true });
  const write = (name: string, data: NodeJS.TypedArray) => writeFileSync(join(folder, name), data);
  const { train, test } = await mnist();
  write("train-images.u8", train.x.data as Uint8Array);
  write("train-labels.u8", train.t.data as Uint8Array);
  write("test-images.u8", test.x.data as Uint8Array);
  write("test-labels.u8", test.t.data as Uint8Array);
  for (const work of [works.book, works.book64, works.adam, works.xor, works.cnn, works.simple]) {
    write(`weights-${work.layers.join("-")}.f32`, weights(work));
  }
  const n = train.t.data.length;
  for (const name of ["book", "book64", "adam", "cnn", "simple"] as const)
    write(`${name}.i32`, batches(works[name], n));
  write("xor-x.f32", XOR.x);
  write("xor-t.f32", XOR.t);
  writeFileSync(done, "");
}
