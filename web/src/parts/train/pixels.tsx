import { useCallback } from "preact/hooks";
import { Canvas, paint } from "../../shared/canvas.tsx";
import { SIDE } from "./pad.tsx";

/** An image of the data, as ink on white. */
export function Pixels({ label, pixels }: { readonly label: string; readonly pixels: Uint8Array }) {
  const draw = useCallback(
    (context: CanvasRenderingContext2D) =>
      paint(context, (i) => [255 - pixels[i]!, 255 - pixels[i]!, 255 - pixels[i]!], SIDE),
    [pixels],
  );
  return <Canvas label={label} width={SIDE} height={SIDE} draw={draw} />;
}
