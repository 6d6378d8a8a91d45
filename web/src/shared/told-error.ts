import type { Texts } from "./language.ts";

/** What is wrong, in each language. */
export class ToldError extends Error {
  readonly texts: Texts<string>;

  constructor(texts: Texts<string>) {
    super(texts.en);
    this.texts = texts;
  }
}
