import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";

interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
}

/** A choice with its label. */
export function Select<T extends string>({ label, value, options, onChange }: SelectProps<T>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as T)}>
        {Object.entries<string>(options).map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

interface NumberProps {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number | "any";
  readonly onChange: (value: number) => void;
}

/** A number with its label; what is no number in its range is not taken. */
export function NumberField({ label, value, min, max, step = "any", onChange }: NumberProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <TypedInput
        id={id}
        type="number"
        value={value}
        min={min}
        max={max}
        step={step}
        onCommit={({ validity, valueAsNumber }) => {
          if (validity.valid && !Number.isNaN(valueAsNumber)) onChange(valueAsNumber);
        }}
      />
    </div>
  );
}

interface TypedProps {
  readonly id?: string;
  readonly type?: "number" | "text";
  readonly title?: string;
  readonly "aria-label"?: string;
  readonly value: string | number;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly step?: number | "any";
  readonly maxLength?: number;
  /** Called when it is typed: what is not taken over then is as it was. */
  readonly onCommit: (input: HTMLInputElement) => void;
}

/** A field that keeps what is being typed while the page is drawn anew around it, as it is ten times a second while it trains. */
export function TypedInput({ value, onCommit, ...others }: TypedProps) {
  const [draft, setDraft] = useState<string>();
  const given = {
    ...others,
    value: draft ?? value,
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) =>
      setDraft(currentTarget.value),
    onChange({ currentTarget }: { readonly currentTarget: HTMLInputElement }) {
      onCommit(currentTarget);
      setDraft(undefined);
    },
    onBlur: () => setDraft(undefined),
  };
  return <input {...(given as JSX.IntrinsicElements["input"])} />;
}

interface SliderProps {
  readonly label: ComponentChildren;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  /** what the value is called */
  readonly text?: string;
  readonly onInput: (value: number) => void;
}

export function Slider({ label, value, min, max, step = 1, text, onInput }: SliderProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        {label} {text !== undefined && <strong>{text}</strong>}
      </label>
      <input
        id={id}
        type="range"
        value={value}
        min={min}
        max={max}
        step={step}
        aria-valuetext={text}
        onInput={({ currentTarget }) => onInput(currentTarget.valueAsNumber)}
      />
    </div>
  );
}
