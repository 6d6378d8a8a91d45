// One figure of each kind, of the same numbers in Node and in a page; and a figure as data that can be compared.

import type * as Plot from "../../src/plot/index.ts";

export function figuresOf(plot: typeof Plot): Record<string, Plot.Figure> {
  const { arange, linspace } = plot;
  const at = arange(-2, 2.25, 0.5);
  const wide = linspace(-10, 10, 21);
  const f = (x: number, y: number) => x ** 2 / 20 + y ** 2;
  const path = {
    points: [
      [-7, 2],
      [-3, 1],
      [0, 0],
    ],
    line: true,
    label: "SGD",
  };
  const history = {
    loss: Array.from({ length: 700 }, (_, i) => 2 / (1 + i / 10)),
    stepsPerEpoch: 350,
    evaluations: [0, 350, 700].map((step) => ({ step, results: { test: { accuracy: step / 800 } } })),
  };
  return {
    lines: plot.lines(
      { x: at, y: (x) => x ** 3, label: "三乗" },
      { title: "線\u00a0& <b>", x: { label: "x" } },
    ),
    scatter: plot.scatter([path, { points: [[1, 1]], label: "点" }]),
    bars: plot.bars(
      ["甲", "乙"],
      [
        { values: [1, 2], label: "a" },
        { values: [3, 4], label: "b" },
      ],
    ),
    histogram: plot.histogram(wide.map((x) => x ** 2)),
    histogramGrid: plot.histogramGrid(
      [
        { values: wide, label: "a" },
        { values: at, label: "b" },
      ],
      { bins: 7 },
    ),
    quiver: plot.quiver({ x: at, y: at, field: (x, y) => [-2 * x, -2 * y] }, { scheme: "reds" }),
    contour: plot.contour({ x: wide, y: wide, z: f }, { fill: true, series: path, colorLabel: "高さ" }),
    surface: plot.surface({ x: wide, y: wide, z: f }, { floor: 5, points: [{ x: 1, y: 1, z: 1 }] }),
    wireframe: plot.wireframe({ x: at, y: at, z: f }),
    image: plot.image(
      [
        [0, 1],
        [2, Number.NaN],
      ],
      { scheme: "rdbu", colorBar: true },
    ),
    imageGrid: plot.imageGrid(
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
      { labels: ["一", "二"] },
    ),
    confusionMatrix: plot.confusionMatrix([0, 1, 1], [0, 1, 0]),
    curves: plot.lossAndAccuracyFigure(history),
    figure: plot.figure([plot.lines([1, 2]), plot.lines([2, 1])], { title: "二つ" }),
  };
}

/** An element with all that is in it, whatever the order of attributes. */
export function contentOf(element: Element): unknown {
  const attributes = [...element.attributes].map(({ name, value }) => `${name}=${value}`).sort();
  const children: unknown[] = [];
  for (const child of element.childNodes) {
    if (child.nodeType === 1) children.push(contentOf(child as Element));
    // A parser may cut text in parts.
    else if (typeof children.at(-1) === "string") children.push(children.pop() + child.nodeValue!);
    else children.push(child.nodeValue);
  }
  return [element.tagName.toLowerCase(), attributes, children];
}
