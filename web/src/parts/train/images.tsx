import type { Tensor } from "kobai";
import { useCallback } from "preact/hooks";
import { Canvas, paint } from "../../shared/canvas.tsx";
import { rgbOf } from "../../shared/colors.ts";
import { diverging } from "./plane.tsx";
import type { TrainText } from "./text.ts";

const SIDE = 28;

interface ImagesProps {
  readonly t: TrainText;
  readonly images: { readonly x: Uint8Array; readonly t: Uint8Array };
  /** what they are taken for */
  readonly classes: Uint8Array;
}

/** How often each class is taken for which. */
export function Confusion({ t, images, classes }: ImagesProps) {
  const counts = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  for (const [i, label] of images.t.entries()) counts[label]![classes[i]!]!++;
  const most = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => j !== i)));
  const digits = Array.from({ length: 10 }, (_, i) => i);
  return (
    <section class="scroll" tabIndex={0} aria-label={t.confusion}>
      <table class="confusion">
        <caption class="quiet">{t.confusionCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{t.label}</th>
            {digits.map((j) => (
              <th key={j} scope="col">
                {j}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {digits.map((i) => (
            <tr key={i}>
              <th scope="row">{i}</th>
              {digits.map((j) => {
                const count = counts[i]![j]!;
                const share = Math.round((60 * count) / most);
                const color = i === j ? "var(--good) 25%" : `var(--bad) ${share}%`;
                return (
                  <td key={j} style={{ background: `color-mix(in srgb, ${color}, transparent)` }}>
                    {count}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Test samples that are taken for something else. */
export function Misclassified({ t, images, classes }: ImagesProps) {
  const wrong: number[] = [];
  for (let i = 0; i < classes.length && wrong.length < 24; i++) if (classes[i] !== images.t[i]) wrong.push(i);
  return (
    <div class="tiles small">
      {wrong.map((i) => (
        <figure key={i}>
          <Digit
            label={t.taken(images.t[i]!, classes[i]!)}
            pixels={images.x.subarray(i * 784, (i + 1) * 784)}
          />
          <figcaption>
            {images.t[i]} → {classes[i]}
          </figcaption>
        </figure>
      ))}
    </div>
  );
}

function Digit({ label, pixels }: { readonly label: string; readonly pixels: Uint8Array }) {
  const draw = useCallback(
    (context: CanvasRenderingContext2D) =>
      paint(context, (i) => [255 - pixels[i]!, 255 - pixels[i]!, 255 - pixels[i]!], SIDE),
    [pixels],
  );
  return <Canvas label={label} width={SIDE} height={SIDE} draw={draw} />;
}

const [ACROSS, GAP] = [8, 2];

interface WeightsProps {
  readonly label: string;
  readonly weight: Tensor;
}

/** The weights of the first layer's units or filters, as images of what each looks for, in one picture. */
export function Weights({ label, weight: { data, shape } }: WeightsProps) {
  const units = shape.at(-1)!;
  const count = Math.min(32, units);
  const side = Math.round(Math.sqrt(data.length / units));
  const cell = side + GAP;
  const draw = useCallback(
    (context: CanvasRenderingContext2D) => {
      const ground = rgbOf("--ground");
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      for (let unit = 0; unit < count; unit++) {
        let most = 1e-9;
        for (let i = unit; i < data.length; i += units) most = Math.max(most, Math.abs(data[i]!));
        const color = (i: number) => diverging(data[i * units + unit]! / most, ground);
        paint(context, color, side, (unit % ACROSS) * cell, Math.floor(unit / ACROSS) * cell);
      }
    },
    [data, units],
  );
  return (
    <Canvas
      label={label}
      class="pixels"
      width={Math.min(count, ACROSS) * cell - GAP}
      height={Math.ceil(count / ACROSS) * cell - GAP}
      draw={draw}
    />
  );
}
