import { size, type Tensor } from "../../tensor.ts";
import type { Core } from "../core.ts";
import type { Variables } from "../variables.ts";

/** The tensors of a region that is laid out as variables are, by their names: views of where they lie. */
export function regionsOf(
  { engine, dtype }: Core,
  variables: Variables,
  address = variables.address,
): [name: string, Tensor][] {
  const { names } = variables;
  return variables.placements("values").map(({ value, address: place }, i) => {
    const at = address + place - variables.address;
    const { shape } = value;
    return [names[i]!, { shape: [...shape], dtype, data: engine.heap.view(dtype, at, size(shape)) }];
  });
}
