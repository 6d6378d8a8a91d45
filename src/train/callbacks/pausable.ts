import type { Callback } from "./callback.ts";

/** A callback that makes a fit wait. */
export interface Pausable extends Callback {
  readonly isPaused: boolean;
  /** Training waits within milliseconds; a long step by numerical gradient between two of its parts. */
  pause(): void;
  resume(): void;
}

/**
 * A fit that can be made to wait, and to go on: for the button of a page. Meanwhile nothing is computed, and the network may be used. A fit
 * that is aborted while it waits ends.
 *
 * @example
 * ```ts
 * import { crossEntropy, pausable, sgd } from "kobai";
 * const button = pausable();
 * const fitted = net.fit(train, { loss: crossEntropy(), optimizer: sgd(), steps: 100, callbacks: [button] });
 * button.pause();
 * button.resume();
 * (await fitted).ended; // "completed"
 * ```
 */
export function pausable(): Pausable {
  let waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  const pausable: Pausable = {
    get isPaused() {
      return waiting !== undefined;
    },
    pause() {
      waiting ??= deferred();
    },
    resume() {
      waiting?.resolve();
      waiting = undefined;
    },
    async onProgress(_, { signal }) {
      const goOn = () => pausable.resume();
      signal?.addEventListener("abort", goOn, { once: true });
      if (signal?.aborted) goOn();
      // It may be paused again as soon as it goes on.
      while (waiting) await waiting.promise;
      signal?.removeEventListener("abort", goOn);
    },
  };
  return pausable;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
