import { type Dataset, tensor } from "../../src/index.ts";

/** A small data set that is computed from its indices: 60 points of 4 numbers, 3 classes. */
export function points(): Dataset {
  const x = Float32Array.from({ length: 240 }, (_, i) => ((i * i * 31 + i * 7) % 251) / 125 - 1);
  const t = Uint8Array.from({ length: 60 }, (_, i) => Math.floor((x[4 * i]! + 1) * 1.5));
  return { x: tensor(x, [60, 4]), t: tensor(t) };
}
