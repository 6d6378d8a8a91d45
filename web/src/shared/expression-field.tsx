import { useId, useState } from "preact/hooks";
import { type Graph, parse } from "./expression.ts";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly variables: readonly string[];
  readonly onChange: (text: string, graph: Graph) => void;
}

/** An expression to type; what cannot be parsed is said below, and what was there before stays. */
export function ExpressionField({ label, value, variables, onChange }: Props) {
  const id = useId();
  const [problem, setProblem] = useState<string>();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        value={value}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onInput={({ currentTarget: { value: text } }) => {
          try {
            onChange(text, parse(text, variables));
            setProblem(undefined);
          } catch (error) {
            setProblem((error as Error).message);
          }
        }}
      />
      {problem !== undefined && (
        <p id={`${id}-problem`} class="bad" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
