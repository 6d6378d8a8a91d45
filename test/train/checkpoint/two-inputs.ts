// A network of two inputs and two outputs with everything whose bits depend on where training stands, and data for it.

import {
  batchNorm,
  binaryCrossEntropy,
  crossEntropy,
  dense,
  dropout,
  he,
  model,
  relu,
  tensor,
} from "../../../src/index.ts";
import { add, concatenate, multiply } from "../../../src/ops.ts";
import { philox4x32 } from "../../../src/random.ts";

export interface Sizes {
  /** units of the layer that is used twice */
  readonly units?: number;
  readonly dtype?: "float32" | "float64";
  readonly seed?: number;
}

/** Branches that meet, a layer that is applied twice, dropout and batch normalization. */
export const twoInputs = ({ units = 6, dtype = "float32", seed = 5 }: Sizes = {}) => {
  const twice = dense(units, { weight: he() });
  return model(
    ({ image, extra }, apply) => {
      const seen = apply(batchNorm(), apply(dense(units, { weight: he() }), image));
      const joined = add(seen, apply(dense(units), extra));
      const deep = apply(dropout(0.2), apply(relu(), apply(twice, apply(relu(), apply(twice, joined)))));
      const both = concatenate([deep, multiply(joined, deep)], { axis: 1 });
      return { digit: apply(dense(3), both), even: apply(dense(1), deep) };
    },
    { inputs: { image: [4], extra: [2] }, seed, dtype },
  );
};

export const losses = {
  digit: crossEntropy(),
  even: { loss: binaryCrossEntropy(), weight: 0.5 },
};

/** n samples, an image as bytes. */
export function pairs(n: number, seed = 1) {
  const image = new Uint8Array(4 * n);
  const extra = new Float32Array(2 * n);
  const digit = new Uint8Array(n);
  const even = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const [a, b, c, d] = philox4x32([i, 0, 0, 0], [seed, 0]);
    digit[i] = a % 3;
    even[i] = digit[i] === 1 ? 0 : 1;
    for (let k = 0; k < 4; k++) image[4 * i + k] = (k === a % 3 ? 100 : 0) + ((b >>> (8 * k)) & 127);
    extra[2 * i] = (c % 100) / 100;
    extra[2 * i + 1] = (d % 100) / 100 + even[i]!;
  }
  return {
    x: { image: tensor(image, [n, 4]), extra: tensor(extra, [n, 2]) },
    t: { digit: tensor(digit), even: tensor(even) },
    scale: { image: 1 / 255 },
    classNames: { digit: ["零", "one", "two"], even: ["odd", "even"] },
  };
}
