// Pictures made of numbers or of files, as what an SVG file can hold: addresses with the picture inside.

import { imageDimensionsFromData } from "image-dimensions";
import { DataError } from "../errors.ts";
import { checkTensor, formatShape, type Tensor } from "../tensor.ts";
import { checkCount, isTensor, type Numbers, type Table, toNumbers } from "./arguments.ts";
import type { ColorScale } from "./colors.ts";
import type { Drawing } from "./drawing.ts";
import { toTable } from "./grid.ts";

/**
 * A picture: a table of numbers, a tensor [rows, columns], a tensor [rows, columns, 3 or 4] of red, green, blue (and opacity) from 0 to 255,
 * as many numbers as a square has (the 784 of a digit), or the bytes of a PNG, JPEG, GIF, WebP or AVIF file.
 */
export type ImageInput = Table | Numbers | Uint8Array;

/** [rows, columns] of pictures that are given as one row of numbers. */
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
    if (file) return { kind: "file", rows: file.height, columns: file.width, data: input, type: file.type };
  }
  if (isTensor(input)) {
    checkTensor(name, input);
    if (input.shape.length === 3) return toColors(name, input);
    if (input.shape.length === 2) return { kind: "values", ...toTable(name, input) };
  } else if (Array.isArray(input) && typeof input[0] === "object" && input[0] !== null) {
    return { kind: "values", ...toTable(name, input as Table) };
  }
  const data = toNumbers(name, input as Numbers);
  const [rows, columns] = shape ?? squareOf(name, data.length);
  if (rows * columns !== data.length) {
    throw new DataError(
      `${name}: has ${data.length} numbers, but shape ${formatShape([rows, columns])} needs ${rows * columns}`,
    );
  }
  return { kind: "values", rows, columns, data };
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

/** @throws OptionError where a shape is not two whole numbers of at least 1 */
export function checkShape(call: string, shape: ImageShape | undefined): void {
  if (shape === undefined) return;
  checkCount(`${call}: shape's number of rows`, shape[0]);
  checkCount(`${call}: shape's number of columns`, shape[1]);
}

function squareOf(name: string, count: number): ImageShape {
  const side = Math.round(Math.sqrt(count));
  if (side * side === count) return [side, side];
  throw new DataError(
    `${name}: is a row of ${count} numbers, which is no square; give rows, a tensor [rows, columns], shape, or the bytes of a picture file`,
  );
}

/** Up to so many pixels a picture has 64 colors: their table would else be larger than the picture. */
const SMALL = 4096;

/** The picture's address, `data:image/…`: the same text for the same picture. */
export function addressOf(drawing: Drawing, pixels: Pixels, colors: ColorScale): string {
  const { rows: height, columns: width } = pixels;
  if (pixels.kind === "file") return dataAddress(pixels.type, pixels.data);
  if (pixels.kind === "colors") {
    return dataAddress("png", drawing.encodePng({ width, height, data: pixels.data, channels: 4 }));
  }
  const [low, high] = colors.domain;
  const last = (width * height > SMALL ? 256 : 64) - 1;
  const palette = Array.from({ length: last + 1 }, (_, i) => [
    ...colors.rgb(low + ((high - low) * i) / last),
  ]);
  // What is not a number is as white as the paper.
  if (pixels.data.some(Number.isNaN)) palette[last] = [255, 255, 255];
  const top = pixels.data.some(Number.isNaN) ? last - 1 : last;
  const data = Uint8Array.from(pixels.data, (value) =>
    Number.isNaN(value) ? last : Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * top),
  );
  return dataAddress("png", drawing.encodePng({ width, height, data, palette }, { zlib: { level: 9 } }));
}

function dataAddress(type: string, bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return `data:image/${type};base64,${btoa(text)}`;
}
