import { useCallback, useRef, useState } from "preact/hooks";
import { Canvas, type Point } from "../../shared/canvas.tsx";
import type { TrainText } from "./text.ts";
import type { Trainer } from "./trainer.ts";

const SIZE = 280;
const SIDE = 28;

/** Draws a digit, and shows what the network takes it for as it is drawn. */
export function DrawDigit({ t, trainer }: { readonly t: TrainText; readonly trainer: Trainer }) {
  const drawing = useRef<CanvasRenderingContext2D | undefined>(undefined);
  const last = useRef<Point | undefined>(undefined);
  const asking = useRef(false);
  const [shares, setShares] = useState<readonly number[]>(new Array(10).fill(0));
  const clear = useCallback((context: CanvasRenderingContext2D) => {
    drawing.current = context;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SIZE, SIZE);
  }, []);
  const ask = async () => {
    const context = drawing.current;
    if (!context || asking.current) return;
    asking.current = true;
    try {
      setShares(softmax((await trainer.net.predict(centred(context))).data));
    } finally {
      asking.current = false;
    }
  };
  const stroke = ({ x, y }: Point) => {
    const context = drawing.current;
    if (!context) return;
    const from = last.current ?? { x, y };
    context.lineWidth = 22;
    context.lineCap = "round";
    context.strokeStyle = "#000";
    context.beginPath();
    context.moveTo(from.x * SIZE, from.y * SIZE);
    context.lineTo(x * SIZE, y * SIZE);
    context.stroke();
    last.current = { x, y };
    void ask();
  };
  return (
    <>
      <Canvas
        label={t.drawLabel}
        class="square"
        width={SIZE}
        height={SIZE}
        isRead
        draw={clear}
        onDown={(at) => {
          last.current = undefined;
          stroke(at);
        }}
        onDrag={stroke}
        onUp={() => void ask()}
      />
      <p class="row">
        <button
          type="button"
          onClick={() => {
            if (drawing.current) clear(drawing.current);
            setShares(new Array(10).fill(0));
          }}
        >
          {t.clear}
        </button>
        <output aria-live="polite" data-digit={shares.indexOf(Math.max(...shares))}>
          {Math.max(...shares) > 0 && t.looksLike(shares.indexOf(Math.max(...shares)))}
        </output>
      </p>
      {shares.map((share, digit) => (
        <div class="bar" key={digit}>
          <strong>{digit}</strong>
          <div>
            <span style={{ width: `${100 * share}%` }} />
          </div>
          <span>{(100 * share).toFixed(1)} %</span>
        </div>
      ))}
    </>
  );
}

function softmax(scores: ArrayLike<number>): number[] {
  const list = Array.from(scores);
  const most = Math.max(...list);
  const powers = list.map((score) => Math.exp(score - most));
  const total = powers.reduce((sum, each) => sum + each, 0);
  return powers.map((each) => each / total);
}

/** The drawing as MNIST's are: 20 pixels high or wide, its centre of mass in the middle of 28 × 28, ink 1 on ground 0. */
function centred(context: CanvasRenderingContext2D): Float32Array<ArrayBuffer> {
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
  const pixels = new Float32Array(SIDE * SIDE);
  if (mass === 0) return pixels;
  const scale = 20 / Math.max(right - left, bottom - top);
  const small = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true })!;
  small.fillStyle = "#fff";
  small.fillRect(0, 0, SIDE, SIDE);
  small.imageSmoothingQuality = "high";
  const [x, y] = [SIDE / 2 - (scale * sumX) / mass, SIDE / 2 - (scale * sumY) / mass];
  small.drawImage(context.canvas, x, y, scale * SIZE, scale * SIZE);
  const { data: scaled } = small.getImageData(0, 0, SIDE, SIDE);
  return pixels.map((_, i) => 1 - scaled[4 * i]! / 255);
}
