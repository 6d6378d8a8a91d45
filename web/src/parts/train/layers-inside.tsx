import "./engine-file.ts";
import type { LayerDescription } from "kobai/worker";
import { type Common, Layer, Layers } from "./builder.tsx";
import { newLayer } from "./layer-fields.ts";
import { isDescription } from "./spec.ts";

interface Props extends Common {
  /** of the layer that they are in: "2" */
  readonly path: string;
  readonly layer: LayerDescription;
  readonly layers: readonly LayerDescription[];
  readonly onChange: (layer: LayerDescription) => void;
}

/** The layers within one, and the one that its input goes through beside them. */
export default function Inside({ t, kinds, path, layer, layers, onChange }: Props) {
  const { shortcut, ...others } = layer;
  return (
    <div class="inside">
      <p class="quiet">{t.inside}</p>
      <Layers
        t={t}
        kinds={kinds}
        path={`${path}.`}
        layers={layers}
        onChange={(next) => onChange({ ...layer, layers: next })}
      />
      <p class="quiet">{t.shortcut}</p>
      {isDescription(shortcut) ? (
        <div class="layers">
          <div class="layer">
            <Layer
              t={t}
              kinds={kinds}
              path={t.shortcutOf(path)}
              layer={shortcut}
              onChange={(next) => onChange({ ...layer, shortcut: next })}
              onRemove={() => onChange(others as LayerDescription)}
            />
          </div>
        </div>
      ) : (
        <p>
          <button
            type="button"
            aria-label={t.addShortcut(path)}
            onClick={() => onChange({ ...layer, shortcut: newLayer("dense") })}
          >
            {t.add}
          </button>
        </p>
      )}
    </div>
  );
}
