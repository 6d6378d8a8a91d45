import type { Scope } from "../src/nn/layers/layer.ts";

/** What a layer is given that has parameters and nothing else. */
export function scopeOf(parameter: Scope["parameter"], training = true): Scope {
  const none = (what: string) => () => {
    throw new Error(`this test has no ${what}`);
  };
  return {
    training,
    parameter,
    state: none("state"),
    random: none("random elements"),
    apply: none("layers within layers"),
  };
}
