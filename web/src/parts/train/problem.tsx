import { Failure } from "../../shared/failure.tsx";
import type { TrainText } from "./text.ts";
import type { Run, Stage } from "./use-run.ts";

interface Props {
  readonly t: TrainText;
  readonly run: Run;
  /** what may have failed: said beside the fields that mend it */
  readonly of: Stage;
}

export function Problem({ t, run: { problem }, of }: Props) {
  if (problem?.of !== of) return null;
  const { error } = problem;
  const reason = t.reasons[(error as Partial<Error>)?.name ?? ""] ?? "";
  return <Failure words={t.problems[of] + reason} error={error} />;
}
