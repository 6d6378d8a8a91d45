import { useEffect, useState } from "preact/hooks";
import { CopyButton } from "../../shared/copy-button.tsx";
import { save } from "../../shared/files.ts";
import { lazy } from "../../shared/lazy.tsx";
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
  useEffect(() => setLoaded(false), [hash === undefined]);
  return (
    <section class="card wide">
      <h2>{t.files}</h2>
      <div class="row">
        <button
          type="button"
          disabled={!trainer || isRunning}
          onClick={async () =>
            trainer && save("weights.safetensors", await trainer.net.save(), "application/octet-stream")
          }
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
        <CopyButton t={t} label={t.copyLink} content={() => location.href} />
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
              await run.load(bytes).then(
                () => setLoaded(true),
                () => setLoaded(false),
              );
            }
          }}
        />
        <span aria-live="polite">{loaded && t.loaded}</span>
      </div>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>{t.code}</summary>
        {isOpen && <Code t={t} run={run} spec={spec} />}
      </details>
    </section>
  );
}
