import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { colorOf, useScheme } from "./colors.ts";

// Loaded with the first chart.
document.head.append(
  Object.assign(document.createElement("link"), { rel: "stylesheet", href: "uPlot.min.css" }),
);

export interface Series {
  readonly label: string;
  /** a custom property of the style sheet: "--series-1" */
  readonly color: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly dashed?: boolean;
  readonly points?: boolean;
}

interface Props {
  readonly label: string;
  readonly xLabel: string;
  readonly series: readonly Series[];
  readonly height?: number;
  readonly range?: readonly [number, number];
  /** whether equal factors are equally far apart: what is not above 0 is left out */
  readonly isLogarithmic?: boolean;
  /** what a value is called in the legend, under the pointer */
  readonly format?: (value: number) => string;
}

const brief = (value: number) => (value === 0 ? "0" : value.toPrecision(4));

/** Curves with their values under the pointer, drawn by uPlot. */
export function Chart({
  label,
  xLabel,
  series,
  height = 220,
  range,
  isLogarithmic = false,
  format = brief,
}: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const scheme = useScheme();
  const shape = JSON.stringify([
    xLabel,
    range,
    isLogarithmic,
    ...series.map(({ label, color }) => [label, color]),
  ]);
  useEffect(() => {
    const { current: element } = place;
    if (!element) return;
    const axis = {
      stroke: colorOf("--text"),
      grid: { stroke: colorOf("--line"), width: 1 },
      ticks: { stroke: colorOf("--line") },
    };
    const made = new uPlot(
      {
        width: element.clientWidth || 300,
        height,
        scales: {
          x: { time: false },
          y: { ...(range && { range: [range[0], range[1]] }), ...(isLogarithmic && { distr: 3 as const }) },
        },
        axes: [
          { ...axis, label: xLabel, labelSize: 20, size: 34 },
          { ...axis, size: 60 },
        ],
        series: [
          { label: xLabel, value: (_, value) => (value === null ? "–" : brief(value)) },
          ...series.map(({ label, color, dashed, points }) => ({
            label,
            stroke: colorOf(color),
            width: points ? 0 : 2,
            ...(dashed && { dash: [6, 4] }),
            points: { show: points ?? false, size: 6, fill: colorOf(color) },
            spanGaps: true,
            value: (_: uPlot, value: number | null) =>
              value === null || value === undefined ? "–" : format(value),
          })),
        ],
      },
      dataOf(series, isLogarithmic),
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height });
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [shape, scheme, height]);
  useEffect(() => plot.current?.setData(dataOf(series, isLogarithmic)), [series, isLogarithmic]);
  return (
    <figure aria-label={label}>
      <div ref={place} />
    </figure>
  );
}

/** uPlot's form: one list of all x, and for each series a value or none at each of them. */
function dataOf(series: readonly Series[], isLogarithmic: boolean): uPlot.AlignedData {
  const shown = (y: Series["y"]) => (isLogarithmic ? y.map((value) => (value! > 0 ? value : null)) : [...y]);
  return uPlot.join(series.map(({ x, y }) => [x as number[], shown(y)] as uPlot.AlignedData)) ?? [[]];
}
