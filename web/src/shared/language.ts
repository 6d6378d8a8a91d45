import { createContext } from "preact";
import { useContext } from "preact/hooks";

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
