import { useMemo } from "preact/hooks";
import { CopyButton } from "../../shared/copy-button.tsx";
import { useTexts } from "../../shared/language.ts";
import { codeOf } from "./code.ts";
import { codeText } from "./code-text.ts";
import { firstSteps, type Spec } from "./spec.ts";
import type { TrainText } from "./text.ts";
import type { Run } from "./use-run.ts";

interface Props {
  readonly t: TrainText;
  readonly run: Run;
  readonly spec: Spec;
}

/** Code that trains the same network in Node. */
export default function CodeListing({ t, run: { trainer, hash }, spec }: Props) {
  const words = useTexts(codeText);
  // Up to where it stands, as the hash is.
  const code = useMemo(
    () =>
      trainer ? codeOf(spec, firstSteps(trainer.log, trainer.step), trainer.data, trainer.isLoaded) : "",
    [trainer, spec, hash],
  );
  return (
    <>
      <p class="quiet">{words.codeHelp(spec.data)}</p>
      <pre tabIndex={0} data-code>
        {code}
      </pre>
      <CopyButton t={t} label={words.copyCode} content={() => code} />
    </>
  );
}
