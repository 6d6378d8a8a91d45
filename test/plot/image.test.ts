import { decode, encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { image, imageGrid } from "../../src/plot/index.ts";
import { tensor } from "../../src/tensor.ts";
import { type Drawn, drawn, numbers } from "./parse.ts";

/** The pixels of a picture in a figure, as red, green and blue, one for each number that was drawn. */
function pixelsOf(element: Element, columns: number): number[][][] {
  const [, base64] = element.getAttribute("href")!.split("base64,");
  const png = decode(Buffer.from(base64!, "base64"));
  const factor = png.width / columns;
  const rgb = (x: number, y: number): number[] => {
    const i = y * png.width + x;
    if (png.palette) return png.palette[png.data[i]!]!.slice(0, 3);
    return Array.from(png.data.slice(i * png.channels, i * png.channels + 3));
  };
  return Array.from({ length: png.height / factor }, (_, y) =>
    Array.from({ length: columns }, (_, x) =>
      rgb(Math.floor((x + 0.5) * factor), Math.floor((y + 0.5) * factor)),
    ),
  );
}

function pictures({ document }: Drawn): Element[] {
  return [...document.querySelectorAll("image")];
}

describe("image", () => {
  it("draws numbers as colors, the smallest white and the largest black", async () => {
    const chart = await drawn(
      image(
        [
          [0, 1],
          [2, 4],
        ],
        { title: "数字 7" },
      ),
    );
    expect(chart.texts).toContain("数字 7");
    const [[a, b], [c, d]] = pixelsOf(pictures(chart)[0]!, 2) as [number[][], number[][]];
    expect([a, d]).toEqual([
      [255, 255, 255],
      [0, 0, 0],
    ]);
    expect(b![0]!).toBeGreaterThan(c![0]!);
  });

  it("takes a digit's 784 numbers, tables and tensors alike", async () => {
    const digit = Float32Array.from({ length: 784 }, (_, i) => i % 29);
    const svgs = await Promise.all(
      [digit, tensor(digit, [28, 28]), tensor(digit), Array.from(digit)].map((each) => image(each).svg()),
    );
    for (const svg of svgs) expect(svg).toBe(svgs[0]);
    // A batch of one, as takeBatch gives it, is a table of one row until its shape is said.
    expect(await image(tensor(digit, [1, 784]), { shape: [28, 28] }).svg()).toBe(svgs[0]);
    const [element] = pictures(await drawn(image(new Float32Array(6), { shape: [2, 3], domain: [0, 1] })));
    const [width, height] = numbers(element!, "width", "height");
    expect(height! / width!).toBeCloseTo(2 / 3, 2);
  });

  it("puts zero in the middle of red and blue", async () => {
    const [[negative, zero, positive]] = pixelsOf(
      pictures(await drawn(image([[-1, 0, 2]], { scheme: "rdbu", colorBar: true })))[0]!,
      3,
    ) as [number[][]];
    expect(negative![2]!).toBeGreaterThan(negative![0]! + 20);
    expect(positive![0]!).toBeGreaterThan(positive![2]! + 20);
    expect(Math.max(...zero!) - Math.min(...zero!)).toBeLessThan(12);
  });

  it("shows what is no number as white, in any scheme", async () => {
    const chart = await drawn(
      image(
        [
          [1, Number.NaN],
          [0, 2],
        ],
        { scheme: "viridis" },
      ),
    );
    const [[, hole], [low, high]] = pixelsOf(pictures(chart)[0]!, 2) as [number[][], number[][]];
    expect(hole).toEqual([255, 255, 255]);
    expect([low, high]).toEqual([
      [68, 1, 84],
      [253, 231, 37],
    ]);
  });

  it("draws red, green and blue as they are", async () => {
    const chart = await drawn(image(tensor(new Uint8Array([255, 0, 0, 0, 0, 255]), [1, 2, 3])));
    expect(pixelsOf(pictures(chart)[0]!, 2)).toEqual([
      [
        [255, 0, 0],
        [0, 0, 255],
      ],
    ]);
  });

  it("draws a single channel, wherever its axis is", async () => {
    const svg = await image(tensor([1, 2, 3, 4, 5, 6], [2, 3])).svg();
    expect(await image(tensor([1, 2, 3, 4, 5, 6], [2, 3, 1])).svg()).toBe(svg);
    const wide = await image(tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], [2, 5])).svg();
    expect(await image(tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], [1, 2, 5])).svg()).toBe(wide);
    // The book's filters: [filters, channels, rows, columns], of any size.
    const values = Float32Array.from({ length: 18 }, (_, i) => i - 9);
    const filters = await imageGrid(tensor(values, [2, 3, 3])).svg();
    expect(await imageGrid(tensor(values, [2, 1, 3, 3])).svg()).toBe(filters);
    expect(await imageGrid(tensor(values, [2, 3, 3, 1])).svg()).toBe(filters);
  });

  it("puts a picture file in as it is", async () => {
    const file = encode({ width: 4, height: 2, data: new Uint8Array(4 * 2 * 3), channels: 3 });
    const [element] = pictures(await drawn(image(file)));
    expect(element!.getAttribute("href")).toBe(
      `data:image/png;base64,${Buffer.from(file).toString("base64")}`,
    );
    const [width, height] = numbers(element!, "width", "height");
    expect(width! / height!).toBeCloseTo(2, 6);
  });

  it("refuses what is no picture", () => {
    expect(() => image(new Float32Array(783))).toThrow(/a row of 783 numbers, which is no square/);
    expect(() => image([[1, 2], [3]])).toThrow(/ragged/);
    expect(() => image([])).toThrow(/is empty/);
    expect(() => image(tensor(new Uint8Array(8), [2, 2, 2]))).toThrow(
      /\[rows, columns, 3 or 4\]; it is \[2, 2, 2\]/,
    );
    expect(() => image(tensor([[[300, 0, 0]]]))).toThrow(
      /element 0 is 300; colors are numbers from 0 to 255/,
    );
    expect(() => image(tensor(new Uint8Array(16), [2, 2, 2, 2]))).toThrow(/is no picture/);
    expect(() => image([1, 2, 3, 4], { shape: [3, 2] })).toThrow(/has 4 numbers, but shape \[3, 2\] needs 6/);
    expect(() => image([[Number.NaN]])).toThrow(DataError);
    expect(() => image([[1]], { domain: [1, 0] })).toThrow(OptionError);
    expect(() => image([[1]], { shape: [0, 1] })).toThrow(/shape must be \[rows, columns\]/);
    expect(() => image("penguins.jpeg" as never)).toThrow(
      /must be a tensor, a typed array or nested arrays of numbers/,
    );
  });
});

describe("imageGrid", () => {
  it("draws a picture for each, on one scale, with labels below", async () => {
    const chart = await drawn(
      imageGrid(
        tensor([
          [0, 1, 1, 0],
          [0, 2, 2, 0],
          [0, 4, 4, 0],
        ]),
        { labels: ["a", "b", "三"], columns: 2 },
      ),
    );
    expect(chart.texts).toEqual(["a", "b", "三"]);
    const all = pictures(chart);
    expect(all).toHaveLength(3);
    const darkest = all.map((picture) => pixelsOf(picture, 2)[0]![1]![0]!);
    expect(darkest[0]!).toBeGreaterThan(darkest[1]!);
    expect(darkest[2]).toBe(0);
    const places = all.map((picture) => numbers(picture, "x", "y"));
    expect(places[0]![1]).toBe(places[1]![1]);
    expect(places[2]![0]).toBe(places[0]![0]);
  });

  it("makes room for long labels", async () => {
    const chart = await drawn(
      imageGrid([[[1]], [[2]]], { labels: ["とても長いラベルです", "b"], width: 20 }),
    );
    const [first, second] = pictures(chart).map((picture) => numbers(picture, "x")[0]!);
    expect(second! - first!).toBeGreaterThan(10 * 11);
  });

  it("refuses labels that are too few, and no pictures", () => {
    expect(() => imageGrid([[[1]], [[2]]], { labels: ["a"] })).toThrow(/images has 2, labels has 1/);
    expect(() => imageGrid([])).toThrow(/there are no pictures/);
    expect(() => imageGrid([[[1]], [1, 2]] as never)).toThrow(/picture 1: is a row of 2 numbers/);
    expect(() => imageGrid(tensor(1))).toThrow(/must be \[n, rows, columns\]/);
    expect(() => imageGrid(7 as never)).toThrow(DataError);
  });
});
