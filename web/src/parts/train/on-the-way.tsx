import { useTexts } from "../../shared/language.ts";
import type { TrainText } from "./text.ts";
import type { Journey } from "./trainer.ts";

interface Props extends Journey {
  readonly t: TrainText;
  readonly onHalt: () => void;
}

/** How far it has come to another step, where that takes long. */
export default function OnTheWay({ t, at, to, onHalt }: Props) {
  const halt = useTexts({ en: "Stay here", ja: "ここで止まる" });
  return (
    <p class="row">
      <progress aria-label={t.seeking} max={to} value={at} />
      {t.of(at, to)}
      <button type="button" onClick={onHalt}>
        {halt}
      </button>
    </p>
  );
}
