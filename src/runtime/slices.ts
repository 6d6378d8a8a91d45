/** How long to work without a breath, at most, in milliseconds: what a page can spare between two frames. */
export const SLICE_MS = 8;

/** What a timer shows of a call is believed no further than this, in milliseconds: it may be as coarse as a millisecond. */
const LEAST_MS = 0.05;
/** A rate grows by no more than this at once: a coarse timer may have shown little of many calls by chance. */
const GROWTH = 8;

/**
 * Chooses how many steps go into one call, and when to breathe, so that progress, abort and the page stay alive. It has no influence
 * on what is computed.
 *
 * A timer may be coarser than a slice: Firefox, where it resists fingerprinting, has one of 100 ms, newer ones of 16.7 ms. Most calls
 * take no time by it, and some a tick, so the rate is that of all calls since the last that showed any. Until the first tick there is none:
 * then each call has as many steps as all before and one more, and a breath after it.
 */
export class Slicer {
  #stepsPerMs = 0;
  #began = performance.now();
  /** steps since the slice began */
  #sinceBegan = 0;
  /** steps that the timer has shown nothing of */
  #unseen = 0;

  /** How many steps to run next, from 1 to `most`. */
  next(most: number): number {
    const count = this.#stepsPerMs > 0 ? this.#stepsPerMs * (SLICE_MS - this.#elapsed) : this.#unseen + 1;
    return Math.max(1, Math.min(most, Math.floor(count)));
  }

  /** Whether it is time to breathe: little of the slice is left. */
  get over(): boolean {
    return this.#stepsPerMs === 0 || this.#elapsed > SLICE_MS / 2;
  }

  /** Milliseconds since the slice began, as the timer says or as the steps should have taken. */
  get #elapsed(): number {
    return Math.max(performance.now() - this.#began, this.#sinceBegan / this.#stepsPerMs);
  }

  /** Lets everything else that waits run, and begins a new slice. */
  async breathe(): Promise<void> {
    await breathe();
    this.#began = performance.now();
    this.#sinceBegan = 0;
  }

  /** Tells how long the last call took. */
  took(steps: number, milliseconds: number): void {
    this.#sinceBegan += steps;
    this.#unseen += steps;
    if (milliseconds <= 0) return;
    const measured = this.#unseen / Math.max(milliseconds, LEAST_MS);
    this.#unseen = 0;
    const known = this.#stepsPerMs;
    this.#stepsPerMs = known === 0 ? measured : (known + Math.min(measured, GROWTH * known)) / 2;
  }
}

// Taken once, as the module loads: a test may put fake timers in their place later, which nobody moves on while a fit waits.
const { setImmediate, MessageChannel, setTimeout } = globalThis;

/** Lets everything else that waits run: timers, input, rendering. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
      return;
    }
    if (typeof MessageChannel !== "function") {
      setTimeout(resolve);
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
