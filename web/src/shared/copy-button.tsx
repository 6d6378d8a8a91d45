import { useState } from "preact/hooks";

interface Props {
  readonly t: { readonly copied: string };
  readonly label: string;
  readonly content: () => string;
}

/** Copies a text, and says so. */
export function CopyButton({ t, label, content }: Props) {
  const [copied, setCopied] = useState<string>();
  const copy = () => {
    const text = content();
    void navigator.clipboard?.writeText(text).then(
      () => setCopied(text),
      // A page within another may not be let to: the button then does not say that it did.
      () => {},
    );
  };
  return (
    <button type="button" onClick={copy}>
      {copied === content() ? t.copied : label}
    </button>
  );
}
