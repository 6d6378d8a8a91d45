import type { Optimizer } from "../nn/optimizers.ts";
import type { Disposable } from "../runtime/resources.ts";
import type { Core } from "./core.ts";

/** An optimizer's state in memory. */
export interface Slots extends Disposable {
  /** whose it is; undefined where it was read from a checkpoint: the next optimizer that keeps such a state goes on with it */
  optimizer: Optimizer | undefined;
  readonly name: string;
  /** regions of state, one behind the other, each laid out as the parameters are */
  readonly count: number;
  readonly address: number;
}

/** A new one, of zeros. */
export function slots({ engine, owner, parameters }: Core, name: string, count: number): Slots {
  const block = engine.heap.allocate(count * parameters.bytes, `${owner}: optimizer`);
  return {
    optimizer: undefined,
    name,
    count,
    address: block.address,
    dispose: () => engine.heap.free(block),
  };
}
