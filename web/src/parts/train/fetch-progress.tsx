import { useEffect, useState } from "preact/hooks";
import { type Texts, useTexts } from "../../shared/language.ts";
import type { FetchedKind } from "./data-kinds.ts";
import { fetching } from "./fetch-images.ts";

interface Text {
  readonly coming: string;
  readonly cancel: string;
  readonly of: (loaded: string, total: string | undefined) => string;
}

const text: Texts<Text> = {
  en: {
    coming: "Fetching…",
    cancel: "Cancel",
    of: (loaded, total) => (total === undefined ? `${loaded} MB` : `${loaded} of ${total} MB`),
  },
  ja: {
    coming: "取得中…",
    cancel: "中止",
    of: (loaded, total) => (total === undefined ? `${loaded} MB` : `${total} MB 中の ${loaded} MB`),
  },
};

/** How often it is drawn anew, in milliseconds. */
const DRAW_MS = 100;

interface Props {
  readonly kind: FetchedKind;
  readonly onCancel?: () => void;
}

/** How much of a data set has come, and a button that ends it. */
export default function FetchProgress({ kind, onCancel }: Props) {
  const t = useTexts(text);
  const [source] = useState(() => fetching(kind));
  const [{ loaded, total }, setProgress] = useState(source.progress);
  useEffect(() => {
    const timer = setInterval(() => setProgress(source.progress), DRAW_MS);
    return () => clearInterval(timer);
  }, [source]);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return (
    <div>
      <progress aria-label={t.coming} max={total ?? 1} value={total === undefined ? undefined : loaded} />
      <p class="row">
        <span data-loaded={loaded}>
          {t.of(megabytes(loaded), total === undefined ? total : megabytes(total))}
        </span>
        <button
          type="button"
          onClick={() => {
            source.cancel();
            onCancel?.();
          }}
        >
          {t.cancel}
        </button>
      </p>
    </div>
  );
}
