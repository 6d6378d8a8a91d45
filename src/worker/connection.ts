import { messageOf, show } from "../check.ts";
import { OptionError, StateError } from "../errors.ts";
import { fromMessage } from "./errors.ts";
import type { Calls, Events, FromWorker, ToWorker } from "./messages.ts";
import { startThread, type Thread, type WorkerLike } from "./thread.ts";

/** What a caller may ask for besides the answer. */
export interface CallOptions {
  /** What is handed over, not copied. */
  readonly transfer?: ArrayBuffer[];
  /** Aborts the call in the worker. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What takes events, each kind one after the other: awaited, also before the answer is given, and where it fails the call is aborted and
   * rejects with that error.
   */
  readonly on?: { readonly [E in keyof Events]?: ((value: Events[E]) => unknown) | undefined };
  /** Whose call it is: not collected before it has ended, since what it has in the worker goes with it. */
  readonly owner?: object;
}

type EventMessage = Extract<FromWorker, { readonly event: unknown }>;

interface Pending extends CallOptions {
  resolve(result: never): void;
  reject(error: unknown): void;
  /** of a callback */
  failed?: { readonly error: unknown };
  /** by the kind of event, the last one that came: resolves when it was taken */
  readonly taking: { -readonly [E in keyof Events]?: Promise<void> };
}

/** The client's end: calls that wait for their answers. */
export class Connection {
  readonly #pending = new Map<number, Pending>();
  #thread!: Thread;
  #calls = 0;
  /** why there is no worker any more */
  #end: Error | undefined;

  /** @throws UnsupportedError where a page has no workers, or refuses this one */
  static async start(factory?: () => WorkerLike | Promise<WorkerLike>): Promise<Connection> {
    const connection = new Connection();
    connection.#thread = await startThread(
      {
        receive: (message) => void connection.#receive(message),
        ended: (reason) => connection.#ended(reason),
      },
      factory,
    );
    connection.#thread.holdProcess(false);
    return connection;
  }

  /** Calls, and resolves to the answer. @throws whatever the worker throws; StateError where it has ended */
  call<K extends keyof Calls>(
    call: K,
    args: Parameters<Calls[K]>,
    options: CallOptions = {},
  ): Promise<ReturnType<Calls[K]>> {
    return new Promise((resolve, reject) => {
      if (this.#end) {
        reject(this.#end);
        return;
      }
      const id = ++this.#calls;
      const { signal } = options;
      const aborted = signal?.aborted ?? false;
      try {
        this.#post({ id, call, args, aborted }, options.transfer);
      } catch (error) {
        reject(
          new OptionError(
            `${call}: what a worker is given must be plain data, without functions and proxies; it ` +
              `could not be copied: ${show(messageOf(error))}`,
          ),
        );
        return;
      }
      const abort = () => this.#thread.post({ id, abort: true }, []);
      const settle = () => {
        signal?.removeEventListener("abort", abort);
        this.#pending.delete(id);
        if (this.#pending.size === 0) this.#thread.holdProcess(false);
      };
      this.#pending.set(id, {
        ...options,
        taking: {},
        resolve(result) {
          settle();
          resolve(result);
        },
        reject(error) {
          settle();
          reject(error);
        },
      });
      this.#thread.holdProcess(true);
      if (!aborted) signal?.addEventListener("abort", abort);
    });
  }

  /** Sends word that needs no answer, if there is still somebody to hear it. */
  tell<K extends keyof Calls>(call: K, ...args: Parameters<Calls[K]>): void {
    if (!this.#end) this.#thread.post({ id: ++this.#calls, call, args, aborted: false }, []);
  }

  /** Ends the worker. Calls that wait reject. */
  async close(): Promise<void> {
    this.#finish(new StateError("the worker was closed: start a new one"));
    await this.#thread.terminate();
  }

  /** Memory that cannot be handed over, such as that of a WebAssembly module, is copied. */
  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    try {
      this.#thread.post(message, transfer);
    } catch (error) {
      if (transfer.length === 0) throw error;
      this.#thread.post(message, []);
    }
  }

  async #receive(message: FromWorker): Promise<void> {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if ("event" in message) {
      const { event } = message;
      pending.taking[event] = (pending.taking[event] ?? Promise.resolve()).then(() =>
        this.#take(pending, message),
      );
      return;
    }
    await Promise.all(Object.values(pending.taking));
    if (pending.failed) pending.reject(pending.failed.error);
    else if ("error" in message) pending.reject(fromMessage(message.error));
    else pending.resolve(message.result as never);
  }

  async #take(pending: Pending, { id, event, value, number }: EventMessage): Promise<void> {
    try {
      if (!this.#end && !pending.failed) await pending.on?.[event]?.(value as never);
    } catch (error) {
      pending.failed ??= { error };
      if (!this.#end) this.#thread.post({ id, abort: true }, []);
    }
    if (!this.#end) this.#thread.post({ id, taken: number }, []);
  }

  #ended(reason: Error): void {
    // A page's worker lives on after an error.
    void this.#thread.terminate();
    this.#finish(
      reason.name === "UnsupportedError"
        ? reason
        : new StateError(`the worker has ended (${messageOf(reason)}): start a new one`, { cause: reason }),
    );
  }

  #finish(end: Error): void {
    if (this.#end) return;
    this.#end = end;
    for (const { reject } of [...this.#pending.values()]) reject(end);
  }
}
