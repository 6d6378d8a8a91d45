import { check } from "../check.ts";
import { StateError } from "../errors.ts";
import type { TypedArray } from "../tensor.ts";
import { type AnyNetwork, coreOf, networkRule } from "./network.ts";
import type { NamedTensors } from "./variables.ts";

/**
 * The moving average of a network's weights, which the last fit's optimizer keeps (`movingAverage`): copies, by parameter name. Of frozen
 * parameters, and before the first update, it is what they are.
 *
 * @throws StateError where the optimizer keeps none @throws OptionError where it is no network
 * @example
 * ```ts
 * import { adam, averaged, crossEntropy, movingAverage } from "kobai";
 * await net.fit(train, { loss: crossEntropy(), optimizer: adam({ with: [movingAverage(0.9)] }), epochs: 3 });
 * averaged(net)["dense1.bias"].shape; // [10]
 * ```
 */
export function averaged(net: AnyNetwork): NamedTensors {
  const found = averagesOf("averaged", net);
  const { params } = net;
  return Object.fromEntries(
    Object.entries(params).map(([name, tensor]) => {
      const average = found.get(name)?.();
      return [name, average ? { ...tensor, data: average.slice() } : tensor];
    }),
  );
}

/**
 * Exchanges a network's weights and their moving average, until it is called again: to measure the average, or to go on with it. A fit
 * under way goes on from what it finds.
 *
 * @throws StateError as `averaged`
 * @example
 * ```ts
 * import { crossEntropy, movingAverage, sgd, swapAverage } from "kobai";
 * await net.fit(train, { loss: crossEntropy(), optimizer: sgd({ with: [movingAverage(0.9)] }), epochs: 3 });
 * swapAverage(net);
 * const { accuracy } = await net.evaluate(test);
 * swapAverage(net);
 * ```
 */
export function swapAverage(net: AnyNetwork): void {
  const averages = averagesOf("swapAverage", net);
  const { params } = net;
  for (const [name, view] of averages) {
    const kept = view().slice();
    view().set(params[name]!.data);
    params[name] = { ...params[name]!, data: kept };
  }
}

/** A view of the average of each parameter that has one: of a frozen one nothing was written. */
function averagesOf(call: string, net: AnyNetwork): ReadonlyMap<string, () => TypedArray> {
  check(call, "net", net, networkRule);
  const { engine, dtype, parameters } = coreOf(net);
  const { slots } = net.training;
  const index = slots?.regions.indexOf("average") ?? -1;
  if (!slots || index < 0) {
    throw new StateError(
      `${call}: the network has no moving average of its weights: fit it with an optimizer that keeps one, such as sgd({ with: [movingAverage()] })`,
    );
  }
  const region = slots.address + index * parameters.bytes;
  return new Map(
    parameters.layout
      .map(({ name, offset, n }) => [name, () => engine.heap.view(dtype, region + offset, n)] as const)
      .filter(([, view]) => view().some((element) => element !== 0)),
  );
}
