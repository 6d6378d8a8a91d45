// A lane whose script is a file that has all of kobai at hand. worker.ts has the same as a text, for where there is no file.

import { instantiateSync } from "@assemblyscript/loader";
import { LaneState } from "../../../assembly/blocks.ts";
import type { Kernels, LinkedExtension } from "../wasm.ts";
import { sleepOn } from "./sleep.ts";
import type { LaneTask } from "./worker.ts";

/** Serves lane 0, and does not return. @param ready called before */
export function serveLane({ lane, modules, memory, line }: LaneTask, ready: () => void): void {
  const env = { memory };
  const lanes = { ...sleepOn(memory) };
  const extension = modules.extension
    ? instantiateSync<Pick<LinkedExtension, "execute">>(modules.extension, { env }).exports
    : { execute: () => {} };
  const imports = { env, lanes, extension } as unknown as WebAssembly.Imports;
  const { exports } = instantiateSync<Pick<Kernels, "serve">>(modules.core, imports);
  ready();
  try {
    exports.serve(lane);
  } catch (error) {
    Atomics.store(new Int32Array(memory.buffer), line >> 2, LaneState.failed);
    lanes.wake(line);
    throw error;
  }
}
