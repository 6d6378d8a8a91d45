import type * as Kobai from "../../src/index.ts";
import type * as Io from "../../src/io/index.ts";

/**
 * Trains a small network for 200 steps on points that are computed from their indices; the SHA-256 of its weights.
 *
 * A page gets this function as its source text, so it uses nothing but its arguments.
 */
export async function train(
  { adam, crossEntropy, dense, he, sequential, tanh, tensor }: typeof Kobai,
  { sha256 }: typeof Io,
): Promise<string> {
  // Wide enough that threads share the work.
  const net = sequential([dense(200, { weight: he() }), tanh(), dense(4, { weight: he() })], {
    input: [8],
    seed: 42,
  });
  const n = 150;
  const bytes = Uint8Array.from({ length: 8 * n }, (_, i) => (i * i * 31 + i * 7) % 251);
  const labels = Uint8Array.from({ length: n }, (_, i) => (bytes[8 * i] as number) & 3);
  await net.fit(
    { x: tensor(bytes, [n, 8]), t: tensor(labels), scale: 1 / 255 },
    { loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), batchSize: 32, steps: 200 },
  );
  const digest = await sha256(net.params);
  net.dispose();
  return digest;
}
