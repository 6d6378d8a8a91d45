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

/** A hook that gives texts in the page's language, each language's in a file of its own; undefined until they are loaded. */
export function loadedTexts<T>(load: Texts<() => Promise<T>>): () => T | undefined {
  const known: Partial<Record<Language, T>> = {};
  return () => {
    const language = useContext(LanguageContext);
    const [, setCount] = useState(0);
    useEffect(() => {
      if (!known[language]) {
        void load[language]().then((texts) => {
          known[language] = texts;
          setCount((count) => count + 1);
        });
      }
    }, [language]);
    return known[language];
  };
}
