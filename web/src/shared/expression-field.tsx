import { useId, useState } from "preact/hooks";
import { type Graph, parse } from "./expression.ts";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly variables: readonly string[];
  readonly onChange: (text: string, graph: Graph) => void;
}

/** What was typed and cannot be parsed, and the value that it was typed over. */
interface Draft {
  readonly typed: string;
  readonly over: string;
  readonly problem: string;
}

/** An expression to type; what cannot be parsed is said below, and what was there before stays in force. */
export function ExpressionField({ label, value, variables, onChange }: Props) {
  const id = useId();
  const [draft, setDraft] = useState<Draft>();
  const wrong = draft?.over === value ? draft : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        value={wrong?.typed ?? value}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong && `${id}-problem`}
        onInput={({ currentTarget: { value: typed } }) => {
          try {
            onChange(typed, parse(typed, variables));
            setDraft(undefined);
          } catch (error) {
            setDraft({ typed, over: value, problem: (error as Error).message });
          }
        }}
      />
      {wrong && (
        <p id={`${id}-problem`} class="bad" role="alert">
          {wrong.problem}
        </p>
      )}
    </div>
  );
}
