/** Wall time of one call into wasm, at most, in milliseconds: what a page can spare between two frames. */
const SLICE_MS = 8;

/**
 * Chooses how many steps go into one call, so that a call takes a few milliseconds: progress, abort and the page stay alive. It has
 * no influence on what is computed.
 */
export class Slicer {
  #stepsPerMs = 0;

  /** How many steps to run next, from 1 to `most`. */
  next(most: number): number {
    return Math.max(1, Math.min(most, Math.floor(this.#stepsPerMs * SLICE_MS)));
  }

  /** Tells how long the last call took. */
  took(steps: number, milliseconds: number): void {
    // A timer may be as coarse as a millisecond, or show nothing at all.
    const measured = steps / Math.max(milliseconds, 0.05);
    this.#stepsPerMs = this.#stepsPerMs === 0 ? measured : (this.#stepsPerMs + measured) / 2;
  }
}

/** Lets everything else that waits run: timers, input, rendering. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
      return;
    }
    // Unlike a timer, a message is not held back when calls are nested.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
