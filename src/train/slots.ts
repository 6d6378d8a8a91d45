import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { Disposable } from "../runtime/resources.ts";
import type { Core } from "./core.ts";

/** An optimizer's state in memory. */
export interface Slots extends Disposable {
  /** whose it is; undefined where it was read from a checkpoint: the next optimizer that keeps such a state goes on with it */
  optimizer: Optimizer | undefined;
  readonly name: string;
  /** its regions of state by name, one behind the other, each laid out as the parameters are */
  readonly regions: readonly string[];
  readonly address: number;
}

/** A new one, of zeros. */
export function slots({ engine, owner, parameters }: Core, name: string, regions: readonly string[]): Slots {
  const block = engine.heap.allocate(regions.length * parameters.bytes, `${owner}: optimizer`);
  return {
    optimizer: undefined,
    name,
    regions,
    address: block.address,
    dispose: () => engine.heap.free(block),
  };
}
