/** What the kernels import for lanes that wait for each other (assembly/lanes.ts). */
export interface Sleep {
  /** Sleeps while the word at an address has a value; false after so many milliseconds in which this thread could run. */
  sleep(address: number, value: number, milliseconds: number): boolean;
  /** Wakes whoever sleeps at an address. */
  wake(address: number): void;
}

/**
 * A long sleep is so many short ones. A process can be stopped for hours (Ctrl-Z, `docker pause`, a debugger, a laptop's lid), and when it
 * goes on, the sleep that it was in is over, however little the others have done meanwhile. So a stop costs one part of the patience.
 */
const PARTS = 20;

/** The two, on a shared memory. A browser's main thread may not sleep: there it looks until the time has passed. */
export function sleepOn(memory: WebAssembly.Memory): Sleep {
  return {
    sleep(address, value, milliseconds) {
      const [view, index] = [new Int32Array(memory.buffer), address >> 2];
      const wait = maySleep() ? Atomics.wait : look;
      for (let part = 0; part < PARTS; part++) {
        if (wait(view, index, value, milliseconds / PARTS) !== "timed-out") return true;
      }
      return false;
    },
    wake: (address) => void Atomics.notify(new Int32Array(memory.buffer), address >> 2),
  };
}

/** Atomics.wait without sleep. */
function look(view: Int32Array, index: number, value: number, milliseconds: number): "ok" | "timed-out" {
  const end = performance.now() + milliseconds;
  while (Atomics.load(view, index) === value) {
    if (performance.now() > end) return "timed-out";
  }
  return "ok";
}

/** Whether this thread may sleep on shared memory. */
function maySleep(): boolean {
  try {
    // The value is another, so this returns at once.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}
