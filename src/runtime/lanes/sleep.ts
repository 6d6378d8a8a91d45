/** What the kernels import for lanes that wait for each other (assembly/lanes.ts). */
export interface Sleep {
  /** Sleeps while the word at an address has a value; false after so many milliseconds. */
  sleep(address: number, value: number, milliseconds: number): boolean;
  /** Wakes whoever sleeps at an address. */
  wake(address: number): void;
}

/** The two, on a shared memory. A browser's main thread may not sleep: there it looks until the time has passed. */
export function sleepOn(memory: WebAssembly.Memory): Sleep {
  const words = () => new Int32Array(memory.buffer);
  return {
    sleep(address, value, milliseconds) {
      const [view, index] = [words(), address >> 2];
      if (maySleep()) return Atomics.wait(view, index, value, milliseconds) !== "timed-out";
      const end = performance.now() + milliseconds;
      while (Atomics.load(view, index) === value) {
        if (performance.now() > end) return false;
      }
      return true;
    },
    wake: (address) => void Atomics.notify(words(), address >> 2),
  };
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
