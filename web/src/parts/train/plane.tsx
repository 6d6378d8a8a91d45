import type { Tensor } from "kobai";
import { useCallback, useState } from "preact/hooks";
import { Canvas, moves, type Point, paint } from "../../shared/canvas.tsx";
import { css, diverging, type Rgb, rgbOf } from "../../shared/colors.ts";
import type { LabelledPoint } from "./data-kinds.ts";
import { CELLS, REACH } from "./look.ts";
import { colorOfClass, pathOf } from "./marks.tsx";
import { largest } from "./trainer.ts";

interface PlaneProps {
  readonly label: string;
  /** how points are added with keys */
  readonly keysHelp: string;
  /** the network's outputs in the cells */
  readonly scores: Tensor | undefined;
  readonly points: readonly LabelledPoint[];
  /** Adds a point; none can be added where it is not given. */
  readonly onAdd?: ((x: number, y: number) => void) | undefined;
}

const SIZE = 400;
/** More would hide one another, and hold up the page. */
const MOST_POINTS = 2000;
const toPixel = (value: number) => ((value + REACH) / (2 * REACH)) * SIZE;

/** One cell in so many, in both directions, bears the mark of the class that the network gives there. */
const MARKED = 5;

/** The plane in the colours of the classes, the stronger the surer, with their marks, and the points. */
export function Plane({ label, keysHelp, scores, points, onAdd }: PlaneProps) {
  const draw = useCallback(
    (context: CanvasRenderingContext2D) => {
      const ground = rgbOf("--ground");
      context.fillStyle = css(ground);
      context.fillRect(0, 0, SIZE, SIZE);
      if (scores) {
        context.imageSmoothingEnabled = true;
        context.drawImage(
          cellsOf((cell) => mixture(scores, cell, ground)),
          0,
          0,
          SIZE,
          SIZE,
        );
        drawMarks(context, largest(scores));
      }
      context.strokeStyle = css(ground);
      context.lineWidth = 1.5;
      for (const [x, y, label] of points.slice(0, MOST_POINTS)) {
        const shape = pathOf(label);
        context.setTransform(1, 0, 0, 1, toPixel(x), SIZE - toPixel(y));
        context.fillStyle = css(colorOfClass(label));
        context.fill(shape);
        context.stroke(shape);
      }
      context.resetTransform();
    },
    [scores, points],
  );
  const [pen, setPen] = useState<Point>();
  const add = ({ x, y }: Point) => onAdd?.((2 * x - 1) * REACH, (1 - 2 * y) * REACH);
  const canvas = (
    <Canvas
      label={label}
      class="square"
      width={SIZE}
      height={SIZE}
      draw={draw}
      {...(onAdd && { onDown: add })}
    />
  );
  if (!onAdd) return canvas;
  return (
    <div
      class="pad"
      role="application"
      aria-label={keysHelp}
      tabIndex={0}
      onKeyDown={(event) => {
        const { x, y } = pen ?? { x: 0.5, y: 0.5 };
        const move = moves[event.key];
        if (!move && event.key !== " ") return;
        event.preventDefault();
        const within = (value: number) => Math.min(1, Math.max(0, value));
        if (move) setPen({ x: within(x + move[0]), y: within(y + move[1]) });
        else add({ x, y });
      }}
    >
      {canvas}
      {pen && <span class="pen" style={{ left: `${100 * pen.x}%`, top: `${100 * pen.y}%` }} />}
    </div>
  );
}

/** @param classes of the cells */
function drawMarks(context: CanvasRenderingContext2D, classes: Uint8Array): void {
  const cell = SIZE / CELLS;
  context.globalAlpha = 0.5;
  for (let row = MARKED >> 1; row < CELLS; row += MARKED) {
    for (let column = MARKED >> 1; column < CELLS; column += MARKED) {
      const label = classes[row * CELLS + column]!;
      context.setTransform(0.6, 0, 0, 0.6, (column + 0.5) * cell, (row + 0.5) * cell);
      context.fillStyle = css(colorOfClass(label));
      context.fill(pathOf(label));
    }
  }
  context.resetTransform();
  context.globalAlpha = 1;
}

/** The classes' colours by their probabilities, half of them ground. */
function mixture({ data, shape }: Tensor, cell: number, ground: Rgb): Rgb {
  const classes = shape[1]!;
  const row = data.subarray(cell * classes, (cell + 1) * classes);
  const most = Math.max(...row);
  const weights = Array.from(row, (score) => Math.exp(score - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return ground.map((base, channel) => {
    const color = weights.reduce((sum, weight, i) => sum + (weight / total) * colorOfClass(i)[channel]!, 0);
    return base + 0.5 * (color - base);
  }) as unknown as Rgb;
}

/** A small picture with a colour in each cell. */
export function cellsOf(color: (cell: number) => Rgb): OffscreenCanvas {
  const picture = new OffscreenCanvas(CELLS, CELLS);
  const context = picture.getContext("2d")!;
  paint(context, color, CELLS);
  return picture;
}

/** What each unit of each layer gives in the plane: blue below 0, orange above. */
export function Neurons({
  plane,
  name,
}: {
  readonly plane: Readonly<Record<string, Tensor>>;
  readonly name: (layer: string, unit: number) => string;
}) {
  return (
    <>
      {Object.entries(plane).map(([layer, output]) => (
        <div key={layer}>
          <h3>{layer}</h3>
          <div class="tiles small">
            {Array.from({ length: Math.min(16, output.shape[1]!) }, (_, unit) => (
              <Neuron key={unit} label={name(layer, unit + 1)} output={output} unit={unit} />
            ))}
          </div>
        </div>
      ))}
    </>
  );
}

function Neuron({
  label,
  output,
  unit,
}: {
  readonly label: string;
  readonly output: Tensor;
  readonly unit: number;
}) {
  const draw = useCallback(
    (context: CanvasRenderingContext2D) => {
      const { data, shape } = output;
      const units = shape[1]!;
      const ground = rgbOf("--ground");
      let most = 1e-6;
      for (let i = unit; i < data.length; i += units) most = Math.max(most, Math.abs(data[i]!));
      context.drawImage(
        cellsOf((cell) => diverging(data[cell * units + unit]! / most, ground)),
        0,
        0,
      );
    },
    [output, unit],
  );
  return (
    <figure>
      <Canvas label={label} width={CELLS} height={CELLS} draw={draw} />
    </figure>
  );
}
