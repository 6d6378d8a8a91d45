// A graph as a program of its own, for measuring an op by itself.

import { RUN_BYTES } from "../assembly/blocks.ts";
import { type Placement, plan } from "../src/graph/plan.ts";
import type { Value } from "../src/graph/value.ts";
import { type Engine, engine } from "../src/runtime/engine.ts";
import { load } from "../src/runtime/instructions.ts";
import { bytesPerElement, size, type TypedArray } from "../src/tensor.ts";

const OWNER = "bench";

export interface GraphProgram {
  /** Runs the graph so many times. */
  run(times: number): void;
  /** A view of a leaf or an output, good until memory next grows. */
  view(value: Value): TypedArray;
  dispose(): void;
}

/** Lays a graph out as a network's programs do, and puts what is given into its leaves. */
export function program(
  outputs: readonly Value[],
  given: ReadonlyMap<Value, TypedArray>,
  current: Engine = engine(),
): GraphProgram {
  const { heap } = current;
  const state = heap.allocate(RUN_BYTES, OWNER);
  const disposers = [() => heap.free(state)];
  const place = (value: Value): Placement => {
    const block = heap.allocate(size(value.shape) * bytesPerElement(value.dtype), OWNER);
    disposers.push(() => heap.free(block));
    return { value, address: block.address };
  };
  const places = [...outputs, ...given.keys()].map(place);
  const planned = plan(current, places.slice(0, outputs.length), places.slice(outputs.length), OWNER);
  const loaded = load(current, planned.instructions, state.address, OWNER);
  disposers.push(
    () => planned.dispose(),
    () => loaded.dispose(),
  );
  const view = (value: Value) => {
    const { address } = places.find((placement) => placement.value === value)!;
    return heap.view(value.dtype, address, size(value.shape));
  };
  for (const [value, data] of given) view(value).set(data);
  return {
    run: (times) => loaded.run(times),
    view,
    dispose() {
      for (const dispose of disposers) dispose();
    },
  };
}

/** Numbers from −1 to 1 of a fixed sequence. */
export function numbers<A extends Float32Array | Float64Array>(out: A, seed = 1): A {
  let state = seed;
  for (let i = 0; i < out.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state / 2 ** 31 - 1;
  }
  return out;
}

export function floats(dtype: "float32" | "float64", length: number): Float32Array | Float64Array {
  return dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
}
