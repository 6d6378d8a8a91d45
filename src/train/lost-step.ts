import { OptionError } from "../errors.ts";
import { isLost, lostMessage } from "../numeric/difference.ts";
import { size } from "../tensor.ts";
import type { Core } from "./core.ts";

/**
 * Makes sure that the step of a numerical gradient is one: of each parameter the largest element is looked at, in float64, where such a
 * gradient is computed.
 *
 * @param call how messages name the caller
 * @throws OptionError where h is lost in the rounding of some; the message names the largest of them, whose remedy does for all
 */
export function checkStep(call: string, { engine, dtype, parameters }: Core, h: number): void {
  let lost = { name: "", element: -1, value: 0 };
  for (const [i, { value, address }] of parameters.placements().entries()) {
    const data = engine.heap.view(dtype, address, size(value.shape));
    const element = placeOfLargest(data);
    const largest = data[element]!;
    if (Math.abs(largest) > Math.abs(lost.value) && isLost(largest, h)) {
      lost = { name: parameters.names[i]!, element, value: largest };
    }
  }
  if (lost.element < 0) return;
  throw new OptionError(
    `${call}: ${lostMessage(lost.value, h, `element ${lost.element} of the parameter ${lost.name}`)}`,
  );
}

function placeOfLargest(data: ArrayLike<number>): number {
  let place = 0;
  for (let i = 1; i < data.length; i++) if (Math.abs(data[i]!) > Math.abs(data[place]!)) place = i;
  return place;
}
