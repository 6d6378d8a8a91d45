import type { Tensor } from "kobai";
import { useCallback } from "preact/hooks";
import { Canvas, paint } from "../../shared/canvas.tsx";
import { diverging, rgbOf } from "../../shared/colors.ts";
import type { ImagesText } from "./images-text.ts";
import { Pixels } from "./pixels.tsx";

interface ImagesProps {
  readonly t: ImagesText;
  readonly images: { readonly x: Uint8Array; readonly t: Uint8Array };
  /** what they are taken for */
  readonly classes: Uint8Array;
  /** of the classes */
  readonly names: readonly string[];
}

interface ConfusionProps {
  readonly t: ImagesText;
  /** what the test samples are */
  readonly labels: ArrayLike<number>;
  /** what they are taken for */
  readonly classes: Uint8Array;
  /** of the classes */
  readonly names: readonly string[];
}

/** How often each class is taken for which. */
export function Confusion({ t, labels, classes, names }: ConfusionProps) {
  const counts = names.map(() => new Array<number>(names.length).fill(0));
  for (const [i, taken] of classes.entries()) counts[labels[i]!]![taken]!++;
  const most = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => j !== i)));
  const isLong = names.some(({ length }) => length > 2);
  return (
    <section class="scroll" tabIndex={0} aria-label={t.confusion}>
      <table class={isLong ? "confusion words" : "confusion"}>
        <thead>
          <tr>
            <th scope="col">{t.label}</th>
            {names.map((name, j) => (
              <th key={j} scope="col">
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, i) => (
            <tr key={i}>
              <th scope="row">{name}</th>
              {names.map((_, j) => {
                const count = counts[i]![j]!;
                // Words stand off more of it by less than 4.5 to 1.
                const share = Math.round((50 * count) / most);
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
export function Misclassified({ t, images, classes, names }: ImagesProps) {
  const wrong: number[] = [];
  for (let i = 0; i < classes.length && wrong.length < 24; i++) if (classes[i] !== images.t[i]) wrong.push(i);
  return (
    <div class="tiles small">
      {wrong.map((i) => {
        const [is, as] = [names[images.t[i]!]!, names[classes[i]!]!];
        return (
          <figure key={i}>
            <Pixels label={t.taken(is, as)} pixels={images.x.subarray(i * 784, (i + 1) * 784)} />
            <figcaption>
              {is} → {as}
            </figcaption>
          </figure>
        );
      })}
    </div>
  );
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
