// Learning rates that change with the step. Each is a function of the step alone, but for `plateau`.

export { cosine } from "./cosine.ts";
export { exponential, polynomial, stepDecay } from "./decay.ts";
export { oneCycle } from "./one-cycle.ts";
export { plateau } from "./plateau.ts";
export { warmUp } from "./warm-up.ts";
