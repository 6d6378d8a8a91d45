import { useId, useRef } from "preact/hooks";
import { type Graph, gradientAt, valueAt } from "../../shared/expression.ts";

interface Props {
  readonly label: string;
  readonly graph: Graph;
  readonly x: number;
  readonly onMove: (x: number) => void;
}

const [WIDTH, HEIGHT] = [640, 320];
export const RANGE = 5;
const SAMPLES = 400;
const FAR = 1e6;
/** What numbers can be compared and subtracted: beyond that a curve is not shown. */
const MOST = 1e300;

/** The curve from -5 to 5, and the tangent at a point that is dragged. */
export function Curve({ label, graph, x, onMove }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const clip = useId();
  const places = Array.from({ length: SAMPLES + 1 }, (_, i) => -RANGE + (2 * RANGE * i) / SAMPLES);
  const values = places.map((each) => valueAt(graph, { x: each }));
  const [low, high] = boundsOf(values);
  const toX = (each: number) => ((each + RANGE) / (2 * RANGE)) * WIDTH;
  // No farther than a browser draws.
  const toY = (each: number) =>
    Math.min(FAR, Math.max(-FAR, HEIGHT - ((each - low) / (high - low)) * HEIGHT));
  // Broken where the function leaps or has no value.
  let line = "";
  let isOpen = false;
  for (const [i, value] of values.entries()) {
    const isFar = !(Math.abs(value) < MOST) || Math.abs(toY(value)) > 20 * HEIGHT;
    if (!isFar) line += `${isOpen ? "L" : "M"}${toX(places[i]!).toFixed(1)} ${toY(value).toFixed(1)}`;
    isOpen = !isFar;
  }
  const y = valueAt(graph, { x });
  const [slope = 0] = gradientAt(graph, { x }, ["x"]);
  const drag = (event: PointerEvent) => {
    const { left, width } = svg.current!.getBoundingClientRect();
    const at = -RANGE + (2 * RANGE * (event.clientX - left)) / width;
    onMove(Math.round(Math.min(RANGE, Math.max(-RANGE, at)) * 100) / 100);
  };
  const isThere = Math.abs(y) < MOST && Math.abs(slope) < MOST;
  return (
    <svg
      ref={svg}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      role="img"
      aria-label={label}
      style={{ touchAction: "none" }}
      onPointerDown={(event) => {
        svg.current!.setPointerCapture(event.pointerId);
        drag(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons !== 0) drag(event);
      }}
    >
      <clipPath id={clip}>
        <rect width={WIDTH} height={HEIGHT} />
      </clipPath>
      <rect width={WIDTH} height={HEIGHT} fill="var(--ground)" stroke="var(--line)" />
      <g clip-path={`url(#${clip})`}>
        {ticks(low, high).map((tick) => (
          <g key={tick}>
            <line x1="0" x2={WIDTH} y1={toY(tick)} y2={toY(tick)} stroke="var(--line)" />
            <text x="4" y={toY(tick) - 3} font-size="13" fill="var(--quiet)">
              {Number(tick.toPrecision(3))}
            </text>
          </g>
        ))}
        {[-4, -2, 0, 2, 4].map((tick) => (
          <g key={tick}>
            <line x1={toX(tick)} x2={toX(tick)} y1="0" y2={HEIGHT} stroke="var(--line)" />
            <text x={toX(tick) + 3} y={HEIGHT - 4} font-size="13" fill="var(--quiet)">
              {tick}
            </text>
          </g>
        ))}
        <path d={line} fill="none" stroke="var(--series-1)" stroke-width="2.5" />
        {isThere && (
          <line
            x1="0"
            x2={WIDTH}
            y1={toY(y + slope * (-RANGE - x))}
            y2={toY(y + slope * (RANGE - x))}
            stroke="var(--series-2)"
            stroke-width="2"
          />
        )}
        {isThere && (
          <circle
            data-point
            cx={toX(x)}
            cy={toY(y)}
            r="8"
            fill="var(--series-2)"
            stroke="var(--ground)"
            stroke-width="2"
          />
        )}
      </g>
    </svg>
  );
}

/** Between which values a curve is shown: nearly all of it, and 0 where that is not far. */
function boundsOf(values: readonly number[]): readonly [number, number] {
  const sorted = values.filter((value) => Math.abs(value) < MOST).sort((a, b) => a - b);
  if (sorted.length === 0) return [-1, 1];
  let low = Math.min(0, sorted[Math.floor(0.03 * sorted.length)]!);
  let high = Math.max(0, sorted[Math.floor(0.97 * (sorted.length - 1))]!);
  if (high - low < 1e-9) [low, high] = [low - 1, high + 1];
  const margin = 0.1 * (high - low);
  return [low - margin, high + margin];
}

function ticks(low: number, high: number): number[] {
  const step = 10 ** Math.floor(Math.log10((high - low) / 3));
  const wide = [1, 2, 5, 10].map((each) => each * step).find((each) => (high - low) / each < 6)!;
  const first = Math.ceil(low / wide);
  return Array.from({ length: Math.floor(high / wide) - first + 1 }, (_, i) => (first + i) * wide);
}
