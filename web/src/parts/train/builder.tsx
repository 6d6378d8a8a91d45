import type { Kinds, LayerDescription } from "kobai/worker";
import { TypedInput } from "../../shared/fields.tsx";
import { lazy } from "../../shared/lazy.tsx";
import { type Field, fieldsOf, layersIn, listOf, newLayer } from "./layer-fields.ts";
import type { TrainText } from "./text.ts";

const Inside = lazy(() => import("./inside.tsx"));

export interface Common {
  readonly t: TrainText;
  readonly kinds: Kinds["layers"];
}

interface Props extends Common {
  readonly hidden: readonly LayerDescription[];
  readonly classes: number;
  readonly onChange: (hidden: readonly LayerDescription[]) => void;
}

/** The layers, one below the other. */
export function Builder({ t, kinds, hidden, classes, onChange }: Props) {
  return (
    <>
      <Layers t={t} kinds={kinds} path="" layers={hidden} onChange={onChange} />
      <p class="quiet">{t.output(classes)}</p>
    </>
  );
}

export interface LayersProps extends Common {
  /** of the block that they are in: "2." */
  readonly path: string;
  readonly layers: readonly LayerDescription[];
  readonly onChange: (layers: readonly LayerDescription[]) => void;
}

/** Layers, and a button that adds one. */
export function Layers({ t, kinds, path, layers, onChange }: LayersProps) {
  const addAt = path.replace(/\.$/, "");
  return (
    <>
      <ol class="layers">
        {layers.map((layer, i) => (
          <li key={i}>
            <Layer
              t={t}
              kinds={kinds}
              path={`${path}${i + 1}`}
              layer={layer}
              onChange={(next) => onChange(layers.map((each, j) => (i === j ? next : each)))}
              onRemove={() => onChange(layers.filter((_, j) => j !== i))}
            />
          </li>
        ))}
      </ol>
      <p>
        <button
          type="button"
          aria-label={addAt === "" ? undefined : t.addInside(addAt)}
          onClick={() => {
            const isDense = layers.at(-1)?.kind === "dense";
            onChange([...layers, newLayer(isDense ? "relu" : "dense")]);
          }}
        >
          {t.add}
        </button>
      </p>
    </>
  );
}

export interface LayerProps extends Common {
  /** its number, within a block "2.1" */
  readonly path: string;
  readonly layer: LayerDescription;
  readonly onChange: (layer: LayerDescription) => void;
  readonly onRemove: () => void;
}

/** A layer: its kind, its arguments, and the layers within it. */
export function Layer({ t, kinds, path, layer, onChange, onRemove }: LayerProps) {
  const inside = layersIn(layer);
  const fields = Object.entries(fieldsOf[layer.kind] ?? {});
  const argument = ([name, field]: (typeof fields)[number]) => (
    <Argument
      key={name}
      name={name}
      label={t.argument(name, path)}
      field={field}
      value={layer[name]}
      onChange={(value) => onChange({ ...layer, [name]: value })}
    />
  );
  return (
    <>
      <KindSelect
        label={t.layer(path)}
        kinds={kinds}
        value={layer.kind}
        onChange={(kind) => onChange(newLayer(kind))}
      />
      {/* A single argument needs no name to be seen; of several each has its own, below the layer. */}
      {fields.length === 1 && fields.map(argument)}
      <button type="button" aria-label={t.remove(path)} onClick={onRemove}>
        ✕
      </button>
      {fields.length > 1 && (
        <div class="inside row">
          {fields.map((each) => (
            <span key={each[0]} class="argument">
              <span aria-hidden="true">{each[0]}</span>
              {argument(each)}
            </span>
          ))}
        </div>
      )}
      {inside && <Inside t={t} kinds={kinds} path={path} layer={layer} layers={inside} onChange={onChange} />}
    </>
  );
}

interface KindProps {
  readonly label: string;
  readonly kinds: Kinds["layers"];
  readonly value: string;
  readonly onChange: (kind: string) => void;
}

function KindSelect({ label, kinds, value, onChange }: KindProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={({ currentTarget: { value: kind } }) => onChange(kind)}
    >
      {kinds.map((kind) => (
        <option key={kind} value={kind}>
          {kind}
        </option>
      ))}
    </select>
  );
}

interface ArgumentProps {
  readonly name: string;
  readonly label: string;
  readonly field: Field;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** What is not as it must be is not taken. */
function Argument({ name, label, field, value, onChange }: ArgumentProps) {
  if (field.is === "choice") {
    return (
      <select
        title={name}
        aria-label={label}
        value={String(value ?? field.usual)}
        onChange={({ currentTarget: { value } }) => onChange(value)}
      >
        {field.of.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    );
  }
  if (field.is === "list") {
    const shown = (Array.isArray(value) ? value : field.usual).join(", ");
    return (
      <TypedInput
        title={name}
        aria-label={label}
        value={shown}
        onCommit={(input) => {
          const list = listOf(input.value);
          if (list) onChange(list);
        }}
      />
    );
  }
  const shown = typeof value === "number" ? value : field.usual;
  return (
    <TypedInput
      type="number"
      min={field.min}
      max={field.max}
      step={field.step}
      title={name}
      aria-label={label}
      value={shown}
      onCommit={({ validity, valueAsNumber }) => {
        if (validity.valid && !Number.isNaN(valueAsNumber)) onChange(valueAsNumber);
      }}
    />
  );
}
