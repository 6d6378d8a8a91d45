import { show } from "../check.ts";
import { DataError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import type { Handle } from "./messages.ts";

interface Place {
  readonly connection: Connection;
  readonly handle: Handle;
}

/** Frees what lies in the worker when its owner here is collected. */
const collected = new FinalizationRegistry<Place>(free);

/** Has the worker free what belongs to `owner` once nobody holds that any more; @returns what frees it at once */
export function freeWith(owner: object, connection: Connection, handle: Handle): () => void {
  // No function: one that is made here would hold the owner, as everything of this call.
  const place = { connection, handle };
  collected.register(owner, place, owner);
  return () => {
    collected.unregister(owner);
    free(place);
  };
}

function free({ connection, handle }: Place): void {
  connection.tell("dispose", handle);
}

/** The handle of a data set, for calls over a connection. */
export let handleOf: (call: string, connection: Connection, data: WorkerDataset) => Handle;

/**
 * A data set that lies in a worker. Made by `worker.dataset`. Its memory is freed by `dispose()`, or when it is collected.
 * @example
 * ```ts
 * const data = await worker.dataset({ x: tensor([[0], [1], [2]]), t: tensor(new Uint8Array([0, 1, 1])) });
 * data.n; // 3
 * data.dispose();
 * ```
 */
export class WorkerDataset {
  /** how many samples it has */
  readonly n: number;
  readonly #handle: Handle;
  readonly #connection: Connection;
  readonly #free: () => void;

  static {
    handleOf = (call, connection, data) => {
      if (typeof data === "object" && data !== null && #handle in data && data.#connection === connection) {
        return data.#handle;
      }
      throw new DataError(
        `${call}: takes a data set of this worker, which worker.dataset({ x, t }) gives; got ${show(data)}`,
      );
    };
  }

  /** @internal Use `worker.dataset`. */
  constructor(connection: Connection, handle: Handle, n: number) {
    this.#connection = connection;
    this.#handle = handle;
    this.n = n;
    this.#free = freeWith(this, connection, handle);
  }

  /** Frees its memory in the worker; later calls that are given it reject with a StateError. @example data.dispose(); */
  dispose(): void {
    this.#free();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
