// Pooling and interpolation (assembly/pool/) in plain TypeScript.

import { Divisor } from "../../assembly/isa/pool.ts";
import { precisionOf, zerosLike } from "./elementwise.ts";
import type { Kernel } from "./graph.ts";
import type { Floats } from "./matmul.ts";
import { around } from "./reduce.ts";

interface Pooling {
  readonly shape: readonly number[];
  readonly windows: Readonly<Record<"size" | "stride" | "before" | "count", readonly [number, number]>>;
  readonly divisor: Divisor;
}

/** Calls `visit` with each window's and channel's place in the result, and where its elements lie: in the image, and in the window. */
function eachWindow(
  { shape, windows: { size, stride, before, count } }: Pooling,
  visit: (result: number, elements: readonly (readonly [at: number, place: number])[]) => void,
): void {
  const [samples, height, width, channels] = shape as [number, number, number, number];
  let result = 0;
  for (let sample = 0; sample < samples; sample++) {
    for (let y = 0; y < count[0]; y++) {
      for (let x = 0; x < count[1]; x++) {
        for (let channel = 0; channel < channels; channel++) {
          const elements: (readonly [number, number])[] = [];
          for (let u = 0; u < size[0]; u++) {
            for (let v = 0; v < size[1]; v++) {
              const row = y * stride[0] - before[0] + u;
              const column = x * stride[1] - before[1] + v;
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              elements.push([
                ((sample * height + row) * width + column) * channels + channel,
                u * size[1] + v,
              ]);
            }
          }
          visit(result, elements);
          result += 1;
        }
      }
    }
  }
}

const lengthOf = ({ shape, windows: { count } }: Pooling) => shape[0]! * count[0] * count[1] * shape[3]!;

/** Whether an element may lie in several windows; what arrives at one is added up from +0 then, else it is what arrives. */
const overlap = ({ windows: { size, stride } }: Pooling) => stride[0] < size[0] || stride[1] < size[1];

/** The maxima, and their places. */
function maxPool(x: Floats, pooling: Pooling): Floats[] {
  const y = zerosLike(x, lengthOf(pooling));
  const places = zerosLike(x, y.length);
  eachWindow(pooling, (result, elements) => {
    let [best, place] = [x[elements[0]![0]]!, elements[0]![1]];
    for (const [at, other] of elements) if (x[at]! > best) [best, place] = [x[at]!, other];
    y[result] = elements.some(([at]) => Number.isNaN(x[at])) ? Number.NaN : best;
    places[result] = place;
  });
  return [y, places];
}

function maxPoolGradient(g: Floats, places: Floats, pooling: Pooling): Floats {
  const dx = zerosLike(
    g,
    pooling.shape.reduce((product, length) => product * length, 1),
  );
  const adds = overlap(pooling);
  eachWindow(pooling, (result, elements) => {
    for (const [at, place] of elements) {
      if (place !== places[result]) continue;
      dx[at] = adds ? dx[at]! + g[result]! : g[result]!;
    }
  });
  return dx;
}

function divisorOf({ divisor, windows: { size } }: Pooling, elements: number): number {
  if (divisor === Divisor.one) return 1;
  return divisor === Divisor.elements ? elements : size[0] * size[1];
}

function windowSums(x: Floats, pooling: Pooling): Floats {
  const { round } = precisionOf(x);
  const y = zerosLike(x, lengthOf(pooling));
  eachWindow(pooling, (result, elements) => {
    let total = 0;
    for (const [at] of elements) total = round(total + x[at]!);
    y[result] = total / divisorOf(pooling, elements.length);
  });
  return y;
}

function spreadWindows(y: Floats, pooling: Pooling): Floats {
  const { round } = precisionOf(y);
  const x = zerosLike(
    y,
    pooling.shape.reduce((product, length) => product * length, 1),
  );
  const adds = overlap(pooling);
  eachWindow(pooling, (result, elements) => {
    const share = round(y[result]! / divisorOf(pooling, elements.length));
    for (const [at] of elements) x[at] = adds ? x[at]! + share : share;
  });
  return x;
}

interface Interpolation {
  readonly axis: number;
  readonly factor: number;
}

/** Calls `visit` with every pair of elements of which one takes from the other, and by which weight, in order of the longer axis. */
function eachPair(
  short: readonly number[],
  { axis, factor }: Interpolation,
  visit: (long: number, short: number, weight: number) => void,
): void {
  const { outer, n, inner } = around(short, { from: axis, to: axis + 1 });
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < n * factor; i++) {
      // Twice the factor times the place on the shorter axis: a whole number.
      const place = Math.max(0, Math.min(2 * factor * (n - 1), 2 * i + 1 - factor));
      for (let r = 0; r < n; r++) {
        const weight = 2 * factor - Math.abs(place - 2 * factor * r);
        if (weight <= 0) continue;
        for (let k = 0; k < inner; k++) {
          visit((o * n * factor + i) * inner + k, (o * n + r) * inner + k, weight / (2 * factor));
        }
      }
    }
  }
}

const length = (shape: readonly number[]) => shape.reduce((product, each) => product * each, 1);

/** Linear interpolation along an axis, and what flows back. */
function interpolate(
  a: Floats,
  short: readonly number[],
  interpolation: Interpolation,
  isGradient: boolean,
): Floats {
  const { round } = precisionOf(a);
  const out = zerosLike(a, length(short) * (isGradient ? 1 : interpolation.factor));
  eachPair(short, interpolation, (long, short, weight) => {
    const [to, from] = isGradient ? [short, long] : [long, short];
    out[to] = out[to]! + round(round(weight) * a[from]!);
  });
  return out;
}

const poolingOf = ({ attributes }: Parameters<Kernel>[0]): Pooling => attributes;

/** By the op's name. */
export const poolKernels: readonly (readonly [string, Kernel])[] = [
  ["maxPool2d", (node, [x]) => maxPool(x!, poolingOf(node))],
  ["maxPool2dGradient", (node, [g, places]) => [maxPoolGradient(g!, places!, poolingOf(node))]],
  ["windowSums", (node, [x]) => [windowSums(x!, poolingOf(node))]],
  ["spreadWindows", (node, [y]) => [spreadWindows(y!, poolingOf(node))]],
  ["interpolate", ({ inputs: [x], attributes }, [a]) => [interpolate(a!, x!.shape, attributes, false)]],
  [
    "interpolateGradient",
    ({ outputs: [dx], attributes }, [g]) => [interpolate(g!, dx!.shape, attributes, true)],
  ],
];
