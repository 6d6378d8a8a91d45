// Batches for training loops written by hand, one sample after the other as in the book.

import { check, isWhole, options, seed, show, whole } from "../check.ts";
import { DataError, OptionError } from "../errors.ts";
import { withMemory } from "../io/bytes.ts";
import { type RandomPosition, randomIndices } from "../random.ts";
import { size, type Tensor, typedArrays } from "../tensor.ts";
import { checkDataset, type Dataset } from "./dataset.ts";

/** Where `sampleBatch` stands when it is given no position of its own. */
const sharedPosition: RandomPosition = { seed: 0, step: 0 };
const step = whole(0, 2 ** 32 - 1);

/**
 * Draws `batchSize` samples with replacement: those that `fit` draws with the same seed at the same step.
 *
 * @param random - the seed and the step of the draw; the call moves its `step` on by one, so that the next call draws others.
 *   Without it, a sequence shared by all such calls, which starts at the same place whenever the program does.
 * @returns `x` as float32 [batchSize, …], scaled, and `t`: float32 rows, or integer labels in their own type
 * @throws DataError where the data set is empty, or none as `sampleCount` says, or there is no memory for the batch
 * @throws OptionError where `batchSize` is not a whole number of at least 1, or `random` no position that can be moved on
 * @example
 * const [x, t] = sampleBatch(train, 100);
 */
export function sampleBatch(
  dataset: Dataset,
  batchSize: number,
  random: RandomPosition = sharedPosition,
): [x: Tensor, t: Tensor] {
  const data = checkDataset("sampleBatch: the data set", dataset);
  check("sampleBatch", "batchSize", batchSize, whole(1, 2 ** 32 - 1));
  options("sampleBatch: random", random, { seed, step });
  check("sampleBatch: random", "seed", random.seed, seed);
  check("sampleBatch: random", "step", random.step, step);
  const n = data.x.shape[0] as number;
  if (n === 0) throw new DataError("sampleBatch: the data set is empty");
  const batch = withMemory("sampleBatch", `a batch of ${batchSize} samples`, () =>
    gatherBatch(data, randomIndices(n, batchSize, random)),
  );
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
 * The samples from `start` up to, not including, `end`.
 *
 * @returns `x` as float32 [end − start, …], scaled, and `t`: float32 rows, or integer labels in their own type
 * @throws OptionError where the range does not lie inside the data set
 * @throws DataError where the data set is none, as `sampleCount` says, or there is no memory for the batch
 * @example
 * const [x, t] = takeBatch(train, 0, 3); // the first three
 */
export function takeBatch(dataset: Dataset, start: number, end: number): [x: Tensor, t: Tensor] {
  const data = checkDataset("takeBatch: the data set", dataset);
  const n = data.x.shape[0] as number;
  if (!(isWhole(start, 0, n) && isWhole(end, start, n))) {
    throw new OptionError(
      `takeBatch: the range ${show(start)} to ${show(end)} does not lie inside 0 to ${n}, the samples there are`,
    );
  }
  return withMemory("takeBatch", `a batch of ${end - start} samples`, () =>
    gatherBatch(
      data,
      Uint32Array.from({ length: end - start }, (_, i) => start + i),
    ),
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
  rows.forEach((row, i) => {
    for (let j = 0; j < width; j++) {
      out[i * width + j] = Math.fround(data[row * width + j] as number) * factor;
    }
  });
  return { shape: [rows.length, ...shape.slice(1)], dtype: "float32", data: out };
}

function gatherLabels({ dtype, data }: Tensor, rows: Uint32Array): Tensor {
  const out = new typedArrays[dtype](rows.length);
  rows.forEach((row, i) => {
    out[i] = data[row] as number;
  });
  return { shape: [rows.length], dtype, data: out };
}
