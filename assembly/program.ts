// Running a list of instructions, as often as asked, without leaving wasm.

import { ProgramField, RunField, Status } from "./blocks";
import { execute } from "./execute";
import { INSTRUCTION_BYTES } from "./isa";
import { share } from "./lanes";
import { arg, isShared, pointer } from "./memory";

/**
 * Runs a program's list `steps` times on lane 0, counting RunField.step up after each; the other lanes take part in the instructions that
 * lanes share. Which part depends on lane and number of lanes alone, and no sum depends on either. Returns a Status.
 */
export function run(program: usize): i32 {
  const first = pointer(program, ProgramField.instructions);
  const end = first + <usize>arg(program, ProgramField.count) * INSTRUCTION_BYTES;
  const state = pointer(program, ProgramField.state);
  for (let left = arg(program, ProgramField.steps); left > 0; left--) {
    for (let i = first; i < end; i += INSTRUCTION_BYTES) {
      const status = isShared(i) ? share(i) : execute(i, 0, 1);
      if (status != Status.done) return status;
    }
    store<i32>(state + (RunField.step << 2), load<i32>(state + (RunField.step << 2)) + 1);
  }
  return Status.done;
}
