// The works as bars: times over that of kobai on one thread.

import { type Drawing, type Picture, pictureOf } from "../../src/plot/drawing.ts";
import { Figure } from "../../src/plot/figure.ts";
import { arrange } from "../../src/plot/panels.ts";
import { formatSeconds } from "../table.ts";
import { byTime, type WorkResult } from "./report.ts";

const WIDTH = 800;
const LINE = 17;
/** Room for names. */
const LEFT = 230;
const COLORS = { kobai: "#0072b2", native: "#999999", javascript: "#e69f00" } as const;

/** An SVG with a panel for each work that has times. */
export async function chart(results: readonly WorkResult[], machine: string): Promise<string> {
  const charts = results
    .map((result) => ({ ...result, standings: byTime(result.standings).filter(({ seconds }) => seconds) }))
    .filter(({ standings }) => standings.length > 0);
  const title = `Time taken (logarithmic), ${machine}`;
  const figure = new Figure(title, (drawing) => {
    const panels = charts.map((result) => panel(drawing, result));
    return arrange(drawing.document, panels, 1, title);
  });
  return await figure.svg();
}

function panel(drawing: Drawing, { title, standings }: WorkResult): Picture {
  const { Plot } = drawing.library;
  const { document } = drawing;
  const bars = standings.map(({ contender, seconds, sample }) => ({
    name: contender.name,
    color: COLORS[contender.kind],
    seconds: seconds!,
    label: `${sample ? "≈ " : ""}${formatSeconds(seconds!)}`,
  }));
  const shortest = Math.min(...bars.map(({ seconds }) => seconds));
  const longest = Math.max(...bars.map(({ seconds }) => seconds));
  const domain: [number, number] = [shortest / 2, longest * 3];
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: 28 + LINE * bars.length,
    marginLeft: LEFT,
    marginTop: 24,
    marginBottom: 4,
    x: { type: "log", domain, axis: null },
    y: { domain: bars.map(({ name }) => name), label: null, tickSize: 0 },
    marks: [
      Plot.barX(bars, {
        x1: domain[0],
        x2: "seconds",
        y: "name",
        fill: "color",
        insetTop: 1,
        insetBottom: 1,
      }),
      Plot.text(bars, {
        x: "seconds",
        y: "name",
        text: "label",
        textAnchor: "start",
        dx: 4,
        fill: "currentColor",
      }),
      Plot.text([title], {
        frameAnchor: "top-left",
        dx: 4 - LEFT,
        dy: -18,
        textAnchor: "start",
        fontWeight: "bold",
        fill: "currentColor",
      }),
    ],
  });
  return pictureOf(drawing, plot);
}
