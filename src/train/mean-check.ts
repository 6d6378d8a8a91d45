import { OptionError } from "../errors.ts";
import { input, type Shape, type Value } from "../graph/value.ts";
import type { Loss } from "../nn/losses.ts";
import { Composer } from "../runtime/composer.ts";
import { bytesPerElement, size } from "../tensor.ts";
import { type Core, lossOf, type TargetType } from "./core.ts";

/** Samples that are measured together and apart: four, since many a loss that is no mean is the mean of two by chance. */
const SAMPLES = 4;

/**
 * How far the loss of all may be from the mean of each one's, as a share of the largest: rounding leaves some 1e-7 in float32, and a sum
 * of a ten-thousandth beside a mean is three of them off.
 */
const TOLERANCE = { float32: 2e-5, float64: 1e-9 };

/**
 * What outputs and targets are made of numbers in (0, 1): probabilities, where a logarithm is taken; large outputs, with targets of 0 and
 * 1 by which a loss may choose what it counts; negative ones.
 */
const trials: readonly Record<"output" | "target", (u: number) => number>[] = [
  { output: (u) => u / 2, target: (u) => u },
  { output: (u) => 4 * u, target: (u) => (u < 0.3 ? 0 : u > 0.8 ? 1 : u) },
  { output: (u) => 1 - 4 * u, target: (u) => (u < 0.5 ? 0 : 1) },
];

/** A loss, or a metric of a user's own. */
type Mean = Pick<Loss, "name" | "forward">;

/**
 * Makes sure that a loss is the mean of its samples' losses, so that a data set can be measured in parts: by trying it on four samples,
 * together and apart.
 *
 * @throws OptionError where it is none
 */
export function checkIsMean(
  call: string,
  core: Core,
  loss: Mean,
  outputShape: Shape,
  target: TargetType,
): void {
  const program = compose(core, loss, outputShape, target);
  try {
    for (const trial of trials) {
      const [together, ...apart] = program.measure(trial) as [number, ...number[]];
      const mean = apart.reduce((sum, each) => sum + each) / SAMPLES;
      const tolerance = TOLERANCE[core.dtype as "float32"] * Math.max(...apart.map(Math.abs));
      // What is not finite here says nothing about what it is there; but no mean is finite where a part of it is not.
      if (!Number.isFinite(together) || Math.abs(together - mean) <= tolerance) continue;
      throw new OptionError(
        `${call}: ${loss.name} of ${SAMPLES} samples is ${together}, but of each alone ${apart.join(", ")}, whose mean is ${mean}: what is ` +
          "measured on a data set, in parts, must be a mean over samples. Take the mean in it, or use net.loss(x, t) for one batch",
      );
    }
  } finally {
    program.dispose();
  }
}

/** A program that gives the loss of all samples, and then of each alone. */
function compose(core: Core, loss: Mean, outputShape: Shape, target: TargetType) {
  const { heap } = core.engine;
  return Composer.compose(core, (composer) => {
    const whole = leaves(core, outputShape, target, SAMPLES);
    const outputs = composer.room(whole.y);
    const targets = composer.room(whole.t);
    const results = composer.allocate((1 + SAMPLES) * 8);
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
    for (let sample = 0; sample < SAMPLES; sample++)
      graph(1 + sample, leaves(core, outputShape, target, 1), sample);
    const fill = ({ shape, dtype }: Value, address: number, from: number, made: (u: number) => number) => {
      const values = heap.view(dtype, address, size(shape));
      const each = values.length / SAMPLES;
      // A power for each sample, so that they differ also where their elements are many.
      for (let i = 0; i < values.length; i++)
        values[i] = made(spread(from + i) ** (1 + Math.floor(i / each)));
    };
    const labels = Int32Array.from({ length: SAMPLES }, (_, i) => i % outputShape[0]!);
    const program = composer.finish();
    return {
      measure(trial: (typeof trials)[number]): number[] {
        fill(whole.y, outputs, 1, trial.output);
        if (target.dtype === "int32") heap.view("int32", targets, SAMPLES).set(labels);
        else fill(whole.t, targets, 100, trial.target);
        program.run(1);
        return Array.from(
          { length: 1 + SAMPLES },
          (_, index) => heap.view(core.dtype, results + 8 * index, 1)[0]!,
        );
      },
      dispose: () => program.dispose(),
    };
  });
}

interface Leaves {
  readonly y: Value;
  readonly t: Value;
}

function leaves({ dtype }: Core, outputShape: Shape, target: TargetType, batch: number): Leaves {
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
