import type { Events, FromWorker } from "./messages.ts";

/** Sends a message to the client, and hands over these buffers. */
export type Post = (message: FromWorker, transfer: readonly ArrayBuffer[]) => void;

/** A call of the client's that is under way in the worker. */
export class Call {
  readonly id: number;
  readonly #post: Post;
  readonly #controller = new AbortController();
  #events = 0;
  /** who waits until an event was taken, by its number */
  readonly #waits = new Map<number, () => void>();

  constructor(id: number, post: Post) {
    this.id = id;
    this.#post = post;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Tells the client of something; resolves when it was taken, or the call is aborted. */
  emit<E extends keyof Events>(event: E, value: Events[E]): Promise<void> {
    const number = ++this.#events;
    this.#post({ id: this.id, event, value, number }, []);
    return new Promise((resolve) => this.#waits.set(number, resolve));
  }

  taken(number: number): void {
    this.#waits.get(number)?.();
    this.#waits.delete(number);
  }

  /** Tells of things of one kind, of the newest each time that the one before was taken. */
  newest<E extends keyof Events>(event: E): { tell(value: Events[E]): void; told(): Promise<void> } {
    let next: Events[E] | undefined;
    let telling: Promise<void> | undefined;
    const tellAll = async () => {
      while (next !== undefined) {
        const value = next;
        next = undefined;
        await this.emit(event, value);
      }
      telling = undefined;
    };
    return {
      tell(value) {
        next = value;
        telling ??= tellAll();
      },
      told: async () => telling,
    };
  }

  abort(): void {
    this.#controller.abort();
    for (const number of this.#waits.keys()) this.taken(number);
  }
}
