import type { Kinds, LayerDescription } from "kobai/worker";
import type { TrainText } from "./text.ts";

/** What a layer is given when it is added, by its kind: kinds that are not here take nothing. */
const usual: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  dense: { units: 8 },
  conv2d: { filters: 8, kernel: 3 },
  convTranspose2d: { filters: 8, kernel: 3 },
  depthwiseConv2d: { kernel: 3 },
  separableConv2d: { filters: 8, kernel: 3 },
  conv1d: { filters: 8, kernel: 3 },
  maxPool2d: { window: 2 },
  avgPool2d: { window: 2 },
  maxPool1d: { window: 2 },
  avgPool1d: { window: 2 },
  upsample2d: { factor: 2 },
  upsample1d: { factor: 2 },
  groupNorm: { groups: 2 },
  dropout: { rate: 0.2 },
  spatialDropout: { rate: 0.2 },
};

/** The largest that each may be; all but rates are whole and at least 1. */
const most: Readonly<Record<string, number>> = {
  units: 512,
  filters: 64,
  kernel: 9,
  window: 9,
  factor: 4,
  groups: 64,
  rate: 0.9,
};

/** Kinds that take lists, which there are no fields for. */
const withLists = ["permute", "reshape", "residual"];

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
                onChange(replaced(i, { kind: value, ...usual[value] }))
              }
            >
              {kinds
                .filter((kind) => !withLists.includes(kind))
                .map((kind) => (
                  <option key={kind} value={kind}>
                    {kind}
                  </option>
                ))}
            </select>
            {Object.keys(usual[layer.kind] ?? {}).map((name) => (
              <input
                key={name}
                type="number"
                min={name === "rate" ? 0 : 1}
                max={most[name]}
                step={name === "rate" ? 0.05 : 1}
                title={name}
                aria-label={t.argument(name, i + 1)}
                value={layer[name] as number}
                onChange={({ currentTarget: { validity, valueAsNumber } }) => {
                  if (validity.valid) onChange(replaced(i, { ...layer, [name]: valueAsNumber }));
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
