// Pictures made of numbers or of files, as what an SVG file can hold: addresses with the picture inside.

import { imageDimensionsFromData } from "image-dimensions";
import { isShape, type Rule } from "../check.ts";
import { DataError } from "../errors.ts";
import { formatShape, type Tensor, type TensorLike, toTensor } from "../tensor.ts";
import type { Numbers, Table } from "./arguments.ts";
import type { ColorScale } from "./colors.ts";
import type { Drawing } from "./drawing.ts";

/**
 * A picture: a table of numbers, a tensor [rows, columns], the same with its one channel, [1, rows, columns] or [rows, columns, 1], a
 * tensor [rows, columns, 3 or 4] of red, green, blue (and opacity) from 0 to 255, as many numbers as a square has (the 784 of a digit), or the bytes of a PNG, JPEG, GIF, WebP or AVIF file.
 */
export type ImageInput = Table | readonly Table[] | Numbers;

/** [rows, columns] of pictures that are given as rows of numbers. */
export type ImageShape = readonly [rows: number, columns: number];

/** A picture that has been looked through. */
export type Pixels =
  | {
      readonly kind: "values";
      readonly rows: number;
      readonly columns: number;
      readonly data: readonly number[];
    }
  | { readonly kind: "colors"; readonly rows: number; readonly columns: number; readonly data: Uint8Array }
  | {
      readonly kind: "file";
      readonly rows: number;
      readonly columns: number;
      readonly data: Uint8Array;
      readonly type: string;
    };

/** @throws DataError where something is no picture */
export function toPixels(name: string, input: ImageInput, shape?: ImageShape): Pixels {
  if (input instanceof Uint8Array) {
    const file = imageDimensionsFromData(input);
    if (file && !(file.height > 0 && file.width > 0))
      throw new DataError(
        `${name}: the ${file.type} file says that it is ${file.width} by ${file.height} pixels`,
      );
    if (file) return { kind: "file", rows: file.height, columns: file.width, data: input, type: file.type };
  }
  const tensor = ofOneChannel(toTensor(name, input as TensorLike, { plain: "float64" }));
  if (tensor.data.length === 0) throw new DataError(`${name}: is empty; there is nothing to draw`);
  if (tensor.shape.length === 3) return toColors(name, tensor);
  const data = Array.from(tensor.data);
  if (tensor.shape.length === 2 && shape === undefined) {
    const [rows, columns] = tensor.shape as [number, number];
    return { kind: "values", rows, columns, data };
  }
  if (tensor.shape.length > 2 || tensor.shape.length === 0) {
    throw new DataError(
      `${name}: ${formatShape(tensor.shape)} is no picture; it must be [rows, columns] or [rows, columns, 3 or 4]`,
    );
  }
  const [rows, columns] = shape ?? squareOf(name, data.length);
  if (rows * columns !== data.length) {
    throw new DataError(
      `${name}: has ${data.length} numbers, but shape ${formatShape([rows, columns])} needs ${rows * columns}`,
    );
  }
  return { kind: "values", rows, columns, data };
}

/** Without the axis of a single channel, wherever that is: PyTorch and the book have it first, kobai last. [1, n, 3] is a row of colors. */
function ofOneChannel(tensor: Tensor): Tensor {
  const [first, second, third] = tensor.shape;
  if (tensor.shape.length !== 3) return tensor;
  if (third === 1) return { ...tensor, shape: [first!, second!] };
  return first === 1 && third !== 3 && third !== 4 ? { ...tensor, shape: [second!, third!] } : tensor;
}

function toColors(name: string, { shape, data }: Tensor): Pixels {
  const [rows = 0, columns = 0, channels = 0] = shape;
  if ((channels !== 3 && channels !== 4) || rows * columns === 0) {
    throw new DataError(`${name}: must be [rows, columns, 3 or 4]; it is ${formatShape(shape)}`);
  }
  const wrong = data.findIndex((value: number) => !(value >= 0 && value <= 255));
  if (wrong >= 0)
    throw new DataError(`${name}: element ${wrong} is ${data[wrong]}; colors are numbers from 0 to 255`);
  const bytes = new Uint8Array(rows * columns * 4).fill(255);
  for (let i = 0; i < data.length; i++) {
    bytes[Math.floor(i / channels) * 4 + (i % channels)] = Math.round(data[i]!);
  }
  return { kind: "colors", rows, columns, data: bytes };
}

export const imageShape: Rule = [
  (value) => isShape(value) && value.length === 2,
  "[rows, columns], two whole numbers of at least 1",
];

function squareOf(name: string, count: number): ImageShape {
  const side = Math.round(Math.sqrt(count));
  if (side * side === count) return [side, side];
  throw new DataError(
    `${name}: is a row of ${count} numbers, which is no square; give rows, a tensor [rows, columns], shape, or the bytes of a picture file`,
  );
}

/** A picture is not enlarged beyond so many pixels. */
const MOST_PIXELS = 1e7;

/** Up to so many pixels a picture has 64 colors: their table would else be larger than the picture. */
const SMALL = 4096;

/**
 * The picture's address, `data:image/…`: the same text for the same picture.
 *
 * Not all viewers heed `image-rendering`, and a smoothed digit is no longer what a network sees. So each number becomes as many pixels as
 * the picture needs to be `width` pixels wide.
 */
export function addressOf(drawing: Drawing, pixels: Pixels, colors: ColorScale, width: number): string {
  if (pixels.kind === "file") return dataAddress(pixels.type, pixels.data);
  const most = Math.floor(Math.sqrt(MOST_PIXELS / (pixels.rows * pixels.columns)));
  const factor = Math.max(1, Math.min(most, Math.ceil(width / pixels.columns)));
  if (pixels.kind === "colors") {
    const data = enlarged(pixels.data, pixels.columns, 4, factor);
    return dataAddress(
      "png",
      drawing.library.encodePng({ ...sizeOf(pixels, factor), data, channels: 4 }, smallest),
    );
  }
  const [low, high] = colors.domain;
  const hasHoles = pixels.data.some(Number.isNaN);
  const last = (pixels.data.length > SMALL ? 256 : 64) - 1;
  const top = hasHoles ? last - 1 : last;
  const palette = Array.from({ length: last + 1 }, (_, i) => [...colors.rgb(low + ((high - low) * i) / top)]);
  // What is not a number is as white as the paper.
  if (hasHoles) palette[last] = [255, 255, 255];
  const indices = Uint8Array.from(pixels.data, (value) =>
    Number.isNaN(value) ? last : Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * top),
  );
  const data = enlarged(indices, pixels.columns, 1, factor);
  return dataAddress(
    "png",
    drawing.library.encodePng({ ...sizeOf(pixels, factor), data, channels: 1, palette }, smallest),
  );
}

const smallest = { zlib: { level: 9 } } as const;

function sizeOf({ rows, columns }: Pixels, factor: number) {
  return { width: columns * factor, height: rows * factor };
}

/** Each pixel repeated to the right and downwards. */
function enlarged(bytes: Uint8Array, columns: number, channels: number, factor: number): Uint8Array {
  if (factor === 1) return bytes;
  const [stride, width] = [columns * channels, columns * channels * factor];
  const out = new Uint8Array(bytes.length * factor * factor);
  for (let i = 0; i < out.length; i++) {
    const row = Math.floor(i / width / factor);
    const column = Math.floor((i % width) / channels / factor);
    out[i] = bytes[row * stride + column * channels + (i % channels)]!;
  }
  return out;
}

function dataAddress(type: string, bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return `data:image/${type};base64,${btoa(text)}`;
}
