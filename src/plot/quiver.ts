// Fields of arrows.

import type { RenderFunction } from "@observablehq/plot";
import { checkNamed, options as checkOptions, positive, text } from "../check.ts";
import { DataError } from "../errors.ts";
import {
  anything,
  chartRules,
  checkSameLength,
  checkSpan,
  type Numbers,
  range,
  scheme as schemeRule,
  toFinite,
  toNumbers,
  vectorAt,
} from "./arguments.ts";
import { arrowOutline, clipPolygon, polygonPath } from "./arrow.ts";
import { type Axis, planeAxisOf } from "./axes.ts";
import { drawChart, type PlaneOptions } from "./chart.ts";
import { type ColorScale, colorScale } from "./colors.ts";
import { cssColor } from "./css-colors.ts";
import { Figure } from "./figure.ts";
import { type Frame, placeIn } from "./frame.ts";
import { extent } from "./grid.ts";
import { legendOf, type SeriesInput, seriesMarks, seriesOver } from "./series.ts";
import { svgElement } from "./svg.ts";
import { faint, type Scheme } from "./theme.ts";

/** Arrows: those of some points, or those of a function over a grid. */
export type Arrows =
  | {
      /** Where the arrows begin. */
      x: Numbers;
      y: Numbers;
      /** How far they go to the right and upwards; an arrow with a NaN is left out. */
      u: Numbers;
      v: Numbers;
    }
  | {
      /** The grid's coordinates: an arrow begins at each pair of them. */
      x: Numbers;
      y: Numbers;
      /** The arrow [u, v] at (x, y). */
      field: (x: number, y: number) => ArrayLike<number>;
    };

/** Options of `quiver`. */
export interface QuiverOptions extends PlaneOptions {
  /**
   * How long an arrow is for its numbers: it reaches from (x, y) to (x + scale·u, y + scale·v). Default: such that the longest is as long
   * as the arrows are apart.
   */
  scale?: number;
  /** The arrows' color. Default: grey. */
  color?: string;
  /** Colors the arrows by their lengths √(u² + v²), with a color bar. */
  scheme?: Scheme;
  /** The lengths at the ends of the color bar. Default: from 0 to the longest. */
  colorDomain?: readonly [number, number];
  /** What stands above the color bar. */
  colorLabel?: string;
  /** Default "equal", so that arrows point where they say. */
  aspect?: "equal" | "auto";
  /** Points and lines over the arrows, as in `scatter`. */
  series?: SeriesInput;
}

const rules = {
  ...chartRules,
  scale: positive,
  color: cssColor,
  scheme: schemeRule,
  colorDomain: range,
  colorLabel: text,
  series: anything,
};

/**
 * A field of arrows, as of a gradient (book 4.4). Arrows point where their numbers say on these axes; their lengths are in proportion.
 *
 * @throws DataError where x, y, u and v are not equally long rows of numbers, there are more than 20,000 arrows, or the function throws or returns no two numbers
 * @throws OptionError where an option is out of its range
 * @example
 * import { arange, quiver } from "kobai/plot";
 * const at = arange(-2, 2.25, 0.25);
 * // −∇f of f = x0² + x1²
 * quiver({ x: at, y: at, field: (x0, x1) => [-2 * x0, -2 * x1] }, { x: { label: "x0" }, y: { label: "x1" } });
 */
export function quiver(arrows: Arrows, options: QuiverOptions = {}): Figure {
  const { scale, scheme, colorDomain } = checkOptions("quiver", options, rules);
  const field = toField(arrows);
  for (const { u, v } of field) {
    for (const part of [u, v]) if (Number.isFinite(part)) checkSpan("quiver: an arrow", 0, Math.abs(part));
  }
  const over = seriesOver("quiver", options.series);
  const x = planeAxisOf(
    "quiver: x",
    field.map(({ x }) => x),
    options.x,
    0.04,
  );
  const y = planeAxisOf(
    "quiver: y",
    field.map(({ y }) => y),
    options.y,
    0.04,
  );
  const visible = field.filter((arrow) => isIn(arrow.x, x) && isIn(arrow.y, y));
  const lengths = visible.map(({ u, v }) => Math.hypot(u, v));
  const longest = visible.length > 0 ? extent("quiver", lengths)[1] : 0;
  return new Figure(options.title ?? "quiver", (drawing) => {
    const colors = scheme && colorScale(drawing, scheme, colorDomain ?? [0, longest || 1], true);
    return drawChart(drawing, {
      options: { aspect: "equal", ...options },
      x,
      y,
      legend: legendOf(over),
      ...(colors && { colorBar: { scale: colors, label: options.colorLabel } }),
      marks: (frame) => {
        const factor = scale ?? defaultScale(visible, x, y, frame);
        return [
          arrowMark(visible, factor, x, y, frame, colors ?? options.color ?? faint),
          ...seriesMarks(drawing, over, x, y, frame),
        ];
      },
    });
  });
}

/** Of arrows. */
const MOST = 20_000;

interface Arrow {
  readonly x: number;
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

function toField(arrows: Arrows): Arrow[] {
  checkNamed("quiver", arrows, "arrows { x, y, u, v } or { x, y, field }");
  const x = toFinite("quiver: x", arrows.x);
  const y = toFinite("quiver: y", arrows.y);
  const count = "field" in arrows ? x.length * y.length : x.length;
  if (count > MOST)
    throw new DataError(`quiver: ${count} arrows are more than a picture can show; at most ${MOST}`);
  if ("field" in arrows) {
    return y.flatMap((b) =>
      x.map((a) => {
        const [u, v] = vectorAt("quiver: field", arrows.field, a, b);
        return { x: a, y: b, u, v };
      }),
    );
  }
  if (arrows.u === undefined || arrows.v === undefined) {
    throw new DataError(
      "quiver: needs u and v, how far each arrow goes, or field, a function that returns them",
    );
  }
  const u = toNumbers("quiver: u", arrows.u);
  const v = toNumbers("quiver: v", arrows.v);
  checkSameLength("quiver", { x, y, u, v });
  return x.map((a, i) => ({ x: a, y: y[i]!, u: u[i]!, v: v[i]! }));
}

function isIn(value: number, { domain: [low, high] }: Axis): boolean {
  return low <= value && value <= high;
}

/** The longest arrow is as long as arrows are apart where they fill the frame evenly. */
function defaultScale(arrows: readonly Arrow[], x: Axis, y: Axis, { width, height }: Frame): number {
  const apart = Math.sqrt((width * height) / Math.max(1, arrows.length));
  const [perX, perY] = [width / (x.domain[1] - x.domain[0]), height / (y.domain[1] - y.domain[0])];
  let longest = 0;
  for (const { u, v } of arrows) {
    const length = Math.hypot(u * perX, v * perY);
    if (Number.isFinite(length)) longest = Math.max(longest, length);
  }
  return longest > 0 ? apart / longest : 1;
}

function arrowMark(
  arrows: readonly Arrow[],
  scale: number,
  x: Axis,
  y: Axis,
  frame: Frame,
  color: ColorScale | string,
): RenderFunction {
  const place = placeIn(frame, x, y);
  const outline = (arrow: Arrow) =>
    polygonPath(
      clipPolygon(
        arrowOutline(place(arrow.x, arrow.y), place(arrow.x + scale * arrow.u, arrow.y + scale * arrow.v)),
        frame,
      ),
    );
  // An arrow that leads so far out has no direction that could be reckoned.
  const drawn = arrows.filter(({ x, y, u, v }) =>
    place(x + scale * u, y + scale * v).every((pixel) => Math.abs(pixel) < 1e150),
  );
  return (_index, _scales, _values, _dimensions, { document }) =>
    svgElement(
      document,
      "g",
      { "aria-label": "arrows", fill: typeof color === "string" ? color : undefined },
      ...drawn.map((arrow) =>
        svgElement(document, "path", {
          d: outline(arrow),
          fill: typeof color === "string" ? undefined : color.hex(Math.hypot(arrow.u, arrow.v)),
        }),
      ),
    );
}
