import { useState } from "preact/hooks";
import { NumberField, Select } from "../../shared/fields.tsx";
import { type Texts, useTexts } from "../../shared/language.ts";
import { lazy } from "../../shared/lazy.tsx";
import type { CsvError } from "./csv.ts";
import { type DataKind, isComputed, isFetched, type Prepared, pointsOf } from "./data.ts";
import { Problem } from "./problem.tsx";
import { type Spec, type State, stepsOf } from "./spec.ts";
import type { TrainText } from "./text.ts";
import type { Run } from "./use-run.ts";

const DrawingsFields = lazy(() => import("./drawings-fields.tsx"));

interface Props {
  readonly t: TrainText;
  readonly state: State;
  readonly run: Run;
  readonly mayFetch: boolean;
  readonly onSpec: (part: Partial<Spec>) => void;
  readonly onFetch: () => void;
  readonly onOwn: (kind: DataKind, data: Prepared | undefined) => void;
  readonly onNames: (names: readonly string[]) => void;
}

/** What is trained on. */
export function DataFields({ t, state, run, mayFetch, onSpec, onFetch, onOwn, onNames }: Props) {
  const { spec, log } = state;
  const isFetching = mayFetch && !run.problem;
  return (
    <section class="card">
      <h2>{t.data}</h2>
      <Select
        label={t.data}
        value={spec.data}
        options={t.kinds}
        onChange={(data: DataKind) =>
          onSpec({
            data,
            // A first drawing of one's own begins with what was there.
            ...(data === "points" &&
              spec.points.length === 0 && { points: pointsOf("clusters", 0.1).slice(0, 12) }),
          })
        }
      />
      {isComputed(spec.data) && (
        <NumberField
          label={t.noise}
          value={spec.noise}
          min={0}
          max={1}
          step={0.05}
          onChange={(noise) => onSpec({ noise })}
        />
      )}
      {spec.data === "csv" && <CsvField t={t} onData={(data) => onOwn("csv", data)} />}
      {spec.data === "drawings" && (
        <DrawingsFields onData={(data) => onOwn("drawings", data)} onNames={onNames} />
      )}
      {isFetched(spec.data) && !run.trainer && (
        <p>
          <button type="button" class="main" disabled={isFetching} onClick={onFetch}>
            {isFetching ? t.fetching : log.length > 0 ? t.replay(stepsOf(log)) : t.fetch[spec.data]}
          </button>
        </p>
      )}
      <Problem run={run} of="data" />
    </section>
  );
}

interface CsvProps {
  readonly t: TrainText;
  readonly onData: (data: Prepared) => void;
}

function CsvField({ t, onData }: CsvProps) {
  const [problem, setProblem] = useState<Texts<string>>();
  const words = useTexts(problem ?? { en: "", ja: "" });
  return (
    <div class="field">
      <label for="csv">{t.csvFile}</label>
      <input
        id="csv"
        type="file"
        accept=".csv,text/csv,text/plain"
        onChange={async ({ currentTarget: { files } }) => {
          try {
            const bytes = await files?.[0]?.arrayBuffer();
            if (bytes === undefined) return;
            const { readCsv } = await import("./csv.ts");
            onData(readCsv(bytes));
            setProblem(undefined);
          } catch (error) {
            const { message, texts = { en: message, ja: message } } = error as CsvError;
            setProblem(texts);
          }
        }}
      />
      <p class="quiet">{t.csvHelp}</p>
      {problem !== undefined && (
        <p role="alert" class="bad">
          {words}
        </p>
      )}
    </div>
  );
}
