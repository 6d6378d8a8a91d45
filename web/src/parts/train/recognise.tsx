import { useRef, useState } from "preact/hooks";
import { tensor } from "../../shared/tensor.ts";
import type { ImagesText } from "./images-text.ts";
import { type Drawing, Pad } from "./pad.tsx";
import type { Trainer } from "./trainer.ts";

interface Props {
  readonly t: ImagesText;
  readonly trainer: Trainer;
  /** of the classes */
  readonly names: readonly string[];
}

/** Draws something, and shows what the network takes it for as it is drawn. */
export function Recognise({ t, trainer, names }: Props) {
  const asking = useRef({ isBusy: false, isLate: false });
  const [shares, setShares] = useState<readonly number[]>();
  const ask = async (drawing: Drawing) => {
    // Of what was drawn meanwhile the last is looked at, too.
    asking.current.isLate = asking.current.isBusy;
    if (asking.current.isBusy) return;
    const pixels = drawing.pixels();
    if (!pixels) {
      setShares(undefined);
      return;
    }
    asking.current.isBusy = true;
    try {
      const ink = tensor(
        Float32Array.from(pixels, (each) => each / 255),
        [1, ...trainer.data.input],
      );
      setShares(softmax((await trainer.net.predict(ink)).data));
    } catch {
      // The network has been replaced, or the worker is gone: those who trained it say so.
    } finally {
      asking.current.isBusy = false;
    }
    if (asking.current.isLate) await ask(drawing);
  };
  const best = shares?.indexOf(Math.max(...shares));
  return (
    <>
      <Pad t={t} onDraw={ask}>
        {() => (
          <output aria-live="polite" data-class={best}>
            {best !== undefined && t.looksLike(names[best] ?? "")}
          </output>
        )}
      </Pad>
      <div class="bars">
        {names.map((name, i) => (
          <div class="bar" key={i}>
            <strong>{name}</strong>
            <div>
              <span style={{ width: `${100 * (shares?.[i] ?? 0)}%` }} />
            </div>
            <span>{(100 * (shares?.[i] ?? 0)).toFixed(1)} %</span>
          </div>
        ))}
      </div>
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
