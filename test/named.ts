import type { Operands } from "../src/runtime/instructions.ts";

/** Operands by name, as the words they go to: those of `layout`, an `…Arg` enum of assembly/isa.ts. */
export function named<E extends Record<string, string | number>>(
  layout: E,
  operands: { readonly [K in Extract<keyof E, string>]: number },
): Operands<Extract<E[keyof E], number>> {
  const words = Object.entries<number>(operands).map(([name, value]) => [layout[name], value]);
  return Object.fromEntries(words);
}
