import { NumberField, Select } from "../../shared/fields.tsx";
import { lazy } from "../../shared/lazy.tsx";
import { type Prepared, pointsOf } from "./data.ts";
import { type DataKind, isComputed, isFetched } from "./data-kinds.ts";
import { Problem } from "./problem.tsx";
import { type Spec, type State, stepsOf } from "./spec.ts";
import type { TrainText } from "./text.ts";
import type { Run } from "./use-run.ts";

const FetchFields = lazy(() => import("./fetch-fields.tsx"));
const CsvField = lazy(() => import("./csv-field.tsx"));
const DrawingsFields = lazy(() => import("./drawings-fields.tsx"));

interface Props {
  readonly t: TrainText;
  readonly state: State;
  readonly run: Run;
  readonly mayFetch: boolean;
  readonly onSpec: (part: Partial<Spec>) => void;
  readonly onFetch: () => void;
  readonly onCancel: () => void;
  readonly onOwn: (kind: DataKind, data: Prepared | undefined) => void;
  readonly onNames: (names: readonly string[]) => void;
}

/** What is trained on. */
export function DataFields({ t, state, run, mayFetch, onSpec, onFetch, onCancel, onOwn, onNames }: Props) {
  const { spec, log, at = stepsOf(log) } = state;
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
      {spec.data === "csv" && <CsvField onData={(data) => onOwn("csv", data)} />}
      {spec.data === "drawings" && (
        <DrawingsFields onData={(data) => onOwn("drawings", data)} onNames={onNames} />
      )}
      {isFetched(spec.data) && !run.data && (
        <FetchFields
          kind={spec.data}
          steps={at}
          isFetching={mayFetch && !run.problem}
          onFetch={onFetch}
          onCancel={onCancel}
        />
      )}
      <Problem t={t} run={run} of="data" />
    </section>
  );
}
