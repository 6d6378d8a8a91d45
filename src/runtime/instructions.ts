import { PROGRAM_BYTES, ProgramField, type Status } from "../../assembly/blocks.ts";
import { DType, INSTRUCTION_BYTES, type Op, Word } from "../../assembly/isa/index.ts";
import type { DTypeName } from "../tensor.ts";
import type { Engine } from "./engine.ts";
import type { Block } from "./heap.ts";

const WORDS = INSTRUCTION_BYTES / 4;

/** One instruction, encoded. */
export type Instruction = Uint32Array;

/**
 * Operands by the words they go to: all those of an `…Arg` enum of assembly/isa.ts. Only its members are named, which compilers replace by
 * their numbers, so that no table of names travels with the code.
 */
export type Operands<Arg extends number> = Readonly<Record<NoInfer<Arg>, number>>;

/** The codes of the element types. */
export const dtypeCodes: Readonly<Record<DTypeName, DType>> = {
  float32: DType.float32,
  float64: DType.float64,
  uint8: DType.uint8,
  int32: DType.int32,
};

/**
 * Encodes an instruction. Its enum of operands must be named: `instruction<UnaryArg>(…)`.
 *
 * @param nanoseconds about how long it takes in float32 on one lane (measured, all on the same machine; twice as long in float64): from
 *   SHARED_NANOSECONDS on the lanes share it; 0: lane 0 does all of it
 */
export function instruction<Arg extends number = never>(
  op: Op,
  dtype: DTypeName,
  operands: Operands<Arg>,
  nanoseconds = 0,
): Instruction {
  const cost = Math.min(2 ** 31 - 1, dtype === "float64" ? 2 * nanoseconds : nanoseconds);
  const own = { [Word.op]: op, [Word.dtype]: dtypeCodes[dtype], [Word.nanoseconds]: cost };
  return Object.assign(new Uint32Array(WORDS), own, operands);
}

/** A list of instructions in linear memory, ready to run. */
export interface Program {
  /** Of its header: what another program's instruction runs it by. */
  readonly address: number;
  /** Runs the list `steps` times; returns a Status. */
  run(steps: number): Status;
  dispose(): void;
}

/** Writes instructions into linear memory. `state` is the address of the run's RunField block, whose step they count up. */
export function load(engine: Engine, list: readonly Instruction[], state: number, owner: string): Program {
  const { heap, lanes } = engine;
  const block: Block = heap.allocate(PROGRAM_BYTES + list.length * INSTRUCTION_BYTES, owner);
  const first = block.address + PROGRAM_BYTES;
  const header = heap.view("int32", block.address, PROGRAM_BYTES / 4);
  header[ProgramField.instructions] = first;
  header[ProgramField.count] = list.length;
  header[ProgramField.state] = state;
  header[ProgramField.steps] = 1;
  const loaded = list.map((words, index) => {
    const place = new Uint32Array(heap.memory.buffer, first + index * INSTRUCTION_BYTES, WORDS);
    place.set(words);
    return place;
  });
  let stepsOf = 1;
  lanes.expect(loaded);
  return {
    address: block.address,
    run(steps) {
      if (steps !== stepsOf) heap.view("int32", block.address, PROGRAM_BYTES / 4)[ProgramField.steps] = steps;
      stepsOf = steps;
      return lanes.run(block.address);
    },
    dispose() {
      heap.free(block);
    },
  };
}

/** Runs a single instruction, now. */
export function runOnce({ heap, kernels }: Engine, words: Instruction, lane = 0, lanes = 1): void {
  const block = heap.allocate(INSTRUCTION_BYTES, "instruction");
  try {
    new Uint32Array(heap.memory.buffer, block.address, WORDS).set(words);
    kernels.execute(block.address, lane, lanes);
  } finally {
    heap.free(block);
  }
}
