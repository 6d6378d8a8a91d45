// Where the nodes of a graph and what stands on its arrows come to lie: dagre's layers, and ways between them that cross no label.

import { UnsupportedError } from "../errors.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box by its middle. */
export interface Box extends Size, Point {}

/** What is laid out: boxes of nodes, and edges whose labels need room around the middle of the arrow. */
export interface Boxes {
  readonly nodes: readonly Size[];
  readonly edges: readonly { readonly from: number; readonly to: number; readonly label: Size }[];
}

/** A straight piece of a way, from left to right; between two such the way bends. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

export interface Layout extends Size {
  readonly nodes: readonly Box[];
  readonly edges: readonly { readonly label: Point; readonly runs: readonly Run[] }[];
}

/** Between neighbours in a column. */
const ROW_GAP = 12;
/** Between two ways that enter a node. */
export const PORT_GAP = 18;
/** A way's last piece before a node is straight, so that arrows come straight at it. */
const STUB = 12;
/** How long a bend is, and how far apart those of neighbouring ways are. */
const BEND = 22;
const TRACK = 12;
/** Between a bend and a column: the two arrows of a way do not bend at the same place. */
const SLACK = 4;
/** More ways than this at one node share the room of so many. */
const MOST_TRACKS = 6;

type Dagre = typeof import("@dagrejs/dagre");

async function loadDagre(): Promise<Dagre> {
  try {
    return await import("@dagrejs/dagre");
  } catch (cause) {
    throw new UnsupportedError(
      "graph: graphs are laid out by dagre, which is not installed here: run `npm install @dagrejs/dagre`",
      { cause },
    );
  }
}

/** Lays a graph out from left to right. @throws UnsupportedError where dagre is not installed */
export async function layOut({ nodes, edges }: Boxes): Promise<Layout> {
  const { Graph, layout } = await loadDagre();
  const graph = new Graph({ multigraph: true });
  const gap = gapFor(nodes.length, edges);
  // Between the columns of nodes that dagre knows there are those of labels, so its distance is twice ours.
  graph.setGraph({ rankdir: "LR", ranksep: 2 * gap, nodesep: ROW_GAP, edgesep: ROW_GAP });
  for (const [index, { width, height }] of [...nodes.entries()].reverse())
    graph.setNode(String(index), { width, height });
  for (const [index, { from, to, label }] of [...edges.entries()].reverse()) {
    graph.setEdge(String(from), String(to), { ...label, labelpos: "c" }, String(index));
  }
  layout(graph);

  const boxes = nodes.map((size, index) => {
    const { x, y } = graph.node(String(index)) as Box;
    return { ...size, x, y };
  });
  const laid = edges.map(({ from, to, label }, index) => {
    const edge = graph.edge(String(from), String(to), String(index)) as Point & { points: Point[] };
    // The first and the last point are where a straight line would meet the nodes.
    return { label: { ...label, x: edge.x, y: edge.y }, between: edge.points.slice(1, -1) };
  });
  const columns = columnsOf([...boxes, ...laid.map(({ label }) => label)]);
  const ports = portsOf(edges, boxes, laid, gap);
  const runs = laid.map(({ between }, index) => {
    const { from, to } = edges[index]!;
    const [start, end] = [boxes[from]!, boxes[to]!];
    const [leaves, arrives] = [ports.out[index]!, ports.in[index]!];
    const first = columns.right(start.x) + STUB + leaves.delay;
    const last = columns.left(end.x) - STUB - arrives.delay;
    const straight = between.map(({ x, y }) => ({ from: columns.left(x), to: columns.right(x), y }));
    straight[0]!.from = first + BEND;
    straight.at(-1)!.to = last - BEND;
    return [
      { from: start.x, to: first, y: start.y + leaves.offset },
      ...straight,
      { from: last, to: end.x, y: end.y + arrives.offset },
    ];
  });
  const { width, height } = graph.graph() as Size;
  return {
    nodes: boxes,
    edges: laid.map(({ label }, index) => ({ label, runs: runs[index]! })),
    width,
    height,
  };
}

/** Between neighbouring columns, where ways bend: room for those that come to one node from one side, usually all but one. */
function gapFor(nodes: number, edges: Boxes["edges"]): number {
  const into = new Array<number>(nodes).fill(0);
  const out = new Array<number>(nodes).fill(0);
  for (const { from, to } of edges) {
    out[from]!++;
    into[to]!++;
  }
  const most = Math.min(MOST_TRACKS, Math.max(...into, ...out));
  return STUB + BEND + SLACK + TRACK * Math.max(1, most - 1);
}

/** Within a column ways run straight, past all that stands in it. */
function columnsOf(boxes: readonly Box[]) {
  const halves = new Map<number, number>();
  for (const { x, width } of boxes) {
    const key = Math.round(x);
    halves.set(key, Math.max(halves.get(key) ?? 0, width / 2));
  }
  const half = (x: number) => halves.get(Math.round(x)) ?? 0;
  return { left: (x: number) => x - half(x), right: (x: number) => x + half(x) };
}

/** Where a way meets a node: so far above or below its middle, and bending so far away from it. */
interface Port {
  readonly offset: number;
  readonly delay: number;
}

/** Where ways leave nodes and arrive at them: in the order in which they come, so that they do not cross. */
function portsOf(
  edges: Boxes["edges"],
  boxes: readonly Box[],
  laid: readonly { readonly between: readonly Point[] }[],
  gap: number,
) {
  const portsAt = (end: "from" | "to") => {
    const result: Port[] = [];
    const far = (index: number) => laid[index]!.between.at(end === "from" ? 0 : -1)!.y;
    for (const [node, { y }] of boxes.entries()) {
      const ways = [...edges.keys()].filter((index) => edges[index]![end] === node);
      ways.sort((a, b) => far(a) - far(b) || a - b);
      // A way that comes straight at the middle goes on straight, if it is not the first or last of many.
      const straight = ways.findIndex((index) => Math.abs(far(index) - y) < 1);
      const middle = (ways.length - 1) / 2;
      const center = straight >= 0 && Math.abs(straight - middle) <= 0.5 ? straight : middle;
      const offsets = ways.map((_, place) => (place - center) * PORT_GAP);
      const above = ways.filter((index, place) => far(index) < y + offsets[place]!).length;
      const track = Math.min(TRACK, (gap - STUB - BEND - SLACK) / Math.max(1, ways.length - 1));
      for (const [place, index] of ways.entries()) {
        // Of those from one side the outermost bends nearest to the node, around the others.
        const inside = place < above ? place : ways.length - 1 - place;
        result[index] = { offset: offsets[place]!, delay: inside * track };
      }
    }
    return result;
  };
  return { out: portsAt("from"), in: portsAt("to") };
}
