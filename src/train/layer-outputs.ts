// What comes out of each layer of a network, for whoever looks into it.

import { input, type Value } from "../graph/value.ts";
import { Composer } from "../runtime/composer.ts";
import { size, type Tensor } from "../tensor.ts";
import { scaledInputs } from "./arguments.ts";
import { type AnyNetwork, coreOf } from "./network.ts";
import { type EachLayer, Pass } from "./pass.ts";

/**
 * The outputs of all layers for samples in inference, by the layers' names, in order; that of a layer that is applied again as "relu1 (2)".
 *
 * @param call how messages name the caller @param x as for `predict`
 * @returns tensors [batch, …]
 * @throws ShapeError where x fits neither form @throws DataError where x holds NaN
 */
export function layerOutputs(call: string, network: AnyNetwork, x: unknown): Record<string, Tensor> {
  const core = coreOf(network);
  const { batch, place } = scaledInputs(call, x, core, network.training.scales);
  return Composer.compose(core, (composer) => {
    const placed = (value: Value) => ({ value, address: composer.room(value) });
    const leaves = core.inputs.map(({ name, shape }) => placed(input(name, [batch, ...shape], core.dtype)));
    const outputs = new Map<string, ReturnType<typeof placed>>();
    const each: EachLayer = ({ name }, output) => {
      let own = name;
      for (let time = 2; outputs.has(own); time++) own = `${name} (${time})`;
      outputs.set(own, placed(output));
    };
    const xs = leaves.map(({ value }) => value);
    core.forward(xs, new Pass(core.call, core, { training: false, each }));
    composer.graph([...outputs.values()], leaves);
    const program = composer.finish();
    const { heap } = core.engine;
    try {
      place((input, length) => heap.view(core.dtype, leaves[input]!.address, length));
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
