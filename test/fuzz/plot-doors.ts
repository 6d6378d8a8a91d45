// The doors of kobai/plot: each figure is made of what comes, and drawn.

import * as kobai from "../../src/index.ts";
import * as ops from "../../src/ops.ts";
import * as plot from "../../src/plot/index.ts";
import { type Door, fields } from "./doors.ts";

const { crossEntropy, dense, sequential, tensor } = kobai;

const drawn = (figure: unknown) => (figure as plot.Figure).svg();

/** A function that makes a figure, with arguments that are right; `options` are its options, of which each is replaced. */
function figureDoors(
  name: keyof typeof plot,
  args: readonly unknown[],
  options: readonly string[] = [],
): Door[] {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: every figure in turn
  const make = plot[name] as unknown as (...args: unknown[]) => plot.Figure;
  return [
    {
      name: `kobai/plot: ${name}`,
      args: () => [...args, {}],
      call: (...given: never[]) => drawn(make(...given)),
    },
    ...fields(
      `kobai/plot: ${name}`,
      () => ({}),
      options,
      (given) => drawn(make(...args, given)),
    ),
  ];
}

/** The fields of an object that a figure is made of. */
function given(name: string, right: object, make: (it: never) => plot.Figure): Door[] {
  return fields(
    `kobai/plot: ${name}`,
    () => right,
    Object.keys(right),
    (it) => drawn(make(it as never)),
  );
}

async function withNetwork(use: (net: kobai.Network) => unknown): Promise<unknown> {
  const net = sequential([dense(2)], { input: [2] });
  try {
    return await use(net);
  } finally {
    net.dispose();
  }
}

const networkDoor = (
  name: string,
  args: readonly unknown[],
  make: (...args: never[]) => plot.Figure,
): Door => ({
  name: `kobai/plot: ${name}, of a network`,
  args: () => args,
  call: (...rest: never[]) => withNetwork((net) => drawn(make(net as never, ...rest))),
});

const chart = ["title", "x", "y", "width", "height"];
const space = [...chart, "z", "azimuth", "elevation", "floor", "points", "arrows"];
const tiles = ["title", "shape", "scheme", "domain", "colorBar", "width"];
const table = [
  [1, 2],
  [3, 4],
];
const grid = { x: [0, 1], y: [0, 1], z: table };
const search = { rates: [0.1, 1], losses: [2, 1], smoothed: [2, 1.5], rate: 0.1 };
const history = {
  loss: [2, 1],
  stepsPerEpoch: 1,
  evaluations: [{ step: 2, results: { test: { accuracy: 0.5 } } }],
};
const f = (a: ops.Value) => ops.relu(a);

export const plotDoors: readonly Door[] = [
  { name: "kobai/plot: arange", args: () => [0, 3, 1], call: plot.arange },
  { name: "kobai/plot: linspace", args: () => [0, 3, 4], call: plot.linspace },
  ...figureDoors("lines", [[1, 2]], [...chart, "aspect"]),
  ...figureDoors("scatter", [[1, 2]], [...chart, "aspect"]),
  ...given(
    "lines of",
    { x: [1, 2], y: [1, 2], label: "a", color: "red", line: true, markers: true, dashed: true },
    (series) => plot.lines(series),
  ),
  ...given("lines of points", { points: [[1, 2]] }, (series) => plot.lines(series)),
  ...given("lines { x }", { label: "x", domain: [1, 2], type: "log" }, (x) => plot.lines([1, 2], { x })),
  ...figureDoors(
    "bars",
    [
      ["a", "b"],
      [1, 2],
    ],
    chart,
  ),
  ...given("bars of", { values: [1, 2], label: "a", color: "red" }, (row) => plot.bars(["a", "b"], [row])),
  ...figureDoors("histogram", [[1, 2]], [...chart, "bins"]),
  ...figureDoors("histogramGrid", [[{ values: [1, 2] }]], [...chart, "bins", "columns"]),
  ...figureDoors(
    "quiver",
    [{ x: [1], y: [1], u: [1], v: [1] }],
    [...chart, "aspect", "scale", "color", "scheme", "colorDomain", "colorLabel", "series"],
  ),
  ...given("quiver of", { x: [1], y: [1], u: [1], v: [1] }, (arrows) => plot.quiver(arrows)),
  ...given("quiver of a field", { x: [1], y: [1], field: () => [1, 1] }, (arrows) => plot.quiver(arrows)),
  ...figureDoors(
    "contour",
    [grid],
    [...chart, "aspect", "levels", "fill", "color", "scheme", "colorLabel", "series"],
  ),
  ...given("contour of", grid, (data) => plot.contour(data)),
  ...figureDoors("surface", [grid], [...space, "scheme"]),
  ...given("surface { points }", { x: 0, y: 0, z: 1, label: "a", color: "red" }, (point) =>
    plot.surface(grid, { points: [point] }),
  ),
  ...given("surface { arrows }", { x: 0, y: 0, z: 1, u: 1, v: 1, w: 1 }, (arrow) =>
    plot.surface(grid, { arrows: [arrow] }),
  ),
  ...figureDoors("wireframe", [grid], [...space, "color"]),
  ...figureDoors("image", [table], tiles),
  ...figureDoors("imageGrid", [[table]], [...tiles, "labels", "columns"]),
  ...figureDoors(
    "confusionMatrix",
    [
      [0, 1],
      [1, 1],
    ],
    ["title", "labels", "classes", "rowLabel", "columnLabel"],
  ),
  ...figureDoors("figure", [[plot.lines([1, 2])]], ["title", "columns"]),
  {
    name: "kobai/plot: figure of a panel",
    args: () => [undefined],
    call: (panel: never) => drawn(plot.figure([panel])),
  },
  {
    name: "kobai/plot: lossAndAccuracyFigure",
    args: () => [history, "title"],
    call: (...args: never[]) =>
      drawn((plot.lossAndAccuracyFigure as (...args: never[]) => plot.Figure)(...args)),
  },
  {
    name: "kobai/plot: learningRateFigure",
    args: () => [search],
    call: (found: never) => drawn(plot.learningRateFigure(found)),
  },
  ...given("learningRateFigure of", search, (it) => plot.learningRateFigure(it)),
  ...given("lossAndAccuracyFigure of", history, (it) => plot.lossAndAccuracyFigure(it)),
  ...figureDoors(
    "misclassified",
    [
      [table, table],
      [0, 1],
      [1, 1],
    ],
    [...tiles, "labels", "columns", "count"],
  ),
  {
    name: "kobai/plot: firstLayerWeights",
    args: () => [undefined],
    call: (net: never) => drawn(plot.firstLayerWeights(net)),
  },
  networkDoor("firstLayerWeights", [{}], plot.firstLayerWeights as (...args: never[]) => plot.Figure),
  {
    name: "kobai/plot: activationHistograms",
    args: () => [undefined, [[1, 2]]],
    call: (...args: never[]) =>
      drawn((plot.activationHistograms as (...args: never[]) => plot.Figure)(...args)),
  },
  networkDoor(
    "activationHistograms",
    [[[1, 2]], {}],
    plot.activationHistograms as (...args: never[]) => plot.Figure,
  ),
  {
    name: "kobai/plot: graph",
    args: () => [f, { inputs: { a: [2] } }],
    call: (...args: never[]) => drawn((plot.graph as (...args: never[]) => plot.Figure)(...args)),
  },
  ...fields(
    "kobai/plot: graph of a function",
    () => ({ inputs: { a: [2] } }),
    ["inputs", "output", "by", "gradients", "formulas", "labels", "title"],
    (options) => drawn(plot.graph(f, options as never)),
  ),
  {
    name: "kobai/plot: graph of a function's input",
    args: () => [],
    call: (a: never) => drawn(plot.graph(f, { inputs: { a } })),
  },
  ...fields(
    "kobai/plot: graph of a layer",
    () => ({ input: [2] }),
    ["input", "batch", "level", "x"],
    (options) => drawn(plot.graph(dense(2), options as never)),
  ),
  ...fields(
    "kobai/plot: graph of a network",
    () => ({ x: tensor([[1, 2]]), t: tensor(new Uint8Array([1])) }),
    ["loss", "batch", "level", "x", "t"],
    (options) => withNetwork((net) => drawn(plot.graph(net, options))),
  ),
  ...fields(
    "kobai/plot: graph of a network without samples",
    () => ({ loss: crossEntropy() }),
    ["loss", "batch", "level"],
    (options) => withNetwork((net) => drawn(plot.graph(net, options))),
  ),
];
