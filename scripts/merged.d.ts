export const FLAGS: readonly string[];

/** Vector instructions of a function: of 256 and of 128 bits, and those that take halves apart and put them together. */
export interface Counts {
  readonly wide: number;
  readonly narrow: number;
  readonly taken: number;
  readonly put: number;
}

export function merged(node?: string, name?: string): Record<string, Counts>;
