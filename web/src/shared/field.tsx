import { useCallback } from "preact/hooks";
import { Canvas } from "./canvas.tsx";
import { colorOf, css, type Rgb, rgbOf } from "./colors.ts";

export interface Path {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A function of the plane, and the part of it that is shown. */
export interface Landscape {
  readonly value: (x: number, y: number) => number;
  readonly gradient: (x: number, y: number) => readonly [number, number];
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

interface Props {
  readonly label: string;
  readonly landscape: Landscape;
  readonly paths?: readonly Path[];
  readonly arrows?: boolean;
  /** Called with a place that is pressed or dragged to. */
  readonly onPick?: (x: number, y: number) => void;
}

const [WIDTH, HEIGHT] = [480, 360];
const CELL = 4;
const BANDS = 16;

/** Heights as bands, spaced more closely where the function is low, so that valleys show. */
export function levels({ value, x, y }: Landscape): (height: number) => number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i <= 40; i++) {
    for (let j = 0; j <= 40; j++) {
      const height = value(x[0] + ((x[1] - x[0]) * i) / 40, y[0] + ((y[1] - y[0]) * j) / 40);
      if (!Number.isFinite(height)) continue;
      low = Math.min(low, height);
      high = Math.max(high, height);
    }
  }
  const span = high > low ? high - low : 1;
  return (height) => Math.sqrt(Math.min(1, Math.max(0, (height - low) / span)));
}

/** From the ground to the first colour, for 0 to 1. */
export function shade(share: number, ground: Rgb, color: Rgb): Rgb {
  return ground.map((base, i) => base + (0.08 + 0.72 * share) * (color[i]! - base)) as unknown as Rgb;
}

/** A function of the plane from above: bands of equal height, its gradient as arrows, and paths. */
export function Field({ label, landscape, paths = [], arrows = false, onPick }: Props) {
  const draw = useCallback(
    (context: CanvasRenderingContext2D) => {
      const { value, gradient, x, y } = landscape;
      const toX = (at: number) => ((at - x[0]) / (x[1] - x[0])) * WIDTH;
      const toY = (at: number) => HEIGHT - ((at - y[0]) / (y[1] - y[0])) * HEIGHT;
      const [ground, color] = [rgbOf("--ground"), rgbOf("--quiet")];
      const level = levels(landscape);
      context.clearRect(0, 0, WIDTH, HEIGHT);
      for (let i = 0; i < WIDTH; i += CELL) {
        for (let j = 0; j < HEIGHT; j += CELL) {
          const height = value(
            x[0] + ((x[1] - x[0]) * (i + CELL / 2)) / WIDTH,
            y[1] - ((y[1] - y[0]) * (j + CELL / 2)) / HEIGHT,
          );
          // Where the function has no value, the ground stays.
          if (Number.isNaN(height)) continue;
          context.fillStyle = css(shade(Math.floor(level(height) * BANDS) / BANDS, ground, color));
          context.fillRect(i, j, CELL, CELL);
        }
      }
      context.strokeStyle = colorOf("--text");
      context.lineWidth = 1;
      context.globalAlpha = 0.5;
      for (const [at, other, isX] of [
        [0, y, true],
        [0, x, false],
      ] as const) {
        context.beginPath();
        context.moveTo(isX ? toX(at) : toX(other[0]), isX ? toY(other[0]) : toY(at));
        context.lineTo(isX ? toX(at) : toX(other[1]), isX ? toY(other[1]) : toY(at));
        context.stroke();
      }
      context.globalAlpha = 1;
      if (arrows) drawArrows(context, { value, gradient, x, y }, toX, toY);
      for (const { color, points } of paths) {
        const stroke = colorOf(color);
        context.strokeStyle = stroke;
        context.fillStyle = stroke;
        context.lineWidth = 2;
        context.beginPath();
        for (const [px, py] of points) context.lineTo(clampPixel(toX(px)), clampPixel(toY(py)));
        context.stroke();
        for (const [i, [px, py]] of points.entries()) {
          context.beginPath();
          context.arc(
            clampPixel(toX(px)),
            clampPixel(toY(py)),
            i === 0 || i === points.length - 1 ? 5 : 2.5,
            0,
            2 * Math.PI,
          );
          context.fill();
        }
      }
    },
    [landscape, paths, arrows],
  );
  const pick = ({ x, y }: { readonly x: number; readonly y: number }) =>
    onPick?.(
      landscape.x[0] + x * (landscape.x[1] - landscape.x[0]),
      landscape.y[1] - y * (landscape.y[1] - landscape.y[0]),
    );
  return (
    <Canvas
      label={label}
      class="field-canvas"
      width={WIDTH}
      height={HEIGHT}
      draw={draw}
      {...(onPick && { onDown: pick, onDrag: pick })}
    />
  );
}

const clampPixel = (value: number) => (Number.isFinite(value) ? Math.min(1e5, Math.max(-1e5, value)) : 1e5);

/** Where it goes down most steeply, as the book draws the negative gradient (4.4). */
function drawArrows(
  context: CanvasRenderingContext2D,
  { gradient, x, y }: Landscape,
  toX: (at: number) => number,
  toY: (at: number) => number,
): void {
  const [columns, rows] = [15, 11];
  const places = Array.from({ length: columns * rows }, (_, i) => {
    const at = [
      x[0] + ((x[1] - x[0]) * ((i % columns) + 0.5)) / columns,
      y[0] + ((y[1] - y[0]) * (Math.floor(i / columns) + 0.5)) / rows,
    ] as const;
    return { at, slope: gradient(...at) };
  });
  const longest = Math.max(1e-12, ...places.map(({ slope }) => Math.hypot(...slope)).filter(Number.isFinite));
  const scale = (0.95 * WIDTH) / columns;
  context.strokeStyle = colorOf("--text");
  context.lineWidth = 1.2;
  for (const { at, slope } of places) {
    const length = Math.sqrt(Math.hypot(...slope) / longest) * scale;
    if (!(length > 1)) continue;
    const direction = Math.atan2(slope[1], -slope[0]);
    const [fromX, fromY] = [toX(at[0]), toY(at[1])];
    const [endX, endY] = [fromX + length * Math.cos(direction), fromY + length * Math.sin(direction)];
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(endX, endY);
    for (const side of [2.6, -2.6]) {
      context.moveTo(endX, endY);
      context.lineTo(endX + 5 * Math.cos(direction + side), endY + 5 * Math.sin(direction + side));
    }
    context.stroke();
  }
}
