import { useEffect, useState } from "preact/hooks";
import { currentAddress } from "../../shared/address.ts";
import { CopyButton } from "../../shared/copy-button.tsx";
import { save } from "../../shared/files.ts";
import { lazy } from "../../shared/lazy.tsx";
import { Problem } from "./problem.tsx";
import type { Spec } from "./spec.ts";
import type { TrainText } from "./text.ts";
import type { Run } from "./use-run.ts";

const Code = lazy(() => import("./code-listing.tsx"));

interface Props {
  readonly t: TrainText;
  readonly run: Run;
  readonly spec: Spec;
}

/** What can be taken along: weights, the history, the address, and code that trains the same network in Node. */
export function Files({ t, run, spec }: Props) {
  const { trainer, hash, isRunning } = run;
  const [isOpen, setOpen] = useState(false);
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    // What is loaded is no longer there once it has been trained on, or left.
    if (hash === undefined) setLoaded(false);
  }, [hash === undefined]);
  return (
    <section class="card wide">
      <h2>{t.files}</h2>
      <div class="row">
        <button
          type="button"
          disabled={!trainer || isRunning}
          onClick={async () => {
            const bytes = await run.weights();
            if (bytes) save("weights.safetensors", bytes, "application/octet-stream");
          }}
        >
          {t.saveWeights}
        </button>
        <button
          type="button"
          disabled={!trainer || trainer.losses.length === 0}
          onClick={() =>
            trainer &&
            save(
              "history.json",
              JSON.stringify({
                spec,
                log: trainer.log,
                loss: trainer.losses,
                measured: trainer.measured,
              }),
              "application/json",
            )
          }
        >
          {t.saveHistory}
        </button>
        <CopyButton t={t} label={t.copyLink} content={currentAddress} />
      </div>
      <div class="field">
        <label for="weights">{t.loadWeights}</label>
        <input
          id="weights"
          type="file"
          accept=".safetensors"
          disabled={!trainer || isRunning}
          onChange={async ({ currentTarget: { files } }) => {
            const bytes = await files?.[0]?.arrayBuffer();
            if (bytes) {
              setLoaded(false);
              setLoaded(await run.load(bytes));
            }
          }}
        />
        <span aria-live="polite">{loaded && t.loaded}</span>
        <Problem t={t} run={run} of="weights" />
      </div>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>{t.code}</summary>
        {isOpen && <Code t={t} run={run} spec={spec} />}
      </details>
    </section>
  );
}
