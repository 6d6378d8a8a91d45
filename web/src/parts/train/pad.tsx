import type { ComponentChildren } from "preact";
import { useCallback, useRef, useState } from "preact/hooks";
import { Canvas, moves, type Point } from "../../shared/canvas.tsx";
import type { ImagesText } from "./images-text.ts";

const SIZE = 280;
export const SIDE = 28;

/** The drawing, as those who look at it need it. */
export interface Drawing {
  /** 28 × 28, 0 where there is no ink and 255 where there is; undefined where nothing is drawn */
  pixels(): Uint8Array<ArrayBuffer> | undefined;
  clear(): void;
}

interface Props {
  readonly t: ImagesText;
  /** Called as it is drawn, and when it is cleared. */
  readonly onDraw?: (drawing: Drawing) => void;
  /** Buttons beside the one that clears. */
  readonly children?: (drawing: Drawing) => ComponentChildren;
}

interface Pen extends Point {
  readonly isDown: boolean;
}

/** An area to draw in, with a pointer or with keys: arrows move a pen, the space bar puts it down and lifts it. */
export function Pad({ t, onDraw, children }: Props) {
  const drawn = useRef<CanvasRenderingContext2D | undefined>(undefined);
  const last = useRef<Point | undefined>(undefined);
  const [pen, setPen] = useState<Pen>();
  const wipe = (context: CanvasRenderingContext2D) => {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SIZE, SIZE);
  };
  const begin = useCallback((context: CanvasRenderingContext2D) => {
    // Other colours of the page leave what is drawn.
    if (drawn.current) return;
    drawn.current = context;
    wipe(context);
  }, []);
  const drawing: Drawing = {
    pixels: () => drawn.current && centred(drawn.current),
    clear() {
      if (drawn.current) wipe(drawn.current);
      onDraw?.(drawing);
    },
  };
  const strokeTo = (to: Point) => {
    const context = drawn.current;
    if (!context) return;
    const from = last.current ?? to;
    context.lineWidth = 22;
    context.lineCap = "round";
    context.strokeStyle = "#000";
    context.beginPath();
    context.moveTo(from.x * SIZE, from.y * SIZE);
    context.lineTo(to.x * SIZE, to.y * SIZE);
    context.stroke();
    last.current = to;
    onDraw?.(drawing);
  };
  const putDown = (at: Point) => {
    last.current = undefined;
    strokeTo(at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { x, y, isDown } = pen ?? { x: 0.5, y: 0.5, isDown: false };
    const move = moves[event.key];
    if (!move && event.key !== " ") return;
    event.preventDefault();
    const within = (value: number) => Math.min(1, Math.max(0, value));
    const to = move ? { x: within(x + move[0]), y: within(y + move[1]), isDown } : { x, y, isDown: !isDown };
    setPen(to);
    if (!move && to.isDown) putDown(to);
    else if (to.isDown) strokeTo(to);
  };
  return (
    <>
      <div class="pad" role="application" aria-label={t.penHelp} tabIndex={0} onKeyDown={onKeyDown}>
        <Canvas
          label={t.padLabel}
          class="square"
          width={SIZE}
          height={SIZE}
          isRead
          draw={begin}
          onDown={(at) => {
            setPen(undefined);
            putDown(at);
          }}
          onDrag={strokeTo}
          onUp={() => onDraw?.(drawing)}
        />
        {pen && (
          <span
            class={pen.isDown ? "pen down" : "pen"}
            style={{ left: `${100 * pen.x}%`, top: `${100 * pen.y}%` }}
          />
        )}
      </div>
      <p class="quiet">{t.penHelp}</p>
      <p class="row">
        {children?.(drawing)}
        <button type="button" onClick={() => drawing.clear()}>
          {t.clear}
        </button>
      </p>
    </>
  );
}

/** The drawing as MNIST's are: 20 pixels high or wide, its centre of mass in the middle of 28 × 28. */
function centred(context: CanvasRenderingContext2D): Uint8Array<ArrayBuffer> | undefined {
  const { data } = context.getImageData(0, 0, SIZE, SIZE);
  let [left, top, right, bottom] = [SIZE, SIZE, 0, 0];
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < SIZE * SIZE; i++) {
    const ink = 255 - data[4 * i]!;
    if (ink === 0) continue;
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
    mass += ink;
    sumX += ink * (x + 0.5);
    sumY += ink * (y + 0.5);
  }
  if (mass === 0) return undefined;
  const scale = 20 / Math.max(right - left, bottom - top);
  const small = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true })!;
  small.fillStyle = "#fff";
  small.fillRect(0, 0, SIDE, SIDE);
  small.imageSmoothingQuality = "high";
  const [x, y] = [SIDE / 2 - (scale * sumX) / mass, SIDE / 2 - (scale * sumY) / mass];
  small.drawImage(context.canvas, x, y, scale * SIZE, scale * SIZE);
  const { data: scaled } = small.getImageData(0, 0, SIDE, SIDE);
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => 255 - scaled[4 * i]!);
}
