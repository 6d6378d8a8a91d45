import type { Program } from "./instructions.ts";
import type { Disposable } from "./resources.ts";

/** How many programs a network keeps: of calls with ever other batch sizes, the oldest are dropped. */
const MOST = 8;

interface Entry {
  readonly key: string;
  readonly program: Program;
  readonly of: readonly unknown[];
}

/** Programs by what they do and for how large a batch, so that a call after the first finds its program ready. */
export class ProgramCache implements Disposable {
  readonly #programs = new Map<string, Entry>();
  /** the one used last: calls mostly are like the one before */
  #latest: Entry | undefined;

  /** @param of what the program was made for, if anything: a program made for something else is made anew */
  get(key: string, compose: () => Program, ...of: readonly unknown[]): Program {
    const isSame = (entry: Entry) =>
      entry.of.length === of.length && of.every((each, i) => each === entry.of[i]);
    if (this.#latest?.key === key && isSame(this.#latest)) return this.#latest.program;
    const known = this.#programs.get(key);
    this.#programs.delete(key);
    this.#latest = undefined;
    const kept = known && isSame(known) ? known : undefined;
    if (known && !kept) known.program.dispose();
    const entry = kept ?? { key, program: compose(), of };
    this.#programs.set(key, entry);
    this.#latest = entry;
    if (this.#programs.size > MOST) {
      const [oldest, { program }] = this.#programs.entries().next().value!;
      this.#programs.delete(oldest);
      program.dispose();
    }
    return entry.program;
  }

  dispose(): void {
    for (const { program } of this.#programs.values()) program.dispose();
    this.#programs.clear();
    this.#latest = undefined;
  }
}
