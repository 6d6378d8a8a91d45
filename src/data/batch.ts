// Batches for training loops written by hand, one sample after the other as in the book.

import { DataError, OptionError } from "../errors.ts";
import { type RandomPosition, randomIndices } from "../random.ts";
import { size, type Tensor, type TypedArray, typedArrays } from "../tensor.ts";
import { type Dataset, sampleCount } from "./dataset.ts";

/** Where `sampleBatch` stands when it is given no position of its own. */
const sharedPosition: RandomPosition = { seed: 0, step: 0 };

/**
 * Draws `batchSize` samples with replacement: those that `fit` draws with the same seed at the same step.
 *
 * @param random - the seed and the step of the draw; the call moves its `step` on by one, so that the next call draws others.
 *   Without it, a sequence shared by all such calls, which starts at the same place whenever the program does.
 * @returns `x` as float32 [batchSize, …], scaled, and `t`: float32 rows, or integer labels in their own type
 * @throws DataError where the data set is empty or its lengths disagree
 * @example
 * const [x, t] = sampleBatch(train, 100);
 */
export function sampleBatch(
  dataset: Dataset,
  batchSize: number,
  random: RandomPosition = sharedPosition,
): [x: Tensor, t: Tensor] {
  const n = sampleCount(dataset);
  if (n === 0) throw new DataError("sampleBatch: the data set is empty");
  const rows = randomIndices(n, batchSize, random);
  random.step++;
  return gatherBatch(dataset, rows);
}

/**
 * The samples from `start` up to, not including, `end`.
 *
 * @returns `x` as float32 [end − start, …], scaled, and `t`: float32 rows, or integer labels in their own type
 * @throws OptionError where the range does not lie inside the data set
 * @example
 * const [x, t] = takeBatch(train, 0, 3); // the first three
 */
export function takeBatch(dataset: Dataset, start: number, end: number): [x: Tensor, t: Tensor] {
  const n = sampleCount(dataset);
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= n)) {
    throw new OptionError(
      `takeBatch: the range ${start} to ${end} does not lie inside 0 to ${n}, the samples there are`,
    );
  }
  return gatherBatch(
    dataset,
    Uint32Array.from({ length: end - start }, (_, i) => start + i),
  );
}

function gatherBatch({ x, t, scale = 1 }: Dataset, rows: Uint32Array): [x: Tensor, t: Tensor] {
  return [
    gatherScaled(x, rows, scale),
    t.shape.length === 1 ? gatherLabels(t, rows) : gatherScaled(t, rows, 1),
  ];
}

/** Rounds value, scale and product to float32, as the gather inside a training step does, so that both see the same bits. */
function gatherScaled({ shape, data }: Tensor, rows: Uint32Array, scale: number): Tensor {
  const width = size(shape.slice(1));
  const out = new Float32Array(rows.length * width);
  const factor = Math.fround(scale);
  touch(data, rows, width);
  // Only a factor like this makes +0 of every zero.
  const skipsZeros = factor > 0 && factor < Number.POSITIVE_INFINITY;
  const words = skipsZeros && data instanceof Uint8Array ? wordsOf(data, width) : undefined;
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
