/**
 * What one of kobai's own layers or initializers was made of: its kind, and the options that it was given, undefined where one was left out. So
 * it can be written into a file, posted to a worker, printed as code.
 */
export interface Made {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Where layers and initializers keep it: no function or object of a user's has it. */
export const madeOf = Symbol("made of");
