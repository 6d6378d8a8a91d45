import { type Texts, useTexts } from "../../shared/language.ts";
import type { FetchedKind } from "./data-kinds.ts";
import FetchProgress from "./fetch-progress.tsx";

interface Text {
  readonly fetch: Readonly<Record<FetchedKind, string>>;
  readonly fetching: string;
  readonly replay: (steps: number) => string;
}

const texts: Texts<Text> = {
  en: {
    fetch: { mnist: "Fetch MNIST (11 MB)", fashionMnist: "Fetch Fashion-MNIST (31 MB)" },
    fetching: "Fetching…",
    replay: (steps) => `Train the ${steps.toLocaleString("en")} steps of this address`,
  },
  ja: {
    fetch: { mnist: "MNIST を取得(11 MB)", fashionMnist: "Fashion-MNIST を取得(31 MB)" },
    fetching: "取得中…",
    replay: (steps) => `アドレスにある ${steps} ステップを学習する`,
  },
};

interface Props {
  readonly kind: FetchedKind;
  /** of the address's run, which is trained anew */
  readonly steps: number;
  readonly isFetching: boolean;
  readonly onFetch: () => void;
  readonly onCancel: () => void;
}

/** A data set that is fetched when it is asked for. */
export default function FetchFields({ kind, steps, isFetching, onFetch, onCancel }: Props) {
  const t = useTexts(texts);
  return (
    <>
      <p>
        <button type="button" class="main" disabled={isFetching} onClick={onFetch}>
          {isFetching ? t.fetching : steps > 0 ? t.replay(steps) : t.fetch[kind]}
        </button>
      </p>
      {isFetching && <FetchProgress kind={kind} onCancel={onCancel} />}
    </>
  );
}
