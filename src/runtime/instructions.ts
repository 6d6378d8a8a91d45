import {
  DType,
  INSTRUCTION_BYTES,
  type Op,
  PROGRAM_BYTES,
  ProgramField,
  type Status,
  SWEEP_BYTES,
  Word,
} from "../../assembly/isa.ts";
import type { DTypeName } from "../tensor.ts";
import type { Engine } from "./engine.ts";
import type { Block } from "./heap.ts";

const WORDS = INSTRUCTION_BYTES / 4;

/** One instruction, encoded. */
export type Instruction = Uint32Array;

/** Operands by name: the names of an `…Arg` enum of assembly/isa.ts. */
export type Operands<E> = { readonly [K in Extract<keyof E, string>]: number };

/** Encodes an instruction; `layout` is the enum that says which word an operand goes to, and every one of them must be given. */
export function instruction<E extends Record<string, string | number>>(
  op: Op,
  dtype: DTypeName,
  layout: E,
  operands: Operands<E>,
): Instruction {
  const words = new Uint32Array(WORDS);
  words[Word.op] = op;
  words[Word.dtype] = DType[dtype];
  for (const [name, value] of Object.entries(operands)) words[layout[name] as number] = value as number;
  return words;
}

/** A list of instructions in linear memory, ready to run. */
export interface Program {
  /** Of its header: what another program's instruction runs it by. */
  readonly address: number;
  /** Runs the list `steps` times; returns a Status. */
  run(steps: number): Status;
  dispose(): void;
}

/** Writes instructions into linear memory, and which of them the lanes share. `state` is the address of the run's RunField block, whose step they count up. */
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
  lanes.share(loaded, (address) => heap.view("int32", address, SWEEP_BYTES / 4));
  return {
    address: block.address,
    run(steps) {
      heap.view("int32", block.address, PROGRAM_BYTES / 4)[ProgramField.steps] = steps;
      return lanes.run(block.address);
    },
    dispose() {
      heap.free(block);
    },
  };
}

/** Runs a single instruction, now. */
export function runOnce({ heap, kernels }: Engine, words: Instruction): void {
  const block = heap.allocate(INSTRUCTION_BYTES, "instruction");
  try {
    new Uint32Array(heap.memory.buffer, block.address, WORDS).set(words);
    kernels.execute(block.address, 0, 1);
  } finally {
    heap.free(block);
  }
}
