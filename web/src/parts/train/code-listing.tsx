import { useMemo } from "preact/hooks";
import { CopyButton } from "../../shared/copy-button.tsx";
import { codeOf } from "./code.ts";
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
  // Up to where it stands, as the hash is.
  const code = useMemo(
    () => (trainer ? codeOf(spec, firstSteps(trainer.log, trainer.step), trainer.data) : ""),
    [trainer, spec, hash],
  );
  return (
    <>
      <p class="quiet">{t.codeHelp(spec.data)}</p>
      <pre tabIndex={0} data-code>
        {code}
      </pre>
      <CopyButton t={t} label={t.copyCode} content={() => code} />
    </>
  );
}
