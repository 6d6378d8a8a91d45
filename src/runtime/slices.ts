/** How long to work without a breath, at most, in milliseconds: what a page can spare between two frames. */
export const SLICE_MS = 8;

/**
 * Chooses how many steps go into one call, and when to breathe, so that progress, abort and the page stay alive. It has no influence
 * on what is computed.
 */
export class Slicer {
  #stepsPerMs = 0;
  #began = performance.now();

  /** How many steps to run next, from 1 to `most`. */
  next(most: number): number {
    const left = SLICE_MS - (performance.now() - this.#began);
    return Math.max(1, Math.min(most, Math.floor(this.#stepsPerMs * left)));
  }

  /** Whether it is time to breathe: little of the slice is left. */
  get over(): boolean {
    return performance.now() - this.#began > SLICE_MS / 2;
  }

  /** Lets everything else that waits run, and begins a new slice. */
  async breathe(): Promise<void> {
    await breathe();
    this.#began = performance.now();
  }

  /** Tells how long the last call took. */
  took(steps: number, milliseconds: number): void {
    // A timer may be as coarse as a millisecond, or show nothing at all.
    const measured = steps / Math.max(milliseconds, 0.05);
    this.#stepsPerMs = this.#stepsPerMs === 0 ? measured : (this.#stepsPerMs + measured) / 2;
  }
}

/** Lets everything else that waits run: timers, input, rendering. */
function breathe(): Promise<void> {
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
