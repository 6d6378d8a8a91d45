import { useContext } from "preact/hooks";
import { LanguageContext } from "./language.ts";
import type { ToldError } from "./told-error.ts";

interface Props {
  /** what has failed, in the page's language */
  readonly words: string;
  readonly error: unknown;
}

/** What has failed, and why: in the page's language where the error knows it, else as kobai or the browser says it. */
export function Failure({ words, error }: Props) {
  const language = useContext(LanguageContext);
  const { message = String(error), texts } = (error ?? {}) as Partial<ToldError>;
  return (
    <p role="alert" class="bad">
      {words} {texts ? texts[language] : <span lang="en">{message}</span>}
    </p>
  );
}
