// Draws a graph: ops as circles, arrows for what is computed, and below them in another colour those of what comes back.

import type { DescribedEdge, DescribedNode, GraphDescription, NodeKind } from "../graph/describe.ts";
import type { Drawing, Picture } from "./drawing.ts";
import { drawLabel, gradientLabel, type Label, labelOf, valueLabel } from "./graph-labels.ts";
import { type Box, type Layout, layOut, PORT_GAP, type Run, type Size } from "./graph-layout.ts";
import { coordinate, svgElement, textWidth } from "./svg.ts";
import { background, fontSize, gradientColor, gradientInk, ink } from "./theme.ts";

/** Between the two arrows of a way, from the middle. */
const LANE = 4;
const HEAD = 8;
const STROKE = 1.5;
/** Between an arrow and what stands above or below it. */
const LABEL_GAP = 3;
const CIRCLE = 40;
const LAYER_HEIGHT = 44;

export async function drawGraph({ document }: Drawing, { nodes, edges }: GraphDescription): Promise<Picture> {
  const labels = edges.map((edge) => labelsOf(nodes, edge));
  const layout = await layOut({
    nodes: nodes.map((node, index) => sizeOf(node, waysAt(edges, index))),
    edges: edges.map(({ from, to }, index) => ({ from, to, label: room(labels[index]!) })),
  });
  const drawn = edges.map((edge, index) => {
    const { above, below } = labels[index]!;
    const { label } = layout.edges[index]!;
    const arm = (edge.gradient ? LANE : 0) + LABEL_GAP;
    return [
      ...drawWay(document, edge, layout.edges[index]!.runs, nodes, layout),
      ...drawLabel(document, above, label.x, label.y - arm - above.height, ink),
      ...drawLabel(document, below, label.x, label.y + arm, gradientInk),
    ];
  });
  const group = svgElement(
    document,
    "g",
    { "text-anchor": "middle", "font-size": fontSize.tick },
    ...drawn.flat(),
    ...nodes.flatMap((node, index) => drawNode(document, node, layout.nodes[index]!)),
  );
  const { top, bottom } = extent(layout, labels);
  group.setAttribute("transform", `translate(0,${coordinate(-top)})`);
  return { element: group, width: layout.width, height: bottom - top };
}

/** From where to where there is something drawn: the room around an arrow is often not needed on both sides. */
function extent({ nodes, edges }: Layout, labels: readonly Labels[]) {
  const spans = [
    ...nodes.map(({ y, height }) => [y - height / 2 - STROKE, y + height / 2 + STROKE]),
    ...edges.map(({ label: { y } }, index) => {
      const { above, below } = labels[index]!;
      return [y - LANE - LABEL_GAP - above.height, y + LANE + LABEL_GAP + below.height];
    }),
    ...edges.flatMap(({ runs }) => runs.map(({ y }) => [y - LANE - STROKE, y + LANE + STROKE])),
  ];
  return {
    top: Math.min(...spans.map(([from]) => from!)),
    bottom: Math.max(...spans.map(([, to]) => to!)),
  };
}

interface Labels {
  readonly above: Label;
  readonly below: Label;
}

function labelsOf(nodes: readonly DescribedNode[], { from, value, gradient }: DescribedEdge): Labels {
  const { kind } = nodes[from]!;
  // Behind a fork it is the same value again.
  const above = kind === "fork" ? labelOf([]) : valueLabel(value);
  return { above, below: gradient ? gradientLabel(gradient) : labelOf([]) };
}

/** The arrow is in the middle, so that ways are straight where they can be. */
function room({ above, below }: Labels): Size {
  return {
    width: Math.max(above.width, below.width),
    height: 2 * (Math.max(above.height, below.height) + LANE + LABEL_GAP),
  };
}

function waysAt(edges: readonly DescribedEdge[], node: number): number {
  const [into, out] = [edges.filter(({ to }) => to === node), edges.filter(({ from }) => from === node)];
  return Math.max(into.length, out.length);
}

const isLeaf = (kind: NodeKind) => kind === "input" || kind === "parameter" || kind === "state";

function sizeOf({ kind, label }: DescribedNode, ways: number): Size {
  const height = ways * PORT_GAP;
  if (kind === "fork") return { width: 5, height };
  if (isLeaf(kind)) return { width: 7, height: 7 };
  if (kind === "constant" || kind === "output") return { width: 1, height: 1 };
  const text = textWidth(label, fontSize.panelTitle);
  if (kind === "layer") return { width: Math.max(64, text + 24), height: Math.max(LAYER_HEIGHT, height + 8) };
  const diameter = Math.max(CIRCLE, height + 8);
  // A short sign stands in a circle, a long one in a circle that is drawn out.
  const circle = Math.max(diameter, text + 14);
  if (circle <= 1.2 * diameter) return { width: circle, height: circle };
  return { width: text + 24, height: diameter };
}

function drawNode(
  document: Document,
  { kind, label }: DescribedNode,
  { x, y, width, height }: Box,
): SVGElement[] {
  if (kind === "constant" || kind === "output") return [];
  const isLayer = kind === "layer";
  const isDot = isLeaf(kind) || kind === "fork";
  const shape = svgElement(document, "rect", {
    x: coordinate(x - width / 2),
    y: coordinate(y - height / 2),
    width: coordinate(width),
    height: coordinate(height),
    rx: coordinate(isLayer ? 6 : Math.min(width, height) / 2),
    // A parameter is a ring, and so is state; an input is a dot.
    fill: isDot && kind !== "parameter" && kind !== "state" ? ink : background,
    stroke: ink,
    "stroke-width": STROKE,
  });
  if (isDot) return [shape];
  const size = fontSize.panelTitle;
  const text = { x: coordinate(x), y: coordinate(y + size * 0.35), "font-size": size };
  return [shape, svgElement(document, "text", text, label)];
}

/** How far from a node's middle its outline is, at a height above or below the middle. */
function reach({ kind }: DescribedNode, { width, height }: Box, at: number): number {
  if (kind === "layer" || kind === "fork") return width / 2;
  if (kind !== "op") return isLeaf(kind) ? width / 2 : 0;
  const radius = Math.min(width, height) / 2;
  const beyond = Math.max(0, Math.abs(at) - (height / 2 - radius));
  return width / 2 - radius + Math.sqrt(Math.max(0, radius ** 2 - beyond ** 2));
}

function drawWay(
  document: Document,
  { from, to, gradient }: DescribedEdge,
  runs: readonly Run[],
  nodes: readonly DescribedNode[],
  layout: Layout,
): SVGElement[] {
  const lanes = gradient ? [-LANE, LANE] : [0];
  return lanes.flatMap((lane) => {
    const [first, last] = [runs[0]!, runs.at(-1)!];
    const outlineOf = (node: number, y: number) => {
      const box = layout.nodes[node]!;
      return reach(nodes[node]!, box, y + lane - box.y) + STROKE / 2;
    };
    const ends = {
      left: layout.nodes[from]!.x + outlineOf(from, first.y),
      right: layout.nodes[to]!.x - outlineOf(to, last.y),
    };
    const back = lane > 0;
    const [start, end] = back ? [ends.left + HEAD, ends.right] : [ends.left, ends.right - HEAD];
    const color = back ? gradientColor : ink;
    const [tip, base, y] = back
      ? [ends.left, ends.left + HEAD, first.y + lane]
      : [ends.right, ends.right - HEAD, last.y + lane];
    return [
      svgElement(document, "path", {
        d: pathAlong(runs, lane, start, end),
        fill: "none",
        stroke: color,
        "stroke-width": STROKE,
      }),
      svgElement(document, "path", {
        d: `M${coordinate(tip)},${coordinate(y)}L${coordinate(base)},${coordinate(y - 3.5)}V${coordinate(y + 3.5)}Z`,
        fill: color,
      }),
    ];
  });
}

/** The way of one lane, from x = start to x = end: straight along the runs, bent between them. */
function pathAlong(runs: readonly Run[], lane: number, start: number, end: number): string {
  let path = `M${coordinate(start)},${coordinate(runs[0]!.y + lane)}`;
  for (const [index, run] of runs.entries()) {
    const next = runs[index + 1];
    if (!next) return `${path}H${coordinate(end)}`;
    if (next.y === run.y) continue;
    // Where a way goes down its upper lane is the outer one: it bends later.
    const shift = next.y > run.y ? -lane : lane;
    const [x0, x1] = [run.to + shift, next.from + shift];
    const middle = coordinate((x0 + x1) / 2);
    const [y0, y1] = [coordinate(run.y + lane), coordinate(next.y + lane)];
    path += `H${coordinate(x0)}C${middle},${y0},${middle},${y1},${coordinate(x1)},${y1}`;
  }
  return path;
}
