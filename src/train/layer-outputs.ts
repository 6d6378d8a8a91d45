// What comes out of each layer of a network, for whoever looks into it.

import { input, type Value } from "../graph/value.ts";
import { Composer } from "../runtime/composer.ts";
import { size, type Tensor, type TensorLike } from "../tensor.ts";
import { scaledInputs } from "./arguments.ts";
import { coreOf, type Network } from "./network.ts";
import { type EachLayer, Pass } from "./pass.ts";

/**
 * The outputs of all layers for samples, by the layers' names, in order.
 *
 * @param call how messages name the caller @param x [batch, …input], or one sample; bytes are scaled as `predict` scales them
 * @returns tensors [batch, …]
 * @throws ShapeError where x fits neither form @throws DataError where x holds NaN
 */
export function layerOutputs(call: string, network: Network, x: TensorLike): Record<string, Tensor> {
  const core = coreOf(network);
  const { batch, length, place } = scaledInputs(call, x, core, network.training.scale);
  return Composer.compose(core, (composer) => {
    const placed = (value: Value) => ({ value, address: composer.room(value) });
    const leaf = placed(input("x", [batch, ...core.inputShape], core.dtype));
    const outputs = new Map<string, ReturnType<typeof placed>>();
    const each: EachLayer = ({ name }, output) => outputs.set(name, placed(output));
    core.forward(leaf.value, new Pass(core, { training: false, each }));
    composer.graph([...outputs.values()], [leaf]);
    const program = composer.finish();
    const { heap } = core.engine;
    try {
      place(heap.view(core.dtype, leaf.address, length));
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
