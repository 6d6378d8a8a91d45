// Numbers as colours, and the bar beside a chart that says which is which.

import { type Axis, ticksOf, widestLabel } from "./axes.ts";
import type { Drawing, Picture } from "./drawing.ts";
import { coordinate, svgElement, textWidth } from "./svg.ts";
import { edge, fontSize, ink, type Scheme } from "./theme.ts";

/** How many colours a scheme is cut into: as many as a byte tells apart. */
const STEPS = 256;

/** The schemes that end with their lightest colour; the others begin with it. */
const LIGHT_LAST: readonly Scheme[] = ["viridis", "cividis", "summer"];

/** Red, green and blue, from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Colours of the numbers of a range; what lies beyond its ends has the colours of the ends. */
export interface ColorScale {
  readonly domain: readonly [number, number];
  rgb(value: number): Rgb;
  /** as "#rrggbb" */
  hex(value: number): string;
}

/** @param thin whether thin things are drawn in it: the scheme's lightest colours, which would not be seen on white, are left out */
export function colorScale(
  drawing: Drawing,
  scheme: Scheme,
  domain: readonly [number, number],
  thin = false,
): ColorScale {
  const [from, to] =
    !thin || scheme === "rdbu" ? [0, 1] : LIGHT_LAST.includes(scheme) ? [0, 0.88] : [0.35, 1];
  const interpolate = interpolator(drawing, scheme);
  const table = Array.from({ length: STEPS }, (_, i) =>
    parse(interpolate(from + ((to - from) * i) / (STEPS - 1))),
  );
  const [low, high] = domain;
  const rgb = (value: number) => {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return table[Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1))]!;
  };
  return { domain, rgb, hex: (value) => hexOf(rgb(value)) };
}

function interpolator(drawing: Drawing, scheme: Scheme): (t: number) => string {
  switch (scheme) {
    case "viridis":
      return drawing.library.interpolateViridis;
    case "cividis":
      return drawing.library.interpolateCividis;
    case "blues":
      return drawing.library.interpolateBlues;
    case "reds":
      return drawing.library.interpolateReds;
    case "greys":
      return drawing.library.interpolateGreys;
    case "summer":
      return drawing.library.interpolateRgb("#008066", "#ffff66");
    case "rdbu":
      return (t) => drawing.library.interpolateRdBu(1 - t);
  }
}

function parse(color: string): Rgb {
  const numbers = color.startsWith("#")
    ? [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
    : color.match(/\d+/g)!.map(Number);
  return numbers as unknown as Rgb;
}

export function hexOf(rgb: Rgb): string {
  return `#${rgb.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Whether text on a colour is read better in white than in ink. */
export function isDark([red, green, blue]: Rgb): boolean {
  return 0.299 * red + 0.587 * green + 0.114 * blue < 140;
}

const BAR_WIDTH = 14;
const BAR_STEPS = 64;
const BAR_TICK = 7;

/** About how wide a bar with its ticks is. */
export function colorBarWidth(drawing: Drawing, { domain }: ColorScale): number {
  return (
    BAR_WIDTH + BAR_TICK + widestLabel(ticksOf(drawing, { label: undefined, domain, type: "linear" }, 6))
  );
}

/**
 * A scale of colours as an upright bar with ticks.
 *
 * @param levels where given, the bar shows the colours between them only, as a filled contour does
 */
export function colorBar(
  drawing: Drawing,
  scale: ColorScale,
  height: number,
  label?: string,
  levels?: readonly number[],
): Picture {
  const { document } = drawing;
  const [low, high] = scale.domain;
  const axis: Axis = { label, domain: scale.domain, type: "linear" };
  const ticks = ticksOf(drawing, axis, Math.max(2, Math.floor(height / 45)));
  const y = (value: number) => height - ((value - low) / (high - low)) * height;
  const borders = levels ?? Array.from({ length: BAR_STEPS }, (_, i) => low + ((high - low) * i) / BAR_STEPS);
  const group = svgElement(document, "g", { "aria-label": "color bar" });
  // Each colour reaches down to the bottom and is painted over by the next, so that no seams show.
  for (let i = borders.length - 1; i >= 0; i--) {
    const [from, to] = [borders[i]!, borders[i + 1] ?? high];
    group.append(
      svgElement(document, "rect", {
        width: BAR_WIDTH,
        y: coordinate(y(to)),
        height: coordinate(height - y(to)),
        fill: scale.hex((from + to) / 2),
      }),
    );
  }
  group.append(
    svgElement(document, "rect", {
      width: BAR_WIDTH,
      height: coordinate(height),
      fill: "none",
      stroke: edge,
    }),
  );
  for (const tick of ticks) {
    const at = coordinate(y(tick.value));
    group.append(
      svgElement(document, "path", { d: `M${BAR_WIDTH},${at}h4`, stroke: ink }),
      svgElement(document, "text", { x: BAR_WIDTH + BAR_TICK, y: at, dy: "0.32em" }, tick.label),
    );
  }
  if (label !== undefined) {
    group.append(svgElement(document, "text", { y: -8, "font-size": fontSize.label }, label));
  }
  return {
    element: group,
    width: Math.max(BAR_WIDTH + BAR_TICK + widestLabel(ticks), textWidth(label ?? "", fontSize.label)),
    height,
  };
}
