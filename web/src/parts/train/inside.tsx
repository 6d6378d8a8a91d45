// The layers within a layer, such as a residual block's: loaded with the first of those.

import "./engine-file.ts";
import type { LayerDescription } from "kobai/worker";
import { type Texts, useTexts } from "../../shared/language.ts";
import { type Common, Layer, Layers } from "./builder.tsx";
import { newLayer } from "./layer-fields.ts";
import { isDescription } from "./spec.ts";

interface Text {
  readonly inside: string;
  readonly shortcut: string;
  readonly shortcutOf: (path: string) => string;
  readonly addShortcut: (path: string) => string;
}

const texts: Texts<Text> = {
  en: {
    inside: "x + f(x): the layers of f",
    shortcut: "What x itself goes through, where f(x) has another shape",
    shortcutOf: (path) => `beside ${path}`,
    addShortcut: (path) => `Add a layer beside layer ${path}`,
  },
  ja: {
    inside: "x + f(x): f の層",
    shortcut: "f(x) の形が違うとき、x が通る層",
    shortcutOf: (path) => `${path} の脇`,
    addShortcut: (path) => `第 ${path} 層の脇に層を追加`,
  },
};

interface Props extends Common {
  readonly path: string;
  readonly layer: LayerDescription;
  readonly layers: readonly LayerDescription[];
  readonly onChange: (layer: LayerDescription) => void;
}

/** f's layers in x + f(x), and what x itself goes through. */
export default function Inside({ t, kinds, path, layer, layers, onChange }: Props) {
  const words = useTexts(texts);
  const { shortcut } = layer;
  return (
    <div class="inside">
      <p class="quiet">{words.inside}</p>
      <Layers
        t={t}
        kinds={kinds}
        path={`${path}.`}
        layers={layers}
        onChange={(next) => onChange({ ...layer, layers: next })}
      />
      <p class="quiet">{words.shortcut}</p>
      {isDescription(shortcut) ? (
        <div class="layers">
          <div class="layer">
            <Layer
              t={t}
              kinds={kinds}
              path={words.shortcutOf(path)}
              layer={shortcut}
              onChange={(next) => onChange({ ...layer, shortcut: next })}
              onRemove={() => {
                const { shortcut: _, ...others } = layer;
                onChange(others as LayerDescription);
              }}
            />
          </div>
        </div>
      ) : (
        <p>
          <button
            type="button"
            aria-label={words.addShortcut(path)}
            onClick={() => onChange({ ...layer, shortcut: newLayer("dense") })}
          >
            {t.add}
          </button>
        </p>
      )}
    </div>
  );
}
