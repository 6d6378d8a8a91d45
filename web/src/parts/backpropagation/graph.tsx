import { useId } from "preact/hooks";
import type { Graph } from "../../shared/expression.ts";
import { layout } from "./layout.ts";

interface Props {
  readonly label: string;
  readonly graph: Graph;
  /** undefined where the step has not come yet */
  readonly values: readonly (number | undefined)[];
  /** what an operation hands back to one of its operands; undefined where it has not come yet */
  readonly handedBack: (operation: number, operand: number) => number | undefined;
  /** of the result by itself */
  readonly lastGradient: number | undefined;
  /** the operation that was done last, or is pointed at */
  readonly current: number | undefined;
  readonly words: (node: number) => string;
  readonly onPoint: (node: number | undefined) => void;
}

const [COLUMN, ROW, RADIUS, MARGIN] = [130, 84, 24, 44];

export const signs: Readonly<Record<string, string>> = { "*": "×", "/": "÷", "-": "−", neg: "−", "^": "xʸ" };

export function brief(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) return value.toExponential(2);
  return String(Number(value.toPrecision(5)));
}

/** The graph from left to right, values above its arrows and derivatives below. */
export function GraphPicture({
  label,
  graph,
  values,
  handedBack,
  lastGradient,
  current,
  words,
  onPoint,
}: Props) {
  const id = useId();
  const { places, columns, rows } = layout(graph);
  const at = (node: number) => ({
    x: MARGIN + places[node]!.column * COLUMN,
    y: MARGIN + places[node]!.row * ROW,
  });
  const [width, height] = [(columns - 1) * COLUMN + 2 * MARGIN + 110, (rows - 1) * ROW + 2 * MARGIN];
  const last = graph.length - 1;
  const arrows = graph.flatMap((node, to) =>
    node.kind === "operation"
      ? node.inputs.map((from, k) => ({
          key: `${from}-${to}-${k}`,
          start: at(from),
          end: at(to),
          gap: RADIUS,
          // Around what stands between.
          bend: places[to]!.column - places[from]!.column > 1 ? -0.6 * ROW : 0,
          value: values[from],
          gradient: handedBack(to, k),
        }))
      : [],
  );
  const result = at(last);
  arrows.push({
    key: "result",
    start: result,
    end: { x: result.x + 100, y: result.y },
    gap: 0,
    bend: 0,
    value: values[last],
    gradient: lastGradient,
  });
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      // As wide as there is room for, but never so small that it cannot be read: then it scrolls.
      style={{ maxWidth: "max(100%, 44rem)", height: "auto" }}
    >
      <defs>
        <marker id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
          <path d="M0 0L8 4L0 8z" fill="var(--quiet)" />
        </marker>
      </defs>
      {arrows.map((arrow) => (
        <Arrow {...arrow} head={id} />
      ))}
      {graph.map((node, i) => {
        const { x, y } = at(i);
        const name =
          node.kind === "operation"
            ? (signs[node.operation] ?? node.operation)
            : node.kind === "variable"
              ? node.name
              : brief(node.value);
        const isCurrent = current === i;
        return (
          <g key={i} onPointerEnter={() => onPoint(i)} onPointerLeave={() => onPoint(undefined)}>
            <title>{words(i)}</title>
            {node.kind === "operation" ? (
              <circle
                cx={x}
                cy={y}
                r={RADIUS}
                fill={isCurrent ? "var(--accent)" : "var(--ground)"}
                stroke="var(--text)"
                stroke-width="1.5"
              />
            ) : (
              <rect
                x={x - 32}
                y={y - 15}
                width="64"
                height="30"
                rx="6"
                fill={isCurrent ? "var(--accent)" : "var(--panel)"}
                stroke="var(--line)"
              />
            )}
            <text
              x={x}
              y={y + 5}
              text-anchor="middle"
              font-size={name.length > 6 ? 11 : 14}
              fill={isCurrent ? "var(--on-accent)" : "var(--text)"}
            >
              {name}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

interface ArrowProps {
  readonly key: string;
  readonly start: Spot;
  readonly end: Spot;
  /** how far before its end it stops */
  readonly gap: number;
  /** how far its middle lies from the straight line, downwards */
  readonly bend: number;
  readonly value: number | undefined;
  readonly gradient: number | undefined;
  readonly head: string;
}

function Arrow({ start, end, gap, bend, value, gradient, head }: ArrowProps) {
  // Twice as far as the middle: the control point of a quadratic curve.
  const control = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 + 2 * bend };
  const [from, to] = [towards(start, control, RADIUS), towards(end, control, gap)];
  const middle = { x: (from.x + 2 * control.x + to.x) / 4, y: (from.y + 2 * control.y + to.y) / 4 };
  return (
    <g font-size="13" font-weight="600" text-anchor="middle">
      <path
        d={`M${from.x} ${from.y}Q${control.x} ${control.y} ${to.x} ${to.y}`}
        fill="none"
        stroke="var(--quiet)"
        stroke-width="1.5"
        marker-end={`url(#${head})`}
      />
      {value !== undefined && (
        <text x={middle.x} y={middle.y - 6} fill="var(--series-1)" class="halo">
          {brief(value)}
        </text>
      )}
      {gradient !== undefined && (
        <text x={middle.x} y={middle.y + 16} fill="var(--series-2)" class="halo">
          {brief(gradient)}
        </text>
      )}
    </g>
  );
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** The place that lies so far from one place in the direction of another. */
function towards(from: Spot, to: Spot, distance: number): Spot {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return {
    x: from.x + ((to.x - from.x) * distance) / length,
    y: from.y + ((to.y - from.y) * distance) / length,
  };
}
