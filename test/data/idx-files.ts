// Builds IDX files for the tests.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** The bytes of an IDX file: `type` 8 is uint8. */
export function idx(type: number, shape: readonly number[], elements: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint8(2, type);
  header.setUint8(3, shape.length);
  for (const [i, axis] of shape.entries()) header.setUint32(4 + 4 * i, axis);
  return new Uint8Array([...new Uint8Array(header.buffer), ...elements]);
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kobai-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** The four files of a data set of `height` × `width` images: pixel j of image i is (i + j) mod 256, label i is i mod 10. */
export function smallMnist(
  trainCount: number,
  testCount: number,
  height = 2,
  width = 3,
): Record<string, Uint8Array> {
  const images = (n: number) =>
    idx(
      8,
      [n, height, width],
      Array.from(
        { length: n * height * width },
        (_, i) => (Math.floor(i / (height * width)) + (i % (height * width))) % 256,
      ),
    );
  const labels = (n: number) =>
    idx(
      8,
      [n],
      Array.from({ length: n }, (_, i) => i % 10),
    );
  return {
    "train-images-idx3-ubyte": images(trainCount),
    "train-labels-idx1-ubyte": labels(trainCount),
    "t10k-images-idx3-ubyte": images(testCount),
    "t10k-labels-idx1-ubyte": labels(testCount),
  };
}

/** Writes files into a fresh folder, `null` leaving one out, and returns the folder. */
export async function folderOf(files: Record<string, Uint8Array | null>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) {
    if (bytes !== null) await writeFile(join(folder, name), bytes);
  }
  return folder;
}
