import type { Dataset } from "../../src/data/dataset.ts";
import { philox4x32 } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";

/** n points around `classes` corners of a square, as bytes that a scale of 1/255 brings to 0 … 1. */
export function blobs(n: number, { classes = 3, seed = 1 } = {}): Dataset & { readonly scale: number } {
  const x = new Uint8Array(2 * n);
  const t = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const [a, b, c] = philox4x32([i, 0, 0, 0], [seed, 0]);
    const label = c % classes;
    t[i] = label;
    x[2 * i] = (label & 1) * 150 + (a % 106);
    x[2 * i + 1] = (label >> 1) * 150 + (b % 106);
  }
  return { x: tensor(x, [n, 2]), t: tensor(t), scale: 1 / 255 };
}

/** The same points with values to learn: [n, 1], twice the first coordinate. */
export function slope(n: number): Dataset {
  const { x } = blobs(n);
  const values = Float32Array.from({ length: n }, (_, i) => x.data[2 * i]! / 127.5);
  return { x, t: tensor(values, [n, 1]), scale: 1 / 255 };
}
