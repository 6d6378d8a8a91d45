// Long steps in parts. A step by numerical gradient takes from milliseconds to minutes, and other things want to run meanwhile.

import {
  PROGRAM_BYTES,
  ProgramField,
  RUN_BYTES,
  Status,
  SWEEP_BYTES,
  SweepField,
} from "../../assembly/blocks.ts";
import { INSTRUCTION_BYTES, Op, Word } from "../../assembly/isa/index.ts";
import { SweepAffineArg, SweepElementsArg } from "../../assembly/isa/sweep.ts";
import type { Program } from "../runtime/instructions.ts";
import type { Disposable } from "../runtime/resources.ts";
import { SLICE_MS, type Slicer } from "../runtime/slices.ts";
import type { Core } from "./core.ts";

/** What a fit runs: steps, many to a call, or several calls to a step. */
export interface Steps extends Disposable {
  /** Runs so many steps. Where it runs in parts, it ends early when the slice is over, and the next call goes on from there. */
  run(steps: number, slicer: Slicer): Status;
  /** how much of a step that is under way has been done, from 0 to 1 */
  readonly share?: number;
}

/** A sweep, or the instructions before, between or behind sweeps. */
interface Part {
  /** where they lie, and how many */
  readonly first: number;
  count: number;
  microseconds: number;
  /** of a sweep: how many elements it has, how many of them go into one call, and its words */
  readonly end: number;
  readonly most: number;
  words(): Int32Array;
}

/** Reads the 32-bit words at an address. */
type Read = (address: number) => ArrayLike<number>;

/** What an instruction takes besides its work, in microseconds. */
const OVERHEAD = 0.1;
/** What it takes to move an element of a sweep's `out` and to put it back, in nanoseconds. */
const MOVE = 1;
/** Copying exponentials takes as long as an element of a sweep does: so many share a copy, at least. */
const LEAST = 8;

/**
 * Makes the steps of a program run in parts of a few milliseconds, whose bits are those of the whole; or leaves the program as it is, where a
 * step is no longer than that. The last part alone updates parameters and counts the step.
 *
 * @param program remains its owner's to dispose of
 * @param state the address of the program's RunField block
 */
export function inParts({ engine, owner }: Core, program: Program, state: number): Steps {
  const { heap, lanes } = engine;
  const words = (address: number, bytes: number) => new Uint32Array(heap.memory.buffer, address, bytes / 4);
  const read = (address: number) => words(address, SWEEP_BYTES);
  const instructionsOf = (address: number): number[] => {
    const header = words(address, PROGRAM_BYTES);
    const first = header[ProgramField.instructions]!;
    return Array.from({ length: header[ProgramField.count]! }, (_, i) => first + i * INSTRUCTION_BYTES);
  };
  const microsecondsOf = (address: number): number => {
    const own = words(address, INSTRUCTION_BYTES);
    const [rest, moved] = restOf(own, read);
    if (!rest) return OVERHEAD + own[Word.nanoseconds]! / 1000;
    const ofRest = instructionsOf(rest).reduce((sum, inner) => sum + microsecondsOf(inner), moved);
    return 2 * elementsOf(own) * ofRest;
  };

  const longest = SLICE_MS * 1000;
  const parts: Part[] = [];
  for (const first of instructionsOf(program.address)) {
    const own = words(first, INSTRUCTION_BYTES);
    const microseconds = microsecondsOf(first);
    const last = parts.at(-1);
    // Others may read and write what the network has between calls: not between the gradients' arrival and the update.
    if (last && last.end === 0 && !isSweep(own)) {
      last.count++;
      last.microseconds += microseconds;
    } else {
      parts.push({
        first,
        count: 1,
        microseconds,
        end: isSweep(own) ? elementsOf(own) : 0,
        most: elementsOfCall(own, longest / microseconds, read),
        words: heap.lastingView("int32", first, INSTRUCTION_BYTES / 4),
      });
    }
  }
  const total = parts.reduce((sum, { microseconds }) => sum + microseconds, 0);
  if (total <= longest) return program;

  // Parts that do not end the step count up in a state of their own.
  const block = heap.allocate(PROGRAM_BYTES + RUN_BYTES, owner);
  const header = heap.lastingView("int32", block.address, PROGRAM_BYTES / 4);
  header()[ProgramField.steps] = 1;
  /** the part to run next, and the element to go on with */
  let at = 0;
  let from = 0;
  const runPart = (): Status => {
    const { first, count, end, most, words } = parts[at]!;
    if (end > 0) {
      const own = words();
      own[SweepAffineArg.from] = from;
      from = Math.min(end, from + most);
      own[SweepAffineArg.to] = from;
    }
    const ends = from === end;
    if (ends) {
      from = 0;
      at = (at + 1) % parts.length;
    }
    const fields = header();
    fields[ProgramField.instructions] = first;
    fields[ProgramField.count] = count;
    fields[ProgramField.state] = ends && at === 0 ? state : block.address + PROGRAM_BYTES;
    return lanes.run(block.address);
  };
  return {
    run(steps, slicer) {
      let status = Status.done;
      for (let left = steps; left > 0; ) {
        status = runPart();
        if (status !== Status.done || slicer.over) break;
        if (at === 0 && from === 0) left--;
      }
      return status;
    },
    get share() {
      const { microseconds, end } = parts[at]!;
      const begun = (microseconds * from) / Math.max(1, end);
      return parts.slice(0, at).reduce((sum, part) => sum + part.microseconds, begun) / total;
    },
    dispose: () => heap.free(block),
  };
}

function isSweep(words: Uint32Array): boolean {
  return words[Word.op] === Op.sweepAffine || words[Word.op] === Op.sweepElements;
}

function elementsOf(words: Uint32Array): number {
  return words[SweepAffineArg.to]! - words[SweepAffineArg.from]!;
}

/** The program that a sweep runs for each side of each element, and how many microseconds it takes to move what that reads; 0 for none. */
function restOf(words: Uint32Array, read: Read): [program: number, microseconds: number] {
  if (words[Word.op] === Op.sweepElements) return [words[SweepElementsArg.program]!, 0];
  if (words[Word.op] !== Op.sweepAffine) return [0, 0];
  const fields = read(words[SweepAffineArg.sweep]!);
  return [fields[SweepField.program]!, (MOVE * fields[SweepField.m]! * fields[SweepField.p]!) / 1000];
}

/** How many elements of a sweep go into a call, which has time for a `share` of them. */
function elementsOfCall(words: Uint32Array, share: number, read: Read): number {
  const [rest] = restOf(words, read);
  const most = Math.max(rest ? 1 : LEAST, Math.floor(elementsOf(words) * share));
  // Lanes share whole rows best.
  const row = words[Word.op] === Op.sweepAffine ? read(words[SweepAffineArg.sweep]!)[SweepField.n]! : 1;
  return most > row ? most - (most % row) : most;
}
