import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Collects all garbage, now. */
export const gc = runInNewContext("gc") as () => void;

/** Collects garbage until finalizers have brought `done` about, for two seconds at most. */
export async function collectGarbage(done: () => boolean): Promise<void> {
  for (const end = performance.now() + 2000; !done() && performance.now() < end; ) {
    gc();
    // Finalizers run as tasks of their own.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
