import { useId, useState } from "preact/hooks";
import { type Graph, parse, variablesOf } from "./expression.ts";
import { faultText } from "./expression-text.ts";
import { useTexts } from "./language.ts";

interface Props {
  readonly label: string;
  readonly value: string;
  /** the names that it may have; whatever names it has, where they are not given */
  readonly variables?: readonly string[];
  readonly onChange: (text: string, graph: Graph) => void;
}

interface Draft {
  readonly text: string;
  /** the expression that is used meanwhile */
  readonly instead: string;
  readonly problem: unknown;
}

/** An expression to type; what cannot be parsed is said below, and what was there before stays. */
export function ExpressionField({ label, value, variables, onChange }: Props) {
  const id = useId();
  const textOf = useTexts(faultText);
  // What cannot be read stays to be mended, until there is another expression.
  const [draft, setDraft] = useState<Draft>();
  const { text: shown = value, problem } = draft?.instead === value ? draft : {};
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        value={shown}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onInput={({ currentTarget: { value: text } }) => {
          try {
            onChange(text, parse(text, variables ?? variablesOf(text)));
            setDraft(undefined);
          } catch (error) {
            setDraft({ text, instead: value, problem: error });
          }
        }}
      />
      {problem !== undefined && (
        <p id={`${id}-problem`} class="bad" role="alert">
          {textOf(problem)}
        </p>
      )}
    </div>
  );
}
