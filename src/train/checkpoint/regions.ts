import { size, type Tensor } from "../../tensor.ts";
import type { Core } from "../core.ts";

/** The tensors of a region that is laid out as the parameters are, by the parameters' names: views of where they lie. */
export function regionsOf({ parameters, engine, dtype }: Core, address: number): [name: string, Tensor][] {
  const { names } = parameters;
  return parameters.placements("values").map(({ value, address: place }, i) => {
    const at = address + place - parameters.address;
    const { shape } = value;
    return [names[i]!, { shape: [...shape], dtype, data: engine.heap.view(dtype, at, size(shape)) }];
  });
}
