// Pictures: digits, weights, and picture files.

import { options as checkOptions, flag, text, whole } from "../check.ts";
import { DataError } from "../errors.ts";
import { checkTensor, formatShape, size, type Tensor, type TypedArray } from "../tensor.ts";
import {
  checkSameLength,
  checkSpan,
  pixels as pixelsRule,
  range,
  scheme as schemeRule,
  texts,
} from "./arguments.ts";
import { type ColorScale, colorBar, colorScale } from "./colors.ts";
import type { Drawing, Picture } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { heading } from "./panels.ts";
import { addressOf, type ImageInput, type ImageShape, imageShape, type Pixels, toPixels } from "./pixels.ts";
import { coordinate, svgElement, textWidth } from "./svg.ts";
import { edge, fontSize, type Scheme } from "./theme.ts";

/** Options of `image` and `imageGrid`. */
export interface ImageOptions {
  /** Stands above the picture. Default: none. */
  title?: string;
  /** [rows, columns] of the pictures, where they are given as rows of numbers. Default: a square. */
  shape?: ImageShape;
  /** The colors of numbers. Default "greys": the smallest is white, the largest black. "rdbu" is for numbers around zero. */
  scheme?: Scheme;
  /** The numbers at the ends of the scheme. Default: the smallest and the largest; for "rdbu" as far below zero as above. */
  domain?: readonly [number, number];
  /** Whether a color bar says which color is which number. Default: no. */
  colorBar?: boolean;
  /** How wide a picture is drawn, in pixels. Default: 280, in a grid 64. */
  width?: number;
}

/** Options of `imageGrid`. */
export interface ImageGridOptions extends ImageOptions {
  /** What stands below each picture, in any language. Default: nothing. */
  labels?: readonly string[];
  /** How many pictures stand side by side. Default: up to ten. */
  columns?: number;
}

const rules = {
  title: text,
  shape: imageShape,
  scheme: schemeRule,
  domain: range,
  colorBar: flag,
  width: pixelsRule,
};

export const imageGridRules = { ...rules, labels: texts, columns: whole() };

const GAP = 8;
const LABEL_HEIGHT = 18;
const TITLE_HEIGHT = 28;
/** Of a picture, in pixels. */
const HIGHEST = 10_000;

/**
 * A picture: a digit, a table of numbers as colors, or a picture file, which is put into the figure as it is.
 *
 * @param input rows of numbers, a tensor [rows, columns], [rows, columns, 1, 3 or 4] or [1, rows, columns], the 784 numbers of a digit (or of another square), or
 *   the bytes of a PNG, JPEG, GIF, WebP or AVIF file
 * @throws DataError where it is no picture, holds no number that is finite, or would be higher than 10,000 pixels
 * @throws OptionError where an option is out of its range
 * @example
 * import { image } from "kobai/plot";
 * const [x, t] = takeBatch(train, 101, 102);
 * await writeFile("digit.svg", await image(x.data, { title: `label ${t.data[0]}` }).svg());
 */
export function image(input: ImageInput, options: ImageOptions = {}): Figure {
  checkOptions("image", options, rules);
  return tiled("image", [toPixelsOf("image", input, options)], { width: 280, ...options });
}

/**
 * Pictures side by side on one scale of colors: digits, first-layer weights, misclassified samples with both labels.
 *
 * @param images a tensor [n, rows, columns] or [n, pixels], with an axis for channels behind or, where there is one, before the rows; or an array
 *   of what `image` takes. The filters of the book's networks are such a tensor: `imageGrid(net.params.W1)`
 * @throws DataError @throws OptionError as `image`, and where there are not as many labels as pictures
 * @example
 * import { imageGrid } from "kobai/plot";
 * const [x, t] = takeBatch(test, 0, 20);
 * imageGrid(x, { labels: Array.from(t.data, String) });
 */
export function imageGrid(images: Tensor | readonly ImageInput[], options: ImageGridOptions = {}): Figure {
  const { labels } = checkOptions("imageGrid", options, imageGridRules);
  const list = gridImages("imageGrid", images);
  if (list.length === 0) throw new DataError("imageGrid: there are no pictures; give at least one");
  if (labels !== undefined) checkSameLength("imageGrid", { images: list, labels });
  const pixels = list.map((input: ImageInput, i: number) =>
    toPixelsOf(`imageGrid: picture ${i}`, input, options),
  );
  return tiled("imageGrid", pixels, options);
}

/** The pictures of an array, or of a tensor [n, …]. @throws DataError where it is neither */
export function gridImages(call: string, images: Tensor | readonly ImageInput[]): readonly ImageInput[] {
  if (Array.isArray(images)) return Array.from(images);
  const { shape: whole, dtype, data } = checkTensor(`${call}: images`, images as Tensor);
  const [count, ...axes] = whole;
  // Pictures of one channel as PyTorch and the book have them: [n, 1, rows, columns].
  const shape = axes.length === 3 && axes[0] === 1 ? axes.slice(1) : axes;
  if (count === undefined || shape.length === 0) {
    throw new DataError(
      `${call}: pictures must be [n, rows, columns] or [n, pixels]; they are ${formatShape(whole)}`,
    );
  }
  const length = size(shape);
  return Array.from({ length: count }, (_, i) => ({
    shape,
    dtype,
    data: data.subarray(i * length, (i + 1) * length) as TypedArray,
  }));
}

function toPixelsOf(name: string, input: ImageInput, { shape }: ImageOptions): Pixels {
  return toPixels(name, input, shape);
}

function tiled(call: string, pixels: readonly Pixels[], options: ImageGridOptions): Figure {
  const { title, scheme = "greys", labels, width = 64 } = options;
  const columns = Math.min(options.columns ?? 10, pixels.length);
  const domain = domainOf(call, pixels, scheme, options.domain);
  for (const { rows, columns: across } of pixels) {
    if ((width * rows) / across <= HIGHEST) continue;
    throw new DataError(
      `${call}: a picture of [${rows}, ${across}] that is ${width} pixels wide would be higher than ${HIGHEST}; give width, or another shape`,
    );
  }
  return new Figure(title ?? call, (drawing) => {
    const { document } = drawing;
    const colors = colorScale(drawing, scheme, domain);
    const height = Math.max(...pixels.map(({ rows, columns: across }) => (width * rows) / across));
    const labelWidth = Math.max(0, ...(labels ?? []).map((label) => textWidth(label)));
    const [stepX, stepY] = [Math.max(width, labelWidth) + GAP, height + (labels ? LABEL_HEIGHT : 0) + GAP];
    const top = title === undefined ? 0 : TITLE_HEIGHT;
    const rows = Math.ceil(pixels.length / columns);
    const [inner, bottom] = [columns * stepX - GAP, top + rows * stepY - GAP];
    const bar = options.colorBar ? colorBar(drawing, colors, Math.max(80, bottom - top)) : undefined;
    const total = Math.max(inner + (bar ? 16 + bar.width : 0), textWidth(title ?? "", fontSize.panelTitle));
    const group = svgElement(document, "g", {});
    if (title !== undefined) group.append(heading(document, title, total / 2, fontSize.panelTitle));
    const left = (total - inner - (bar ? 16 + bar.width : 0)) / 2;
    for (const [i, tile] of pixels.entries()) {
      const [x, y] = [
        left + (i % columns) * stepX + (stepX - GAP - width) / 2,
        top + Math.floor(i / columns) * stepY,
      ];
      group.append(...tileElements(drawing, tile, colors, x, y, width, labels?.[i], height));
    }
    if (bar) {
      const at = `translate(${coordinate(left + inner + 16)},${top})`;
      group.append(svgElement(document, "g", { transform: at }, bar.element));
    }
    return {
      element: group,
      width: total,
      height: Math.max(bottom, bar ? top + bar.height : 0),
    } satisfies Picture;
  });
}

function tileElements(
  drawing: Drawing,
  pixels: Pixels,
  colors: ColorScale,
  x: number,
  y: number,
  width: number,
  label: string | undefined,
  tallest: number,
): SVGElement[] {
  const { document } = drawing;
  const height = (width * pixels.rows) / pixels.columns;
  const place = { x: coordinate(x), y: coordinate(y), width: coordinate(width), height: coordinate(height) };
  const elements = [
    svgElement(document, "image", {
      ...place,
      // A file may say that it is to be turned.
      preserveAspectRatio: pixels.kind === "file" ? undefined : "none",
      "image-rendering": pixels.kind === "file" ? undefined : "pixelated",
      href: addressOf(drawing, pixels, colors, width),
    }),
    svgElement(document, "rect", { ...place, fill: "none", stroke: edge }),
  ];
  if (label !== undefined) {
    const at = { x: coordinate(x + width / 2), y: coordinate(y + tallest + 13), "text-anchor": "middle" };
    elements.push(svgElement(document, "text", at, label));
  }
  return elements;
}

function domainOf(
  call: string,
  pixels: readonly Pixels[],
  scheme: Scheme,
  given: readonly [number, number] | undefined,
): readonly [number, number] {
  if (given !== undefined) {
    return given;
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const tile of pixels) {
    if (tile.kind !== "values") continue;
    for (const value of tile.data) {
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) {
    if (pixels.every(({ kind }) => kind !== "values")) return [0, 1];
    throw new DataError(`${call}: no value is a finite number; there is nothing to draw`);
  }
  checkSpan(call, low, high);
  if (scheme === "rdbu") {
    const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return [-most, most];
  }
  return low < high ? [low, high] : [low, low + (Math.abs(low) || 1)];
}
