// Whoever ends a run from outside: Ctrl-C, `kill`, `docker stop`, a batch system, a terminal that was closed.

import { setTimeout as delay } from "node:timers/promises";

/** The signals that end a run, and the exit codes that say so: 128 and the signal's number, as a shell has it. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof exitCodes;

const signals = Object.keys(exitCodes) as StopSignal[];

/**
 * What comes so soon after a signal is the same wish: npm and npx pass Ctrl-C on to a process that has had it from the terminal, and a
 * closed terminal tells its shell, which tells its jobs.
 */
const ONE_WISH_MS = 500;
/** How long taking back what was begun may hold up a process that is to end at once: a disk may hang. */
const AT_ONCE_MS = 1000;

/**
 * Listens for signals from now on. At first any ends the process at once. After `keep` the first one aborts `soon`, and the process is to
 * end by itself, with the signal's exit code; only Ctrl-C after that ends it at once. Others never do: a supervisor that
 * asks twice loses nothing, and has SIGKILL.
 */
export class Stop {
  readonly #soon = new AbortController();
  #takeBack: (() => Promise<void>) | undefined;
  #first: { readonly signal: StopSignal; readonly time: number } | undefined;

  constructor() {
    // Also those that would end a process anyway: not the first process of a container.
    for (const signal of signals) process.on(signal, this.#receive);
  }

  /** Aborts with the first signal. */
  get soon(): AbortSignal {
    return this.#soon.signal;
  }

  /** The first signal, if there was one. */
  get by(): StopSignal | undefined {
    return this.#first?.signal;
  }

  /**
   * From now on there is something to keep.
   *
   * @param takeBack - undoes what is half done, before the process ends at once
   */
  keep(takeBack: () => Promise<void>): void {
    this.#takeBack = takeBack;
  }

  readonly #receive = (signal: StopSignal): void => {
    if (!this.#takeBack) endBy(signal);
    const time = performance.now();
    if (!this.#first) {
      this.#first = { signal, time };
      process.exitCode = exitCodes[signal];
      // Node would put the terminal back in order at its end, and abort where that is gone.
      if (signal === "SIGHUP" && hasTerminal()) process.once("exit", () => endBy(signal));
      this.#soon.abort();
    } else if (signal === "SIGINT" && time - this.#first.time > ONE_WISH_MS) {
      // Once more would end it by the system's means.
      for (const each of signals) process.removeListener(each, this.#receive);
      void Promise.race([this.#takeBack(), delay(AT_ONCE_MS)]).then(() => endBy(signal));
    }
  };
}

function hasTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
}

/** Ends the process as the signal would if nobody listened, even while a call into the system hangs, for which `process.exit` waits. */
function endBy(signal: StopSignal): never {
  process.removeAllListeners(signal);
  if (process.platform !== "win32") process.kill(process.pid, signal);
  // The first process of a container, which signals do not end; and Windows, where they leave no exit code.
  process.exit(exitCodes[signal]);
}
