import { useEffect, useRef, useState } from "preact/hooks";
import { TypedInput } from "../../shared/fields.tsx";
import { useTexts } from "../../shared/language.ts";
import type { Prepared } from "./data.ts";
import {
  type DrawnClass,
  keepDrawings,
  keptDrawings,
  MOST_CLASSES,
  onKeptElsewhere,
  preparedDrawings,
} from "./drawings.ts";
import { imagesText } from "./images-text.ts";
import { Pad } from "./pad.tsx";
import { Pixels } from "./pixels.tsx";

interface Props {
  /** Called with what is there, and whenever that is another. */
  readonly onData: (data: Prepared | undefined) => void;
  /** Called with what the classes are called: nothing that is trained depends on it. */
  readonly onNames: (names: readonly string[]) => void;
}

/** Classes of one's own, with drawings that are examples of them. */
export default function DrawingsFields({ onData, onNames }: Props) {
  const t = useTexts(imagesText);
  const [classes, setClasses] = useState<readonly DrawnClass[]>(
    () => keptDrawings() ?? t.firstClasses.map((name) => ({ name, drawings: [] })),
  );
  const [chosen, setChosen] = useState(0);
  const [isKept, setKept] = useState(true);
  useEffect(() => onData(preparedDrawings(classes)), []);
  useEffect(() => onNames(classes.map(({ name }) => name)), [classes]);

  const keep = (next: readonly DrawnClass[]) => {
    setClasses(next);
    setKept(keepDrawings(next));
  };
  const change = (next: readonly DrawnClass[]) => {
    keep(next);
    onData(preparedDrawings(next));
  };
  const taken = useRef<((classes: readonly DrawnClass[]) => void) | undefined>(undefined);
  taken.current = (next) => {
    const drawn = (list: readonly DrawnClass[]) =>
      JSON.stringify(list.map(({ drawings }) => drawings.map(String)));
    setClasses(next);
    // Other names leave what is trained.
    if (drawn(next) !== drawn(classes)) onData(preparedDrawings(next));
  };
  useEffect(() => onKeptElsewhere((next) => taken.current?.(next)), []);

  const replaced = (at: number, part: Partial<DrawnClass>) =>
    classes.map((each, i) => (i === at ? { ...each, ...part } : each));
  const current = classes[chosen] ?? classes[0]!;
  const at = classes.indexOf(current);
  return (
    <fieldset>
      <legend>{t.drawings}</legend>
      <p class="quiet">{t.drawingsHelp}</p>
      <ul class="layers">
        {classes.map(({ name, drawings }, i) => (
          <li key={i}>
            <button
              type="button"
              aria-pressed={i === at}
              aria-label={`${i + 1}: ${name}`}
              onClick={() => setChosen(i)}
            >
              {i + 1}
            </button>
            <TypedInput
              aria-label={t.className(i + 1)}
              value={name}
              maxLength={20}
              onCommit={(input) => {
                const typed = input.value.trim();
                if (typed !== "") keep(replaced(i, { name: typed }));
              }}
            />
            <span class="quiet">{t.count(drawings.length)}</span>
            <button
              type="button"
              aria-label={t.removeClass(name)}
              disabled={classes.length <= 2}
              onClick={() => change(classes.filter((_, j) => j !== i))}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      <p>
        <button
          type="button"
          disabled={classes.length >= MOST_CLASSES}
          onClick={() => {
            change([...classes, { name: t.newClass(classes.length + 1), drawings: [] }]);
            setChosen(classes.length);
          }}
        >
          {t.addClass}
        </button>
      </p>
      <Pad t={t}>
        {(drawing) => (
          <button
            type="button"
            class="main"
            onClick={() => {
              const pixels = drawing.pixels();
              if (!pixels) return;
              change(replaced(at, { drawings: [...current.drawings, pixels] }));
              drawing.clear();
            }}
          >
            {t.keep(current.name)}
          </button>
        )}
      </Pad>
      {!isKept && (
        <p role="alert" class="bad">
          {t.notKept}
        </p>
      )}
      {classes.filter(({ drawings }) => drawings.length > 0).length < 2 && <p class="quiet">{t.tooFew}</p>}
      <div class="tiles small">
        {current.drawings.map((pixels, i) => (
          <figure key={i}>
            <Pixels label={`${current.name} ${i + 1}`} pixels={pixels} />
            <button
              type="button"
              aria-label={t.removeDrawing(current.name, i + 1)}
              onClick={() => change(replaced(at, { drawings: current.drawings.filter((_, j) => j !== i) }))}
            >
              ✕
            </button>
          </figure>
        ))}
      </div>
    </fieldset>
  );
}
