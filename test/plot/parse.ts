// Reads figures: their texts, marks and what is drawn where.

import { DOMParser } from "linkedom";
import type { Figure } from "../../src/plot/figure.ts";

export interface Drawn {
  readonly svg: string;
  readonly document: ParentNode;
  /** all that is written in it */
  readonly texts: string[];
  /** elements of this name inside the groups of this label */
  marks(label: string, name?: string): Element[];
}

export async function drawn(figure: Figure): Promise<Drawn> {
  return parsed(await figure.svg());
}

/** A figure from the text of its file. */
export function parsed(svg: string): Drawn {
  return within(new DOMParser().parseFromString(svg, "image/svg+xml") as unknown as Document, svg);
}

function within(document: ParentNode, svg: string): Drawn {
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  return {
    svg,
    document,
    texts: all("text").map((text) => text.textContent ?? ""),
    marks: (label, name = "*") => all(`[aria-label="${label}"] ${name}`),
  };
}

/** The charts of a figure of several panels. */
export function panels({ document, svg }: Drawn): Drawn[] {
  return [...document.querySelectorAll('[aria-label="frame"]')].map((frame) =>
    within(frame.parentElement!, svg),
  );
}

export type Place = [number, number];

/** The corners of a path of straight lines, absolute or relative; a new part begins where the path is lifted. */
export function corners(path: string): Place[] {
  const places: Place[] = [];
  let [x, y] = [0, 0];
  for (const [, command, rest] of path.matchAll(/([MLlHhVvZ])([^MLlHhVvZ]*)/g)) {
    const numbers = (rest!.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      const [a, b] = [numbers[i]!, numbers[i + 1]!];
      [x, y] = command === "l" ? [x + a, y + b] : [a, b];
      places.push([x, y]);
    }
  }
  return places;
}

/** The corners of the lines of a chart, line by line. */
export function linesOf({ marks }: Drawn): Place[][] {
  return marks("line", "path").map((path) => corners(path.getAttribute("d")!));
}

export function numbers(element: Element, ...names: string[]): number[] {
  return names.map((name) => Number(element.getAttribute(name)));
}

/** Labels of ticks as the numbers that they say. */
function said(text: string): number {
  const [mantissa, power = ""] = text.replaceAll(",", "").replaceAll("−", "-").split("×10");
  const exponent = power.replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (c) =>
    c === "⁻" ? "-" : String("⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)),
  );
  return Number(mantissa) * 10 ** Number(exponent);
}

export function ticks({ marks }: Drawn, axis: "x" | "y"): number[] {
  return marks(`${axis}-axis tick label`, "text").map((text) => said(text.textContent!));
}

/** Of a chart with linear axes: its frame in the units of its axes, and what lies at a place. */
export function scales(chart: Drawn) {
  const along = (axis: "x" | "y") => {
    const pixels = chart
      .marks(`${axis}-axis tick label`, "text")
      .map((text) => Number(text.getAttribute(axis)));
    const values = ticks(chart, axis);
    const [p, q] = [0, pixels.length - 1];
    const slope = (values[q]! - values[p]!) / (pixels[q]! - pixels[p]!);
    return (pixel: number) => values[p]! + (pixel - pixels[p]!) * slope;
  };
  const [x, y] = [along("x"), along("y")];
  const [left, top, width, height] = numbers(
    chart.document.querySelector('[aria-label="frame"]')!,
    "x",
    "y",
    "width",
    "height",
  ) as [number, number, number, number];
  return {
    at: ([a, b]: Place): Place => [x(a), y(b)],
    x: [x(left), x(left + width)],
    y: [y(top + height), y(top)],
  };
}
