import { RUN_BYTES, RunField } from "../../assembly/isa.ts";
import type { Placement } from "../graph/plan.ts";
import { plan } from "../graph/plan.ts";
import { input, type Shape, type Value } from "../graph/value.ts";
import type { Loss } from "../nn/losses.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Block } from "../runtime/heap.ts";
import { type Instruction, load, type Program } from "../runtime/instructions.ts";
import type { DTypeName } from "../tensor.ts";
import type { Parameters } from "./parameters.ts";

/** What a network is made of, behind its public face: all that its programs are composed from. */
export interface Core {
  readonly engine: Engine;
  readonly owner: string;
  readonly dtype: DTypeName;
  /** one sample's shape */
  readonly inputShape: Shape;
  readonly parameters: Parameters;
  forward(x: Value): Value;
  /** The same layers in another dtype, with parameters of their own, declared but not allocated. */
  in(dtype: DTypeName): Core;
}

/** What a target is: class indices, or rows of values. */
export interface TargetType {
  readonly dtype: DTypeName;
  /** one sample's: [] for a class index */
  readonly shape: Shape;
}

/** The symbolic network of one batch size. */
export interface Built {
  readonly x: Value;
  readonly output: Value;
}

export function build({ forward, inputShape, dtype }: Core, batch: number): Built {
  const x = input("x", [batch, ...inputShape], dtype);
  return { x, output: forward(x) };
}

export interface BuiltLoss extends Built {
  readonly t: Value;
  readonly loss: Value;
}

export function buildLoss(core: Core, batch: number, loss: Loss, target: TargetType): BuiltLoss {
  const built = build(core, batch);
  const t = input("t", [batch, ...target.shape], target.dtype);
  return { ...built, t, loss: loss.forward(built.output, t) };
}

/** Composes a program out of planned graphs and single instructions, and keeps what memory it needs. */
export class Composer {
  readonly #core: Core;
  readonly #instructions: Instruction[] = [];
  readonly #disposers: (() => void)[] = [];

  private constructor(core: Core) {
    this.#core = core;
  }

  /** Composes a program; what it had allocated is given back where that fails. */
  static compose<T>(core: Core, write: (composer: Composer) => T): T {
    const composer = new Composer(core);
    try {
      return write(composer);
    } catch (error) {
      composer.#dispose();
      throw error;
    }
  }

  /** A block that lives as long as the program; its address. */
  allocate(bytes: number): number {
    const { heap } = this.#core.engine;
    const block: Block = heap.allocate(bytes, this.#core.owner);
    this.#disposers.push(() => heap.free(block));
    return block.address;
  }

  push(...instructions: Instruction[]): void {
    this.#instructions.push(...instructions);
  }

  graph(outputs: readonly Placement[], inputs: readonly Placement[]): void {
    const { engine, owner, parameters } = this.#core;
    const planned = plan(engine, outputs, [...inputs, ...parameters.placements()], owner);
    this.#disposers.push(() => planned.dispose());
    this.push(...planned.instructions);
  }

  /** Writes numbers into memory that this composer allocated. */
  write(dtype: DTypeName, address: number, values: readonly number[]): void {
    this.#core.engine.heap.view(dtype, address, values.length).set(values);
  }

  /** A program of its own for one graph, which this program's instructions can run; its address. */
  program(outputs: readonly Placement[], inputs: readonly Placement[]): number {
    const inner = Composer.compose(this.#core, (composer) => {
      composer.graph(outputs, inputs);
      return composer.finish();
    });
    this.#disposers.push(() => inner.dispose());
    return inner.address;
  }

  /** @param state the address of the RunField block whose steps the program counts; a block of its own by default */
  finish(state = this.allocate(RUN_BYTES)): Program {
    const program = load(this.#core.engine, this.#instructions, state, this.#core.owner);
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

/** Sets the step that a RunField block counts from. */
export function setStep({ heap }: Engine, state: number, step: number): void {
  const words = heap.view("int32", state, RUN_BYTES / 4);
  words[RunField.step] = step;
  words[RunField.firstStep] = step;
}
