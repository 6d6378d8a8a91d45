import { size, type Tensor } from "../../tensor.ts";
import type { Core } from "../core.ts";
import type { Variables } from "../variables.ts";

/** The tensors of a region that is laid out as `variables` are, by their names: views of where they lie. */
export function regionOf(
  { engine, dtype }: Core,
  variables: Variables,
  address: number,
): [name: string, Tensor][] {
  const { names } = variables;
  return variables.placements().map(({ value, address: place }, i) => {
    const { shape } = value;
    const data = engine.heap.view(dtype, address + place - variables.address, size(shape));
    return [names[i]!, { shape: [...shape], dtype, data }];
  });
}

/** The network's own: parameters and state. */
export function variablesOf(core: Core): [name: string, Tensor][] {
  // Networks without state have no memory for it.
  const kinds = [core.parameters, core.state].filter(({ names }) => names.length > 0);
  return kinds.flatMap((variables) => regionOf(core, variables, variables.address));
}
