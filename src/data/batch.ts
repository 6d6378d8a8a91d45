// Batches for training loops written by hand, one sample after the other as in the book.

import { check, finite, isWhole, options, seed, show, whole } from "../check.ts";
import { DataError, OptionError } from "../errors.ts";
import { withMemory } from "../io/bytes.ts";
import { type RandomPosition, randomIndices } from "../random.ts";
import { formatShape, size, type Tensor, type TypedArray, typedArrays } from "../tensor.ts";
import { type Alike, type AnyDataset, type Apart, apart, together } from "./apart.ts";

/** Where `sampleBatch` stands when it is given no position of its own. */
const sharedPosition: RandomPosition = { seed: 0, step: 0 };
const step = whole(0, 2 ** 32 - 1);

/** Inputs and targets of a batch, in the form that the data set's have. */
export type BatchOf<D extends AnyDataset> = [x: Alike<D["x"]>, t: Alike<D["t"]>];

/** Batches are made to enter linear memory, which ends at 4 GiB. */
const MOST_ELEMENTS = 2 ** 30;

/**
 * Draws `batchSize` samples with replacement: those that `fit` draws with the same seed at the same step. Of a data set with several inputs
 * or targets, `{ x: { image, extra }, t: { digit, even } }`, batches are of that form.
 *
 * @param random - the seed and the step of the draw; the call moves its `step` on by one, so that the next call draws others.
 *   Without it, a sequence shared by all such calls, which starts at the same place whenever the program does.
 * @returns `x` as float32 [batchSize, …], scaled, and `t`: float32, or integer labels in their own type
 * @throws DataError where the data set is empty, or none as `sampleCount` says, or there is no memory for the batch
 * @throws OptionError where `batchSize` is not a whole number of at least 1, or `random` no position that can be moved on
 * @example
 * const [x, t] = sampleBatch(train, 100);
 */
export function sampleBatch<D extends AnyDataset>(
  dataset: D,
  batchSize: number,
  random: RandomPosition = sharedPosition,
): BatchOf<D> {
  const data = apart("sampleBatch: the data set", dataset);
  check("sampleBatch", "batchSize", batchSize, whole(1, 2 ** 32 - 1));
  options("sampleBatch: random", random, { seed, step });
  check("sampleBatch: random", "seed", random.seed, seed);
  check("sampleBatch: random", "step", random.step, step);
  const { n } = data;
  if (n === 0) throw new DataError("sampleBatch: the data set is empty");
  const batch = gatherBatch<D>("sampleBatch", data, batchSize, () => randomIndices(n, batchSize, random));
  try {
    random.step++;
  } catch (cause) {
    throw new OptionError("sampleBatch: random: its step cannot be moved on; is the object frozen?", {
      cause,
    });
  }
  return batch;
}

/**
 * The samples from `start` up to, not including, `end`; in the form that the data set has, as with `sampleBatch`.
 *
 * @returns `x` as float32 [end − start, …], scaled, and `t`: float32, or integer labels in their own type
 * @throws OptionError where the range does not lie inside the data set
 * @throws DataError where the data set is none, as `sampleCount` says, or there is no memory for the batch
 * @example
 * const [x, t] = takeBatch(train, 0, 3); // the first three
 */
export function takeBatch<D extends AnyDataset>(dataset: D, start: number, end: number): BatchOf<D> {
  const data = apart("takeBatch: the data set", dataset);
  const { n } = data;
  if (!(isWhole(start, 0, n) && isWhole(end, start, n))) {
    throw new OptionError(
      `takeBatch: the range ${show(start)} to ${show(end)} does not lie inside 0 to ${n}, the samples there are`,
    );
  }
  return gatherBatch<D>("takeBatch", data, end - start, () =>
    Uint32Array.from({ length: end - start }, (_, i) => start + i),
  );
}

/** @throws DataError where there is no memory for the batch */
function gatherBatch<D extends AnyDataset>(
  call: string,
  { x, t }: Apart,
  count: number,
  makeRows: () => Uint32Array,
): BatchOf<D> {
  // Asked of what is multiplied with: 1e39 is a finite number, but not in float32.
  for (const { scale } of x) check(call, "scale as float32", Math.fround(scale), finite);
  const ofBatch = (shape: readonly number[]) => [count, ...shape.slice(1)];
  const elements = Math.max(...[...x, ...t].map(({ tensor }) => size(ofBatch(tensor.shape))));
  const shapes = x.map(({ label, tensor }) => `${label} is ${formatShape(ofBatch(tensor.shape))}`);
  const what = `a batch of ${count} samples, whose ${shapes.join(", ")}`;
  if (elements > MOST_ELEMENTS) throw new DataError(`${call}: there is no memory for ${what}`);
  return withMemory(call, what, () => {
    const rows = makeRows();
    return [
      together<D["x"]>(x, ({ tensor, scale }) => gatherScaled(tensor, rows, scale)),
      together<D["t"]>(t, ({ tensor }) =>
        isLabels(tensor) ? gatherLabels(tensor, rows) : gatherScaled(tensor, rows, 1),
      ),
    ];
  });
}

function isLabels({ shape, dtype }: Tensor): boolean {
  return shape.length === 1 && (dtype === "uint8" || dtype === "int32");
}

/** Rounds value, scale and product to float32, as the gather inside a training step does, so that both see the same bits. */
function gatherScaled({ shape, data }: Tensor, rows: Uint32Array, scale: number): Tensor {
  const width = size(shape.slice(1));
  const out = new Float32Array(rows.length * width);
  const factor = Math.fround(scale);
  touch(data, rows, width);
  // A factor below 0 makes -0 of a zero.
  const words = factor > 0 && data instanceof Uint8Array ? wordsOf(data, width) : undefined;
  if (words) scaleWords(words, rows, out, factor);
  else if (data instanceof Float32Array && factor === 1) {
    rows.forEach((row, i) => {
      out.set(data.subarray(row * width, (row + 1) * width), i * width);
    });
  } else {
    rows.forEach((row, i) => {
      const [from, to] = [row * width, i * width];
      for (let j = 0; j < width; j++) out[to + j] = Math.fround(data[from + j]!) * factor;
    });
  }
  return { shape: [rows.length, ...shape.slice(1)], dtype: "float32", data: out };
}

/** Keeps what `touch` reads, so that it is read at all. */
const seen = { sum: 0 };

/**
 * Rows lie anywhere in a large data set. Reading a number of each of their cache lines first, which depend on nothing, lets the memory
 * answer many requests at once.
 */
function touch(data: TypedArray, rows: Uint32Array, width: number): void {
  const line = 64 / data.BYTES_PER_ELEMENT;
  let sum = 0;
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * width;
    for (let j = 0; j < width; j += line) sum += data[from + j]!;
  }
  seen.sum = sum;
}

/** Bytes as words of four, where rows are made of whole ones. */
function wordsOf(bytes: Uint8Array, width: number): Int32Array | undefined {
  if (width % 4 !== 0 || bytes.byteOffset % 4 !== 0) return undefined;
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/** Four bytes at a time, or none where all are zero: images mostly are. `out` is zero before. */
function scaleWords(words: Int32Array, rows: Uint32Array, out: Float32Array, factor: number): void {
  const width = out.length / rows.length / 4;
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * width;
    for (let j = 0; j < width; j++) {
      const word = words[from + j]!;
      if (word === 0) continue;
      const to = 4 * (i * width + j);
      // As everywhere here, numbers lie in memory as wasm has them: their lowest byte first.
      out[to] = (word & 255) * factor;
      out[to + 1] = ((word >>> 8) & 255) * factor;
      out[to + 2] = ((word >>> 16) & 255) * factor;
      out[to + 3] = (word >>> 24) * factor;
    }
  }
}

function gatherLabels({ dtype, data }: Tensor, rows: Uint32Array): Tensor {
  const out = new typedArrays[dtype](rows.length);
  rows.forEach((row, i) => {
    out[i] = data[row] as number;
  });
  return { shape: [rows.length], dtype, data: out };
}
