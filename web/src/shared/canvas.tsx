import { useEffect, useRef } from "preact/hooks";
import { type Rgb, useScheme } from "./colors.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How far an arrow key moves a pen, of the whole width. */
const KEY_STEP = 1 / 28;

/** Where arrow keys move a pen. */
export const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};

interface Props {
  readonly label: string;
  readonly class?: string;
  readonly width: number;
  readonly height: number;
  /** Whether what is drawn is read, too. */
  readonly isRead?: boolean;
  /** Draws; called anew when it is another function, or the colours change. */
  readonly draw: (context: CanvasRenderingContext2D) => void;
  /** from 0 to 1 in both directions, from the upper left */
  readonly onDown?: (at: Point, event: PointerEvent) => void;
  readonly onDrag?: (at: Point) => void;
  readonly onUp?: () => void;
}

/** A drawing of so many pixels, which the style sheet may show in another size. */
export function Canvas({
  label,
  class: name,
  width,
  height,
  isRead = false,
  draw,
  onDown,
  onDrag,
  onUp,
}: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  /** the pointer that is down: others, such as a second finger, are none of its business */
  const held = useRef<number | undefined>(undefined);
  useEffect(() => {
    const context = canvas.current?.getContext("2d", { willReadFrequently: isRead });
    if (context) draw(context);
  }, [draw, scheme, width, height]);
  const at = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  };
  return (
    <canvas
      ref={canvas}
      class={name}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      onPointerDown={(event) => {
        if ((!onDown && !onDrag) || held.current !== undefined || event.button !== 0) return;
        held.current = event.pointerId;
        canvas.current!.setPointerCapture(event.pointerId);
        onDown?.(at(event), event);
      }}
      onPointerMove={(event) => {
        if (event.pointerId === held.current) onDrag?.(at(event));
      }}
      onPointerUp={(event) => event.pointerId === held.current && onUp?.()}
      onLostPointerCapture={(event) => {
        if (event.pointerId === held.current) held.current = undefined;
      }}
    />
  );
}

/** Fills a square of pixels, row by row. */
export function paint(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  color: (pixel: number) => Rgb,
  side: number,
  x = 0,
  y = 0,
): void {
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const [r, g, b] = color(i);
    image.data[4 * i] = r;
    image.data[4 * i + 1] = g;
    image.data[4 * i + 2] = b;
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, x, y);
}
