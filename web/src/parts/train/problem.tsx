import type { Run, Stage } from "./use-run.ts";

interface Props {
  readonly run: Run;
  /** what may have failed: said beside the fields that mend it */
  readonly of: Stage;
}

export function Problem({ run: { problem }, of }: Props) {
  return problem?.of === of ? (
    <p role="alert" class="bad">
      {problem.message}
    </p>
  ) : null;
}
