import { LANE_BYTES, LANES_BLOCK, LaneState, LanesField, type Status } from "../../../assembly/blocks.ts";
import { Word } from "../../../assembly/isa/index.ts";
import { ThreadError, UnsupportedError } from "../../errors.ts";
import type { KernelModules, Kernels } from "../wasm.ts";
import { type LaneThread, startThread } from "./worker.ts";

/** How long lane 0 waits for a lane that is at work, in milliseconds, once it has done its own part: parts are of like size. */
const PATIENCE = 10_000;
/** Lane 0 waits so many times as long as an instruction should take, if that is more than usual: a machine may be slow, or busy. */
const SLOWEST = 100;

const GOES_ON = "All threads were ended: call again to go on without them";

/** The lanes that run programs: the thread that calls kobai, and those that it has started to share the work. */
export class Lanes {
  readonly #kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  #threads: readonly LaneThread[] = [];
  /** why no program can run before the threads are ended */
  #problem: ThreadError | undefined;
  #closing = false;

  constructor(kernels: Kernels, memory: WebAssembly.Memory) {
    this.#kernels = kernels;
    this.#memory = memory;
  }

  /** How many there are. */
  get count(): number {
    return this.#threads.length + 1;
  }

  /**
   * Starts threads, so that there are `count` lanes.
   * @throws ThreadError where one does not start @throws UnsupportedError where a page refuses them; none is left running then
   */
  async start(count: number, modules: KernelModules): Promise<void> {
    const threads = Array.from({ length: count - 1 }, (_, i) => {
      const lane = i + 1;
      const task = { lane, modules, memory: this.#memory, line: this.#line(lane).byteOffset };
      return startThread(task, (reason) => this.#ended(lane, reason));
    });
    const started = await Promise.allSettled(threads);
    this.#threads = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    try {
      await Promise.all(
        threads.map((thread, i) => thread.then(({ ready }) => ready).catch(notStarted(i + 1))),
      );
    } catch (error) {
      await this.close();
      throw error;
    }
    for (const thread of this.#threads) thread.unref();
    const settings = this.#line(0);
    settings[LanesField.patience] = PATIENCE;
    settings[LanesField.lanes] = count;
  }

  #ended(lane: number, reason: string): void {
    if (this.#closing) return;
    this.#problem ??= new ThreadError(lane, `has died (${reason}); this call was not begun`, GOES_ON);
  }

  /** Runs the program at an address. @throws ThreadError where a lane has died, or does not answer */
  run(program: number): Status {
    if (this.#threads.length === 0) return this.#kernels.run(program);
    if (this.#problem) throw this.#giveUp(this.#problem);
    this.#line(0)[LanesField.owed] = 0;
    let status: Status;
    try {
      status = this.#kernels.run(program);
    } catch (error) {
      // Other lanes may still be at work on the instruction that failed here.
      void this.close();
      throw error;
    }
    // A sweep goes on without its result, so the status does not tell.
    const lost = this.#line(0)[LanesField.lost]!;
    if (lost !== 0) throw this.#giveUp(this.#lostError(lost));
    return status;
  }

  #lostError(lane: number): ThreadError {
    const failed = this.#line(lane)[0] === LaneState.failed;
    const seconds = this.#line(0)[LanesField.patience]! / 1000;
    const problem = failed ? "failed" : `has not answered for ${seconds} s: its thread has died or hangs`;
    return new ThreadError(lane, `${problem}; what this call was to compute is incomplete`, GOES_ON);
  }

  #giveUp(error: ThreadError): ThreadError {
    void this.close();
    return error;
  }

  /** Is told of a program's instructions: lane 0 waits for lanes as long as the longest may take. */
  expect(instructions: readonly Uint32Array[]): void {
    if (this.#threads.length === 0) return;
    const longest = instructions.reduce((most, words) => Math.max(most, words[Word.nanoseconds]!), 0) / 1e6;
    const settings = this.#line(0);
    settings[LanesField.patience] = Math.max(settings[LanesField.patience]!, SLOWEST * longest);
  }

  /** Ends the threads. Programs go on with one lane. */
  async close(): Promise<void> {
    const threads = this.#threads;
    this.#closing = true;
    this.#threads = [];
    this.#line(0)[LanesField.lanes] = 1;
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  #line(lane: number): Int32Array {
    return new Int32Array(this.#memory.buffer, LANES_BLOCK + lane * LANE_BYTES, LANE_BYTES / 4);
  }
}

function notStarted(lane: number): (reason: Error) => never {
  return (reason) => {
    if (reason instanceof UnsupportedError) throw reason;
    throw new ThreadError(
      lane,
      `did not start: ${reason.message}`,
      "init() without threads does not need it",
    );
  };
}
