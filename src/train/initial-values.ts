import { RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { Purpose, RandomArg } from "../../assembly/isa/random.ts";
import { type Distribution, variates } from "../nn/distributions.ts";
import type { Engine } from "../runtime/engine.ts";
import { instruction, runOnce } from "../runtime/instructions.ts";
import { Slicer } from "../runtime/slices.ts";
import type { DTypeName } from "../tensor.ts";

/** A parameter whose initial values are to be drawn. */
export interface Undrawn {
  readonly address: number;
  readonly n: number;
  readonly distribution: Distribution;
}

/** So many values at once: about a millisecond's. */
const PIECE = 1 << 14;

/**
 * Draws a network's initial values, when they are first needed and piece by piece, so that a page with a large network stays alive. The
 * parameter's number is its stream: the values do not depend on the pieces.
 */
export class InitialValues {
  readonly #engine: Engine;
  readonly #dtype: DTypeName;
  readonly #seed: number;
  readonly #parameters: readonly Undrawn[];
  /** the next to be drawn: which parameter, and which piece of it */
  #index = 0;
  #piece = 0;

  constructor(engine: Engine, dtype: DTypeName, seed: number, parameters: readonly Undrawn[]) {
    this.#engine = engine;
    this.#dtype = dtype;
    this.#seed = seed;
    this.#parameters = parameters;
  }

  /** Draws what is not drawn yet. */
  finish(): void {
    while (this.#index < this.#parameters.length) this.#next();
  }

  /** The same with breaths in between, until `signal` is aborted. @param alive throws where the memory is gone */
  async finishSlowly(alive: () => void, signal?: AbortSignal): Promise<void> {
    const slicer = new Slicer();
    while (this.#index < this.#parameters.length && !signal?.aborted) {
      const start = performance.now();
      this.#next();
      slicer.took(1, performance.now() - start);
      if (!slicer.over) continue;
      await slicer.breathe();
      alive();
    }
  }

  #next(): void {
    const parameter = this.#parameters[this.#index]!;
    const pieces = Math.ceil(parameter.n / PIECE);
    this.#draw(parameter, pieces);
    this.#piece++;
    if (this.#piece < pieces && parameter.distribution.kind !== "constant") return;
    this.#index++;
    this.#piece = 0;
  }

  #draw({ address, n, distribution }: Undrawn, pieces: number): void {
    const { heap } = this.#engine;
    if (distribution.kind === "constant") {
      heap.view(this.#dtype, address, n).fill(distribution.value);
      return;
    }
    const { op, a, b } = variates(distribution);
    const cells = heap.allocate(RUN_BYTES + 16, "initialization");
    const numbers = cells.address + RUN_BYTES;
    heap.view("float64", numbers, 2).set([a, b]);
    setSeed(this.#engine, cells.address, this.#seed);
    const operands = {
      [RandomArg.out]: address,
      [RandomArg.n]: n,
      [RandomArg.state]: cells.address,
      [RandomArg.purpose]: Purpose.init,
      [RandomArg.stream]: this.#index,
      [RandomArg.a]: numbers,
      [RandomArg.b]: numbers + 8,
    };
    try {
      // A piece is what one of so many lanes would draw.
      runOnce(this.#engine, instruction<RandomArg>(op, this.#dtype, operands), this.#piece, pieces);
    } finally {
      heap.free(cells);
    }
  }
}

/** Gives a RunField block its seed: the two words of the generator's key. */
export function setSeed({ heap }: Engine, state: number, seed: number): void {
  const words = heap.view("int32", state, RUN_BYTES / 4);
  words[RunField.seedLow] = seed % 2 ** 32;
  words[RunField.seedHigh] = Math.floor(seed / 2 ** 32);
}
