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

  const show = (next: readonly DrawnClass[]) => {
    const drawn = (list: readonly DrawnClass[]) =>
      JSON.stringify(list.map(({ drawings }) => drawings.map(String)));
    setClasses(next);
    // Other names leave what is trained.
    if (drawn(next) !== drawn(classes)) onData(preparedDrawings(next));
  };
  const shown = useRef(show);
  shown.current = show;
  useEffect(() => onKeptElsewhere((next) => shown.current(next)), []);

  /** Changes what is kept by now: another tab may have kept more than this one has been told. */
  const change = (how: (now: readonly DrawnClass[]) => readonly DrawnClass[]) => {
    const next = how((isKept && keptDrawings()) || classes);
    show(next);
    setKept(keepDrawings(next));
  };
  const replace = (at: number, how: (now: DrawnClass) => Partial<DrawnClass>) =>
    change((now) => now.map((each, i) => (i === at ? { ...each, ...how(each) } : each)));
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
                if (typed !== "") replace(i, () => ({ name: typed }));
              }}
            />
            <span class="quiet">{t.count(drawings.length)}</span>
            <button
              type="button"
              aria-label={t.removeClass(name)}
              disabled={classes.length <= 2}
              onClick={() => change((now) => (now.length > 2 ? now.filter((_, j) => j !== i) : now))}
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
            change((now) =>
              [...now, { name: t.newClass(now.length + 1), drawings: [] }].slice(0, MOST_CLASSES),
            );
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
              replace(at, ({ drawings }) => ({ drawings: [...drawings, pixels] }));
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
              onClick={() =>
                replace(at, ({ drawings }) => ({ drawings: drawings.filter((_, j) => j !== i) }))
              }
            >
              ✕
            </button>
          </figure>
        ))}
      </div>
    </fieldset>
  );
}
