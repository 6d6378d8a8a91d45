import { Op } from "../../assembly/isa/index.ts";
import { Purpose, RandomArg } from "../../assembly/isa/random.ts";
import type { Distribution } from "../nn/initializers.ts";
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
    const isNormal = distribution.kind === "normal";
    const [a, b] = isNormal ? [distribution.mean, distribution.std] : [distribution.low, distribution.high];
    const cells = heap.allocate(16, "initialization");
    heap.view("float64", cells.address, 2).set([a, b]);
    const words = seedWords(this.#seed);
    const operands = {
      [RandomArg.out]: address,
      [RandomArg.n]: n,
      [RandomArg.seedLow]: words.seedLow,
      [RandomArg.seedHigh]: words.seedHigh,
      [RandomArg.purpose]: Purpose.init,
      [RandomArg.stream]: this.#index,
      [RandomArg.a]: cells.address,
      [RandomArg.b]: cells.address + 8,
    };
    try {
      const op = isNormal ? Op.randomNormal : Op.randomUniform;
      // A piece is what one of so many lanes would draw.
      runOnce(this.#engine, instruction<RandomArg>(op, this.#dtype, operands), this.#piece, pieces);
    } finally {
      heap.free(cells);
    }
  }
}

/** A seed as the two words that the generator's key takes. */
export function seedWords(seed: number): { seedLow: number; seedHigh: number } {
  return { seedLow: seed % 2 ** 32, seedHigh: Math.floor(seed / 2 ** 32) };
}
