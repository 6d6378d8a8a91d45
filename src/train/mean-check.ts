import { OptionError } from "../errors.ts";
import { input, type Value } from "../graph/value.ts";
import type { Loss } from "../nn/losses.ts";
import { Composer } from "../runtime/composer.ts";
import { bytesPerElement, size } from "../tensor.ts";
import { type Core, lossOf, type TargetType } from "./core.ts";

/**
 * Makes sure that a loss is the mean of its samples' losses, so that a data set can be measured in parts: by trying it on two samples,
 * together and apart.
 *
 * @throws OptionError where it is none
 */
export function checkIsMean(call: string, core: Core, loss: Loss, target: TargetType): void {
  const { heap } = core.engine;
  const program = Composer.compose(core, (composer) => {
    const whole = leaves(core, target, 2);
    const outputs = composer.room(whole.y);
    const targets = composer.room(whole.t);
    const results = composer.allocate(3 * 8);
    const graph = (index: number, { y, t }: Leaves, sample: number) => {
      const value = lossOf(loss, y, t);
      composer.graph(
        [{ value, address: results + 8 * index }],
        [
          { value: y, address: outputs + sample * sizeOf(y) },
          { value: t, address: targets + sample * sizeOf(t) },
        ],
      );
    };
    graph(0, whole, 0);
    graph(1, leaves(core, target, 1), 0);
    graph(2, leaves(core, target, 1), 1);
    const fill = ({ shape, dtype }: Value, address: number, from: number) =>
      composer.write(
        dtype,
        address,
        Array.from({ length: size(shape) }, (_, i) => (dtype === "int32" ? i % 2 : spread(from + i))),
      );
    fill(whole.y, outputs, 1);
    fill(whole.t, targets, 100);
    return { ...composer.finish(), results };
  });
  try {
    program.run(1);
    const [together, first, second] = [0, 1, 2].map(
      (index) => heap.view(core.dtype, program.results + 8 * index, 1)[0]!,
    ) as [number, number, number];
    const tolerance = 1e-3 * Math.max(Math.abs(first), Math.abs(second));
    // What is not finite here says nothing about what it is there.
    if (!(Math.abs(together - (first + second) / 2) > tolerance)) return;
    throw new OptionError(
      `${call}: ${loss.name} of two samples is ${together}, but of each alone ${first} and ${second}: the loss of a data set, which is taken in ` +
        "parts, must be a mean over samples. Take the mean in it, or use net.loss(x, t) for one batch",
    );
  } finally {
    program.dispose();
  }
}

interface Leaves {
  readonly y: Value;
  readonly t: Value;
}

function leaves({ outputShape, dtype }: Core, target: TargetType, batch: number): Leaves {
  return {
    y: input("y", [batch, ...outputShape], dtype),
    t: input("t", [batch, ...target.shape], target.dtype),
  };
}

/** Bytes of one sample, where `value` is a batch of one. */
function sizeOf({ shape, dtype }: Value): number {
  return size(shape) * bytesPerElement(dtype);
}

/** Numbers spread over (0, 1): multiples of the golden ratio's fraction. */
function spread(i: number): number {
  return (i * 0.6180339887498949) % 1;
}
