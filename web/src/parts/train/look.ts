// What is shown of a network at one step, asked of the worker while it trains.

import type { NamedTensors, Tensor } from "kobai";
import { tensor } from "../../shared/tensor.ts";
import type { Trainer } from "./trainer.ts";

/** Cells of the plane in each direction. */
export const CELLS = 40;
/** How far the plane reaches from 0. */
export const REACH = 1.2;
/** Samples whose activations and gradients are shown. */
const SAMPLES = 100;

export interface Look {
  readonly step: number;
  /** of points of the plane: outputs of all layers in its cells, row by row from the upper left */
  readonly plane?: Readonly<Record<string, Tensor>>;
  /** what the test set is taken for */
  readonly classes: Uint8Array;
  /** of the first layer */
  readonly weight?: Tensor;
  readonly activations: Readonly<Record<string, Tensor>>;
  readonly gradients: NamedTensors;
}

/** The first samples, kept here: the data itself is moved into the worker. */
export interface Samples {
  readonly x: Tensor;
  readonly t: Tensor;
}

const cells = tensor(
  Float32Array.from({ length: CELLS * CELLS * 2 }, (_, i) => {
    const cell = i >> 1;
    const place = i % 2 === 0 ? cell % CELLS : CELLS - 1 - Math.floor(cell / CELLS);
    return (2 * REACH * (place + 0.5)) / CELLS - REACH;
  }),
  [CELLS * CELLS, 2],
);

export function firstSamples({ x, t, scale = 1 }: Samples & { readonly scale?: number }): Samples {
  const n = Math.min(SAMPLES, x.shape[0]!);
  const data = Float32Array.from(
    x.data.subarray(0, (n * x.data.length) / x.shape[0]!),
    (each) => each * scale,
  );
  return {
    x: tensor(data, [n, ...x.shape.slice(1)]),
    t: { ...t, shape: [n], data: t.data.slice(0, n) },
  };
}

export async function look(trainer: Trainer, { x, t }: Samples): Promise<Look> {
  const { net, step, data } = trainer;
  const [activations, gradients, plane, classes, params] = await Promise.all([
    net.outputs(x),
    net.gradient(x, t, "crossEntropy"),
    data.points && net.outputs(cells),
    trainer.predictTest(),
    data.images && net.params(),
  ]);
  const weight = params && Object.values(params)[0];
  return {
    step,
    activations,
    gradients,
    classes,
    ...(plane && { plane }),
    ...(weight && { weight }),
  };
}
