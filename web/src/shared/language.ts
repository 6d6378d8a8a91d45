import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

export type Language = "en" | "ja";

export const LanguageContext = createContext<Language>("en");

/** Texts in both languages: the Japanese ones are as many as the English ones. */
export interface Texts<T> {
  readonly en: T;
  readonly ja: T;
}

/** The texts in the page's language. */
export function useTexts<T>(texts: Texts<T>): T {
  return texts[useContext(LanguageContext)];
}

/**
 * A hook that gives texts in the page's language, each language's in a file of its own; undefined until the first are loaded. Until those of
 * another language are, and where they cannot be, the last ones stay: what runs goes on.
 */
export function loadedTexts<T>(load: Texts<() => Promise<T>>): () => T | undefined {
  const known: Partial<Record<Language, T>> = {};
  let last: T | undefined;
  return () => {
    const language = useContext(LanguageContext);
    const [problem, setProblem] = useState<unknown>();
    const [, shown] = useState<Language>();
    useEffect(() => {
      if (known[language]) return;
      load[language]().then((texts) => {
        known[language] = texts;
        shown(language);
      }, setProblem);
    }, [language]);
    last = known[language] ?? last;
    if (!last && problem) throw problem;
    return last;
  };
}
