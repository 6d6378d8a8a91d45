import type { Kinds, LayerDescription } from "kobai/worker";
import type { TrainText } from "./text.ts";

/** What a layer is given when it is added, by its kind: kinds that are not here take nothing. */
const arguments_: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  dense: { units: 8 },
};

interface Props {
  readonly t: TrainText;
  readonly kinds: Kinds["layers"];
  readonly hidden: readonly LayerDescription[];
  readonly classes: number;
  readonly onChange: (hidden: readonly LayerDescription[]) => void;
}

/** The layers, one below the other. */
export function Builder({ t, kinds, hidden, classes, onChange }: Props) {
  const replaced = (at: number, layer: LayerDescription) =>
    hidden.map((each, i) => (i === at ? layer : each));
  return (
    <>
      <ol class="layers">
        {hidden.map((layer, i) => (
          <li key={i}>
            <select
              aria-label={t.layer(i + 1)}
              value={layer.kind}
              onChange={({ currentTarget: { value } }) =>
                onChange(replaced(i, { kind: value, ...arguments_[value] } as LayerDescription))
              }
            >
              {kinds.map((kind) => (
                <option key={kind} value={kind}>
                  {kind}
                </option>
              ))}
            </select>
            {Object.keys(arguments_[layer.kind] ?? {}).map((name) => (
              <input
                key={name}
                type="number"
                min="1"
                max="512"
                step="1"
                aria-label={t.units(i + 1)}
                value={(layer as unknown as Record<string, number>)[name]}
                onChange={({ currentTarget: { validity, valueAsNumber } }) => {
                  if (validity.valid)
                    onChange(replaced(i, { ...layer, [name]: valueAsNumber } as LayerDescription));
                }}
              />
            ))}
            <button
              type="button"
              aria-label={t.remove(i + 1)}
              onClick={() => onChange(hidden.filter((_, j) => j !== i))}
            >
              ✕
            </button>
          </li>
        ))}
        <li class="quiet">{t.output(classes)}</li>
      </ol>
      <p>
        <button
          type="button"
          onClick={() => {
            const isDense = hidden.at(-1)?.kind === "dense";
            onChange([...hidden, isDense ? { kind: "relu" } : { kind: "dense", units: 8 }]);
          }}
        >
          {t.add}
        </button>
      </p>
    </>
  );
}
