import { DOMParser } from "linkedom";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  crossEntropy,
  dense,
  init,
  layer,
  relu,
  sequential,
  sigmoid,
  softmax,
  tensor,
  UnsupportedError,
} from "../../src/index.ts";
import { add, divide, exp, log, matmul, multiply, scale, sum, type Value } from "../../src/ops.ts";
import { type Figure, graph } from "../../src/plot/index.ts";
import { textWidth } from "../../src/plot/svg.ts";
import { gradientColor, gradientInk, ink } from "../../src/plot/theme.ts";

beforeAll(() => init());
afterEach(() => {
  vi.doUnmock("@dagrejs/dagre");
  vi.resetModules();
});

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

type Point = readonly [x: number, y: number];

/** A drawn graph, read back from its text. */
async function read(figure: Figure) {
  const svg = await figure.svg();
  const document = new DOMParser().parseFromString(svg, "image/svg+xml");
  const [, ...shapes] = [...document.querySelectorAll("rect")];
  const number = (element: Element, name: string) => Number(element.getAttribute(name));
  const texts = [...document.querySelectorAll("text")].filter((text) => !text.getAttribute("font-weight"));
  const paths = [...document.querySelectorAll("path")];
  return {
    svg,
    texts: texts.map((text) => text.textContent!.replaceAll("\u2002", " ")),
    words: texts.map((text) => {
      const size = number(text, "font-size") || 11;
      const width = textWidth(text.textContent!, size);
      const x = number(text, "x");
      const left = text.getAttribute("text-anchor") === "end" ? x - width : x - width / 2;
      const y = number(text, "y");
      return {
        text: text.textContent!,
        size,
        left,
        right: left + width,
        top: y - 0.75 * size,
        bottom: y + 0.2 * size,
      };
    }),
    nodes: shapes.map((rect) => {
      const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => number(rect, name)) as [
        number,
        number,
        number,
        number,
      ];
      return { left: x, right: x + width, top: y, bottom: y + height, round: number(rect, "rx") };
    }),
    arrows: (color: string) => paths.filter((path) => path.getAttribute("stroke") === color && isArrow(path)),
    lines: paths
      .filter((path) => path.getAttribute("stroke-width"))
      .map((path) => along(path.getAttribute("d")!)),
    heads: (color: string) => paths.filter((path) => path.getAttribute("fill") === color).length,
  };
}

const isArrow = (path: Element) => path.getAttribute("stroke-width") !== null;

/** Points along a path of moves, horizontal lines and curves, some two pixels apart. */
function along(d: string): Point[] {
  const points: Point[] = [];
  let at: Point = [0, 0];
  const walk = (to: Point, of: (t: number) => Point) => {
    const steps = Math.ceil(Math.hypot(to[0] - at[0], to[1] - at[1]) / 2) + 4;
    for (let i = 0; i <= steps; i++) points.push(of(i / steps));
    at = to;
  };
  for (const [, command, rest] of d.matchAll(/([MHC])([^MHC]*)/g)) {
    const n = rest!.split(",").map(Number);
    const [x0, y0] = at;
    if (command === "M") at = [n[0]!, n[1]!];
    else if (command === "H") walk([n[0]!, y0], (t) => [x0 + t * (n[0]! - x0), y0]);
    else {
      const blend = (t: number, a: number, b: number, c: number, e: number) =>
        (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t * t * (1 - t) * c + t ** 3 * e;
      walk([n[4]!, n[5]!], (t) => [blend(t, x0, n[0]!, n[2]!, n[4]!), blend(t, y0, n[1]!, n[3]!, n[5]!)]);
    }
  }
  return points;
}

const within = ([x, y]: Point, box: Box, margin = 0) =>
  x > box.left - margin && x < box.right + margin && y > box.top - margin && y < box.bottom + margin;
const apart = (a: Box, b: Box) =>
  a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;

/** Whether a point lies inside of a rectangle with round corners. */
function inside(
  [x, y]: Point,
  { left, right, top, bottom, round }: Box & { readonly round: number },
): boolean {
  const dx = Math.max(left + round - x, 0, x - right + round);
  const dy = Math.max(top + round - y, 0, y - bottom + round);
  return within([x, y], { left, right, top, bottom }) && Math.hypot(dx, dy) < round;
}

const abc = (a: Value, b: Value, c: Value) => add(multiply(a, b), c);
const residual = (x: Value, W: Value, V: Value) =>
  add(x, add(matmul(x, V), multiply(matmul(x, W), matmul(x, V))));
const softmaxWithLoss = (a: Value, t: Value) => {
  const e = exp(a);
  return scale(sum(multiply(t, log(divide(e, sum(e, { axis: 1, keepAxis: true }))))), -1);
};
const many = (...values: Value[]) => values.reduce((left, right) => add(multiply(left, right), values[0]!));
const mixture = () =>
  layer("mixture", (x, { parameter }) => {
    const part = (i: number) =>
      matmul(
        x,
        parameter(`part${i}`, [x.shape[1]!, x.shape[1]!], (shape) => ({
          kind: "constant",
          value: 1 / shape[0]!,
        })),
      );
    return [0, 1, 2, 3, 4].map(part).reduce((left, right) => add(left, right));
  });

const pictures: Record<string, () => Figure> = {
  "an affine layer": () => graph(dense(3), { input: [2], formulas: true, title: "Affine レイヤ" }),
  "two layers": () =>
    graph(sequential([dense(50), relu(), dense(10)], { input: [784] }), { loss: crossEntropy() }),
  "two layers as boxes": () =>
    graph(sequential([dense(50), relu(), dense(10)], { input: [784] }), {
      loss: crossEntropy(),
      level: "layers",
    }),
  "with numbers and formulas": () =>
    graph(sequential([dense(4), sigmoid(), dense(3), softmax()], { input: [6] }), {
      x: Float32Array.from({ length: 30 }, (_, i) => i / 7 - 2),
      t: [0, 1, 2, 1, 0],
      formulas: true,
    }),
  "six layers": () =>
    graph(sequential([dense(8), relu(), dense(8), relu(), dense(8), relu(), dense(2)], { input: [4] }), {
      loss: crossEntropy(),
      formulas: true,
    }),
  "softmax with loss, op by op": () =>
    graph(softmaxWithLoss, { inputs: { a: ["N", 3], t: ["N", 3] }, output: "L", formulas: true }),
  "ways around others": () =>
    graph(residual, { inputs: { X: ["N", 8], W: [8, 8], V: [8, 8] }, formulas: true }),
  "one value many times": () =>
    graph(many, { inputs: { a: [2], b: [2], c: [2], d: [2], e: [2] }, formulas: true }),
  "a layer of many parameters": () => graph(mixture(), { input: [7], level: "layers" }),
  "the same op by op": () => graph(mixture(), { input: [7] }),
  "long Japanese labels": () =>
    graph(dense(3), {
      input: [2],
      labels: {
        X: "入力されるデータ",
        W: "学習される重みの行列",
        Y: "出力",
        dot: "行列の積",
        "+": "バイアスの加算",
      },
    }),
  "no gradients": () => graph(abc, { inputs: { a: [], b: [], c: [] }, gradients: false }),
};

describe("graph", () => {
  describe.each(Object.entries(pictures))("%s:", (_, make) => {
    it("nothing lies over anything else, and no text is smaller than 11 pixels", async () => {
      const { words, nodes, lines } = await read(make());
      for (const [index, word] of words.entries()) {
        expect(word.size).toBeGreaterThanOrEqual(11);
        for (const other of words.slice(index + 1)) {
          expect(apart(word, other), `${word.text} and ${other.text}`).toBe(true);
        }
        const around = nodes.filter((node) => !apart(word, node));
        expect(around.length, `${word.text} in one node at most`).toBeLessThanOrEqual(1);
        for (const node of around) {
          expect(node.left < word.left && word.right < node.right, `${word.text} fits`).toBe(true);
        }
        const over = lines.filter((points) => points.some((point) => within(point, word)));
        expect(over.length, `arrows over ${word.text}`).toBe(0);
      }
      const hidden = lines.filter((points) =>
        points.some((point) => nodes.some((node) => inside(point, node))),
      );
      expect(hidden, "arrows behind nodes").toHaveLength(0);
    });

    it("is the same text whenever it is drawn, and lies inside of the figure", async () => {
      const { svg, words, nodes } = await read(make());
      await graph(abc, { inputs: { a: [], b: [], c: [] } }).svg();
      expect(await make().svg()).toBe(svg);
      const [width, height] = [Number(/width="(\d+)"/.exec(svg)![1]), Number(/height="(\d+)"/.exec(svg)![1])];
      for (const { left, right, top, bottom } of [...words, ...nodes]) {
        expect([left >= -12, right <= width - 12, bottom - top < height]).toEqual([true, true, true]);
      }
      expect(svg).not.toMatch(/ id=| style=|<style|<script|NaN|undefined|Infinity/);
    });
  });

  it("draws a node for each op, and two arrows for each value that is differentiated", async () => {
    using net = sequential([dense(50), relu(), dense(10)], { input: [784] });
    const { nodes, texts, arrows, heads } = await read(graph(net, { loss: crossEntropy() }));
    // Six ops, two inputs and four parameters.
    expect(nodes).toHaveLength(12);
    expect([arrows(ink).length, arrows(gradientColor).length]).toEqual([12, 11]);
    expect(heads(gradientColor)).toBe(11);
    expect(texts.filter((text) => ["dot", "+", "ReLU", "Softmax with Loss"].includes(text))).toHaveLength(6);
    expect(texts).toEqual(
      expect.arrayContaining([
        "X [N, 784]",
        "∂L/∂X [N, 784]",
        "W2 [50, 10]",
        "∂L/∂(X·W1) [N, 50]",
        "t [N]",
        "L",
        "∂L/∂L = 1",
      ]),
    );
  });

  it("writes values above their arrow, and gradients below it in their colour", async () => {
    const { svg, words } = await read(graph(dense(3), { input: [2] }));
    const at = (text: string) => words.find((word) => word.text === text.replace(" ", "\u2002"))!;
    for (const [value, gradient] of [
      ["X [N, 2]", "∂L/∂X [N, 2]"],
      ["b [3]", "∂L/∂b [3]"],
    ] as const) {
      expect(at(value).bottom).toBeLessThan(at(gradient).top - 8);
      expect(at(value).left + at(value).right).toBeCloseTo(at(gradient).left + at(gradient).right, 1);
    }
    expect(svg).toMatch(new RegExp(`<text[^>]*fill="${gradientInk}"[^>]*>∂L/∂X`));
  });

  it("writes numbers by rows, of a large tensor the first, with a minus sign", async () => {
    using net = sequential([dense(2, { bias: false })], { input: [6] });
    net.params["dense1.weight"] = tensor(Array.from({ length: 6 }, (_, i) => [i, -i / 8]));
    const { texts } = await read(graph(net, { x: [1, 0, 0, 0, 0, 123456], gradients: false }));
    // X: four of six columns, W: three of six rows.
    expect(texts.filter((text) => text === "…" || text === "⋮")).toEqual(["…", "⋮"]);
    expect(texts).toEqual(expect.arrayContaining(["−0.125", "−0.25", "6.17e5", "−77160"]));
    expect(texts).not.toContain("0.375");
  });

  it("writes a scalar's number behind its name", async () => {
    const inputs = { a: tensor(2), b: tensor(3), c: tensor(4) };
    const { texts } = await read(graph(abc, { inputs, formulas: true, title: "y = ab + c" }));
    expect(texts).toEqual(
      expect.arrayContaining([
        "a = 2",
        "∂y/∂a = b = 3",
        "a × b = 6",
        "∂y/∂(a × b) = 1",
        "y = 10",
        "∂y/∂y = 1",
      ]),
    );
    expect(await graph(abc, { inputs, title: "計算グラフ" }).svg()).toMatch(
      /<title>計算グラフ<\/title>.*>計算グラフ<\/text>/s,
    );
  });

  it("checks what it is given when it is called", () => {
    expect(() => graph(3 as never)).toThrow("graph: needs a network, a layer, or a function of ops; got 3");
  });

  it("is of the moment when it was called", async () => {
    using net = sequential([dense(1)], { input: [1] });
    const before = graph(net, { x: [1] });
    const text = await graph(net, { x: [1] }).svg();
    net.params["dense1.weight"] = tensor([[7]]);
    expect(await before.svg()).toBe(text);
    expect(await graph(net, { x: [1] }).svg()).not.toBe(text);
  });

  it("says what to install where dagre is missing", async () => {
    vi.resetModules();
    vi.doMock("@dagrejs/dagre", () => {
      throw new Error("Cannot find package '@dagrejs/dagre'");
    });
    const fresh = await import("../../src/plot/graph.ts");
    const figure = fresh.graph((x) => x, { inputs: { x: [] } });
    await expect(figure.svg()).rejects.toMatchObject({
      name: UnsupportedError.name,
      message:
        "graph: graphs are laid out by dagre, which is not installed here: run `npm install @dagrejs/dagre`",
      cause: expect.anything(),
    });
  });
});
