// Runs graphs in wasm for the tests: plans them, and executes the instructions one lane after the other.

import { ConvolutionArg } from "../../assembly/isa/conv.ts";
import { MatmulArg } from "../../assembly/isa/gemm.ts";
import { ExtensionOp, INSTRUCTION_BYTES, Op, Word } from "../../assembly/isa/index.ts";
import { GroupNormArg, GroupNormGradientArg } from "../../assembly/isa/normalize.ts";
import { type Plan, plan } from "../../src/graph/plan.ts";
import type { Value } from "../../src/graph/value.ts";
import { engine } from "../../src/runtime/engine.ts";
import type { Block } from "../../src/runtime/heap.ts";
import type { Instruction } from "../../src/runtime/instructions.ts";
import { bytesPerElement, size, type TypedArray } from "../../src/tensor.ts";
import { sameBytes } from "../same-bits.ts";

/** Instructions that use scratch, and where they say how much of it a lane has. */
const workspaces = new Map<number, number>([
  [Op.matmul, MatmulArg.workspaceBytes],
  [ExtensionOp.groupNorm, GroupNormArg.workspaceBytes],
  [ExtensionOp.groupNormGradient, GroupNormGradientArg.workspaceBytes],
  [ExtensionOp.convolve, ConvolutionArg.workspaceBytes],
  [ExtensionOp.convolveInputGradient, ConvolutionArg.workspaceBytes],
  [ExtensionOp.convolveWeightGradient, ConvolutionArg.workspaceBytes],
]);

/** Bytes after each output that must stay as they are. */
const GUARD = 64;
const PATTERN = 0xa5;

export interface Execution {
  readonly results: TypedArray[];
  readonly instructions: readonly Instruction[];
  readonly arenaBytes: number;
}

/**
 * The elements of `values`, computed in wasm.
 *
 * @param given the elements of the leaves that they need
 * @param lanes how many lanes share each instruction: here they take turns, which must make no difference
 * @throws where an instruction wrote past the end of an output or changed a leaf
 */
export function execute(
  values: readonly Value[],
  given: ReadonlyMap<Value, TypedArray>,
  lanes = 1,
): Execution {
  const { heap, kernels } = engine();
  const blocks: Block[] = [];
  const allocate = (bytes: number): number => {
    const block = heap.allocate(bytes, "test");
    blocks.push(block);
    return block.address;
  };
  const bytesOf = (value: Value) => size(value.shape) * bytesPerElement(value.dtype);
  const leaves = [...given].map(([value, data]) => {
    const address = allocate(bytesOf(value));
    heap.view(value.dtype, address, data.length).set(data);
    return { value, address };
  });
  const outputs = values.map((value) => {
    const bytes = bytesOf(value) + GUARD;
    const address = allocate(bytes);
    heap.view("uint8", address, bytes).fill(PATTERN);
    return { value, address };
  });
  let planned: Plan | undefined;
  try {
    planned = plan(engine(), outputs, leaves, "test");
    const cell = allocate(INSTRUCTION_BYTES);
    for (const instruction of planned.instructions) {
      const words = new Uint32Array(heap.memory.buffer, cell, instruction.length);
      words.set(instruction);
      // A plan has scratch for one lane; since the lanes take turns, all of them may use that.
      const workspaceBytes = workspaces.get(words[Word.op]!);
      if (workspaceBytes) words[workspaceBytes] = 0;
      for (let lane = 0; lane < lanes; lane++) kernels.execute(cell, lane, lanes);
    }
    for (const { value, address } of outputs) {
      const after = heap.view("uint8", address + bytesOf(value), GUARD);
      if (after.some((byte) => byte !== PATTERN))
        throw new Error("an instruction wrote past an output's end");
    }
    for (const { value, address } of leaves) {
      const now = heap.view(value.dtype, address, size(value.shape));
      if (!sameBytes(now, given.get(value)!)) throw new Error("an instruction changed a leaf");
    }
    const results = outputs.map(({ value, address }) =>
      heap.view(value.dtype, address, size(value.shape)).slice(),
    );
    return { results, instructions: planned.instructions, arenaBytes: planned.arenaBytes };
  } finally {
    planned?.dispose();
    for (const block of blocks) heap.free(block);
  }
}

/** The ops of a list of instructions, by name. */
export function opNames(instructions: readonly Instruction[]): string[] {
  return instructions.map(({ [Word.op]: op }) => Op[op!] ?? ExtensionOp[op!]!);
}
