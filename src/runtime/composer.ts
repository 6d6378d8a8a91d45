import { RUN_BYTES } from "../../assembly/blocks.ts";
import { type Placement, plan } from "../graph/plan.ts";
import type { Value } from "../graph/value.ts";
import { bytesPerElement, type DTypeName, size, type TypedArrayOf } from "../tensor.ts";
import type { Engine } from "./engine.ts";
import { type Instruction, load, type Program } from "./instructions.ts";

/** What programs are composed for. */
export interface Host {
  readonly engine: Engine;
  /** whose memory it is, in reports */
  readonly owner: string;
  /** what graphs may read besides their inputs: where a network's parameters and its state lie */
  readonly parameters?: { placements(): Placement[] };
  readonly state?: { placements(): Placement[] };
}

/** Composes a program out of planned graphs and single instructions, and keeps what memory it needs. */
export class Composer {
  readonly #host: Host;
  readonly #instructions: Instruction[] = [];
  readonly #disposers: (() => void)[] = [];

  /**
   * The address of the RunField block whose steps the program counts, and whose seed and step random elements are drawn by; a block of
   * its own by default.
   */
  readonly run: number;

  private constructor(host: Host, run: number | undefined) {
    this.#host = host;
    this.run = run ?? this.allocate(RUN_BYTES);
  }

  /** Composes a program; what it had allocated is given back where that fails. @param run see `run` */
  static compose<T>(host: Host, write: (composer: Composer) => T, run?: number): T {
    const composer = new Composer(host, run);
    try {
      return write(composer);
    } catch (error) {
      composer.#dispose();
      throw error;
    }
  }

  /** A block that lives as long as the program; its address. */
  allocate(bytes: number): number {
    const { heap } = this.#host.engine;
    const block = heap.allocate(bytes, this.#host.owner);
    this.#disposers.push(() => heap.free(block));
    return block.address;
  }

  /** What else is to end with the program. */
  onDispose(dispose: () => void): void {
    this.#disposers.push(dispose);
  }

  /** Room for a value of the graph; its address. */
  room({ shape, dtype }: Value): number {
    return this.allocate(size(shape) * bytesPerElement(dtype));
  }

  /** Scratch of so many bytes for each lane, one after another; its address. */
  scratch(bytes: number): number {
    return this.allocate(bytes * this.#host.engine.lanes.count);
  }

  push(...instructions: Instruction[]): void {
    this.#instructions.push(...instructions);
  }

  graph(outputs: readonly Placement[], inputs: readonly Placement[]): void {
    const { engine, owner, parameters, state } = this.#host;
    const kept = [parameters, state].flatMap((variables) => variables?.placements() ?? []);
    const planned = plan(engine, outputs, [...inputs, ...kept], owner, this.run);
    this.#disposers.push(() => planned.dispose());
    this.push(...planned.instructions);
  }

  /** See Heap.lastingView. */
  view<D extends DTypeName>(dtype: D, address: number, length: number): () => TypedArrayOf<D> {
    return this.#host.engine.heap.lastingView(dtype, address, length);
  }

  /** Writes numbers into memory that this composer allocated. */
  write(dtype: DTypeName, address: number, values: readonly number[]): void {
    this.#host.engine.heap.view(dtype, address, values.length).set(values);
  }

  /** A program of its own for one graph, which this program's instructions can run; its address. */
  program(outputs: readonly Placement[], inputs: readonly Placement[]): number {
    const inner = Composer.compose(this.#host, (composer) => {
      composer.graph(outputs, inputs);
      return composer.finish();
    });
    this.#disposers.push(() => inner.dispose());
    return inner.address;
  }

  finish(): Program {
    const program = load(this.#host.engine, this.#instructions, this.run, this.#host.owner);
    return {
      address: program.address,
      run: (steps) => program.run(steps),
      dispose: () => {
        program.dispose();
        this.#dispose();
      },
    };
  }

  #dispose(): void {
    for (const dispose of this.#disposers) dispose();
  }
}
