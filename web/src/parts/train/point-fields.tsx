import "./engine-file.ts";
import { type Texts, useTexts } from "../../shared/language.ts";
import { Mark } from "./marks.tsx";
import type { TrainText } from "./text.ts";

interface Text {
  readonly addTo: string;
  readonly clearPoints: string;
}

const texts: Texts<Text> = {
  en: {
    addTo: "Click to add a point of",
    clearPoints: "Remove all points",
  },
  ja: {
    addTo: "クリックで追加する点:",
    clearPoints: "点をすべて消す",
  },
};

interface Props {
  readonly t: TrainText;
  readonly label: number;
  readonly onLabel: (label: number) => void;
  readonly onClear: () => void;
}

/** Which class points are of that are clicked. */
export default function PointFields({ t, label, onLabel, onClear }: Props) {
  const words = useTexts(texts);
  return (
    <>
      <p class="quiet">{t.keysHelp}</p>
      <div class="row">
        <span class="quiet">{words.addTo}</span>
        {[0, 1, 2].map((i) => (
          <button key={i} type="button" aria-pressed={label === i} onClick={() => onLabel(i)}>
            <Mark label={i} /> {t.classOf(i)}
          </button>
        ))}
        <button type="button" onClick={onClear}>
          {words.clearPoints}
        </button>
      </div>
    </>
  );
}
