// What comes out of each layer of a network, for whoever looks into it.

import { input, type Value } from "../graph/value.ts";
import { Composer } from "../runtime/composer.ts";
import { size, type Tensor, type TensorLike } from "../tensor.ts";
import { toInputs } from "./arguments.ts";
import type { Core } from "./core.ts";
import { checkFinite } from "./targets.ts";

/**
 * The outputs of all layers for samples, by the layers' names, in order.
 *
 * @param call how messages name the caller @param x [batch, …input], or one sample
 * @returns tensors [batch, …]
 * @throws ShapeError where x fits neither form @throws DataError where x holds NaN
 */
export function layerOutputs(call: string, core: Core, x: TensorLike): Record<string, Tensor> {
  const { batch, values } = toInputs(call, x, core);
  checkFinite(call, "x", values, core.dtype, { perSample: size(core.inputShape) });
  return Composer.compose(core, (composer) => {
    const placed = (value: Value) => ({ value, address: composer.room(value) });
    const leaf = placed(input("x", [batch, ...core.inputShape], core.dtype));
    const outputs = new Map<string, ReturnType<typeof placed>>();
    core.forward(leaf.value, ({ name }, output) => outputs.set(name, placed(output)));
    composer.graph([...outputs.values()], [leaf]);
    const program = composer.finish();
    const { heap } = core.engine;
    try {
      heap.view(core.dtype, leaf.address, values.data.length).set(values.data);
      program.run(1);
      return Object.fromEntries(
        Array.from(outputs, ([name, { value, address }]) => [
          name,
          {
            shape: [...value.shape],
            dtype: value.dtype,
            data: heap.view(value.dtype, address, size(value.shape)).slice(),
          },
        ]),
      );
    } finally {
      program.dispose();
    }
  });
}
