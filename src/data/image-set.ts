// MNIST and everything that comes in the same four files.

import "../globals.ts";
import { flag, options } from "../check.ts";
import { DataError } from "../errors.ts";
import { allocate } from "../io/bytes.ts";
import { locate, nameOf, type Place, place } from "../io/place.ts";
import { isNode } from "../node.ts";
import { formatShape, type Tensor } from "../tensor.ts";
import type { Dataset } from "./dataset.ts";
import { readFirst } from "./source.ts";

/** How `mnist` and `fashionMnist` find and shape the data. */
export interface MnistOptions {
  /** the folder of the four files: a path, or an address to fetch from, as a string or a URL; see there for the default */
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

/** A data set, and where it is looked for when no folder is named. */
export interface ImageSet {
  /** the function that reads it */
  readonly call: string;
  /** the environment variable that names its folder */
  readonly variable: string;
  /** Where its files are installed; undefined where they are not. */
  installed(): Promise<string | undefined>;
  /** what installs them */
  readonly remedy: string;
}

const CLASSES = 10;

/** Reads the four files of a data set. */
export async function readImages(set: ImageSet, given: MnistOptions): Promise<TrainTest> {
  const shaping = options(set.call, given, { dir: place, normalize: flag, oneHot: flag, flatten: flag });
  const dir = await locate(set.call, "dir", shaping.dir ?? (await defaultFolder(set)));
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
    CLASSES,
  );
  return {
    train: dataset(set, trainImages.tensor, trainLabels.tensor, classes, shaping),
    test: dataset(set, testImages.tensor, testLabels.tensor, classes, shaping),
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
  { call }: ImageSet,
  images: Tensor,
  labels: Tensor,
  classes: number,
  { normalize = true, oneHot = false, flatten = true }: MnistOptions,
): Dataset {
  const [n, height, width] = images.shape as [number, number, number];
  return {
    x: { ...images, shape: flatten ? [n, height * width] : [n, 1, height, width] },
    t: oneHot ? oneHotRows(call, labels, classes) : labels,
    ...(normalize && { scale: 1 / 255 }),
    classes,
  };
}

function oneHotRows(call: string, { data }: Tensor, classes: number): Tensor {
  const rows = new Float32Array(allocate(`${call}: oneHot`, data.length * classes * 4).buffer);
  for (let i = 0; i < data.length; i++) rows[i * classes + (data[i] as number)] = 1;
  return { shape: [data.length, classes], dtype: "float32", data: rows };
}

/** The folder that the environment names, or where the files are installed. */
async function defaultFolder({ call, variable, installed, remedy }: ImageSet): Promise<string> {
  if (!isNode)
    throw new DataError(
      `${call}: a page must say where the files lie: ${call}({ dir: "https://…/folder/" })`,
    );
  const folder = globalThis.process.env[variable] || (await installed());
  if (folder) return folder;
  throw new DataError(
    `${call}: no data found: ${remedy}, or name a folder that holds the four IDX files, ` +
      `as ${call}({ dir }) or in the environment variable ${variable}`,
  );
}
