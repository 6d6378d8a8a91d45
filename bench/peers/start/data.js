// What the first step of work 1 works on: as many images as a batch, of which a fifth is not zero, and their labels.

export const BATCH = 100;
export const LAYERS = [784, 50, 10];
export const LEARNING_RATE = 0.1;

export const images = Uint8Array.from({ length: BATCH * 784 }, (_, i) => (i % 5 === 0 ? (i * 31) % 256 : 0));
export const labels = Uint8Array.from({ length: BATCH }, (_, i) => i % 10);

export function scaled() {
  return Float32Array.from(images, (byte) => byte / 255);
}

export function oneHot() {
  const rows = new Float32Array(BATCH * 10);
  for (let i = 0; i < BATCH; i++) rows[10 * i + labels[i]] = 1;
  return rows;
}
