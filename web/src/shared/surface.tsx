import { useCallback, useRef, useState } from "preact/hooks";
import { Canvas } from "./canvas.tsx";
import { colorOf, css, rgbOf } from "./colors.ts";
import { type Landscape, levels, type Path, shade } from "./field.tsx";
import { Slider } from "./fields.tsx";

interface Props {
  readonly label: string;
  readonly turn: string;
  readonly landscape: Landscape;
  readonly paths?: readonly Path[];
}

const [WIDTH, HEIGHT] = [480, 360];
const MESH = 28;

/** The function as a surface, seen from above and aside; it is turned by dragging it, or by the slider. */
export function Surface({ label, turn, landscape, paths = [] }: Props) {
  const [angle, setAngle] = useState(35);
  const grip = useRef({ x: 0, angle: 0 });
  const draw = useCallback(
    (context: CanvasRenderingContext2D) => {
      const { value, x, y } = landscape;
      const level = levels(landscape);
      const [ground, color] = [rgbOf("--ground"), rgbOf("--quiet")];
      const radians = (angle * Math.PI) / 180;
      const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
      /** In a parallel view: u and v from -1 to 1, height from 0 to 1. */
      const project = (u: number, v: number, height: number) => {
        const [right, away] = [u * cos - v * sin, u * sin + v * cos];
        return { x: WIDTH / 2 + right * 150, y: HEIGHT / 2 + 70 - away * 70 - height * 150, away };
      };
      const at = (u: number, v: number) =>
        value(x[0] + ((x[1] - x[0]) * (u + 1)) / 2, y[0] + ((y[1] - y[0]) * (v + 1)) / 2);
      const faces = [];
      for (let i = 0; i < MESH; i++) {
        for (let j = 0; j < MESH; j++) {
          const corners = [
            [i, j],
            [i + 1, j],
            [i + 1, j + 1],
            [i, j + 1],
          ].map(([a, b]) => {
            const [u, v] = [(2 * a!) / MESH - 1, (2 * b!) / MESH - 1];
            const height = level(at(u, v)) ** 2;
            return { ...project(u, v, height), height };
          });
          const away = corners.reduce((sum, corner) => sum + corner.away, 0);
          const height = corners.reduce((sum, corner) => sum + corner.height, 0) / 4;
          faces.push({ corners, away, height });
        }
      }
      context.clearRect(0, 0, WIDTH, HEIGHT);
      context.lineWidth = 0.5;
      context.strokeStyle = colorOf("--line");
      // From the far to the near.
      for (const { corners, height } of faces.sort((a, b) => b.away - a.away)) {
        context.beginPath();
        for (const corner of corners) context.lineTo(corner.x, corner.y);
        context.closePath();
        context.fillStyle = css(shade(Math.sqrt(height), ground, color));
        context.fill();
        context.stroke();
      }
      for (const { color, points } of paths) {
        context.strokeStyle = colorOf(color);
        context.lineWidth = 2.5;
        context.beginPath();
        for (const [px, py] of points) {
          const u = (2 * (px - x[0])) / (x[1] - x[0]) - 1;
          const v = (2 * (py - y[0])) / (y[1] - y[0]) - 1;
          if (!(Math.abs(u) <= 1 && Math.abs(v) <= 1)) continue;
          const corner = project(u, v, level(value(px, py)) ** 2);
          context.lineTo(corner.x, corner.y);
        }
        context.stroke();
      }
    },
    [landscape, paths, angle],
  );
  return (
    <>
      <Canvas
        label={label}
        class="field-canvas"
        width={WIDTH}
        height={HEIGHT}
        draw={draw}
        onDown={({ x }) => {
          grip.current = { x, angle };
        }}
        onDrag={({ x }) => setAngle((((grip.current.angle + (x - grip.current.x) * 180) % 360) + 360) % 360)}
      />
      <Slider
        label={turn}
        value={angle}
        min={0}
        max={359}
        text={`${Math.round(angle)}°`}
        onInput={setAngle}
      />
    </>
  );
}
