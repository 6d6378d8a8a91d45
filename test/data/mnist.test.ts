import { createServer } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { mnist } from "../../src/data/mnist.ts";
import { DataError } from "../../src/errors.ts";
import { folderOf, idx, smallMnist, temporaryFolder } from "./idx-files.ts";

afterEach(() => vi.unstubAllEnvs());

describe("mnist", () => {
  it("reads the installed package: 60,000 and 10,000 images, scaled and flat", async () => {
    vi.stubEnv("KOBAI_DATA", undefined);
    const { train, test } = await mnist();
    expect(train.x.shape).toEqual([60_000, 784]);
    expect(train.x.dtype).toBe("uint8");
    expect(train.scale).toBe(1 / 255);
    expect(train.classes).toBe(10);
    expect(train.t.dtype).toBe("uint8");
    expect([...train.t.data.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect(test.x.shape).toEqual([10_000, 784]);
    expect([...test.t.data.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    let dark = 0;
    for (const value of train.x.data) if (value === 0) dark++;
    expect(dark / train.x.data.length).toBeCloseTo(0.8088, 3);
  });

  it("shapes the data as asked", async () => {
    const dir = await folderOf(smallMnist(12, 10));
    const { train, test } = await mnist({ dir, normalize: false, oneHot: true, flatten: false });
    expect(train.x.shape).toEqual([12, 1, 2, 3]);
    expect(train).not.toHaveProperty("scale");
    expect(train.t).toMatchObject({ shape: [12, 10], dtype: "float32" });
    expect([...train.t.data.subarray(30, 40)]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    expect(train.t.data.filter((value) => value === 1).length).toBe(12);
    expect(test.x.shape).toEqual([10, 1, 2, 3]);
    expect([...test.x.data.subarray(6, 12)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("accepts dots in names, gzip, and a mixture", async () => {
    const files = smallMnist(4, 3);
    const plain = await mnist({ dir: await folderOf(files) });
    const dir = await folderOf({
      "train-images.idx3-ubyte": files["train-images-idx3-ubyte"]!,
      "train-labels-idx1-ubyte.gz": gzipSync(files["train-labels-idx1-ubyte"]!),
      "t10k-images.idx3-ubyte.gz": gzipSync(files["t10k-images-idx3-ubyte"]!),
      "t10k-labels-idx1-ubyte": files["t10k-labels-idx1-ubyte"]!,
    });
    expect(await mnist({ dir })).toEqual(plain);
    expect(await mnist({ dir: `${dir}/` })).toEqual(plain);
  });

  it("reads the folder that KOBAI_DATA names", async () => {
    vi.stubEnv("KOBAI_DATA", await folderOf(smallMnist(4, 3)));
    expect((await mnist()).train.x.shape).toEqual([4, 6]);
  });

  it("counts more classes where labels reach higher", async () => {
    const dir = await folderOf({
      ...smallMnist(4, 3),
      "train-labels-idx1-ubyte": idx(8, [4], [0, 1, 25, 2]),
    });
    const { test } = await mnist({ dir, oneHot: true });
    expect(test.classes).toBe(26);
    expect(test.t.shape).toEqual([3, 26]);
  });

  it("fetches from an address", async () => {
    const files = smallMnist(4, 3);
    const server = createServer((request, response) => {
      const bytes = files[request.url!.split("/sets/")[1] ?? ""];
      response.writeHead(bytes ? 200 : request.url!.includes("broken") ? 500 : 404).end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const origin = `http://127.0.0.1:${typeof address === "object" && address?.port}`;
    expect(await mnist({ dir: `${origin}/sets/` })).toEqual(await mnist({ dir: await folderOf(files) }));
    await expect(mnist({ dir: `${origin}/else` })).rejects.toThrow(
      `${origin}/else: there is no train-images-idx3-ubyte, `,
    );
    await expect(mnist({ dir: `${origin}/broken` })).rejects.toThrow(
      `${origin}/broken/train-images-idx3-ubyte: the server answered 500`,
    );
  });

  describe("refuses", () => {
    const files = smallMnist(4, 3);
    it.each<[string, Record<string, Uint8Array | null>, (path: (name: string) => string) => string]>([
      [
        "a missing file",
        { "t10k-labels-idx1-ubyte": null },
        (path) =>
          `${path("")}: there is no t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte or t10k-labels.idx1-ubyte.gz`,
      ],
      [
        "counts that differ",
        { "train-labels-idx1-ubyte": idx(8, [5], [0, 1, 2, 3, 4]) },
        (path) =>
          `${path("train-images-idx3-ubyte")} holds 4 images, but ${path("train-labels-idx1-ubyte")} holds 5 labels`,
      ],
      [
        "test counts that differ",
        { "t10k-images-idx3-ubyte": smallMnist(1, 2)["t10k-images-idx3-ubyte"]! },
        (path) =>
          `${path("t10k-images-idx3-ubyte")} holds 2 images, but ${path("t10k-labels-idx1-ubyte")} holds 3 labels`,
      ],
      [
        "test images of another size",
        { "t10k-images-idx3-ubyte": smallMnist(4, 3, 3, 3)["t10k-images-idx3-ubyte"]! },
        (path) =>
          `${path("t10k-images-idx3-ubyte")}: its images are [3, 3], those of ${path("train-images-idx3-ubyte")} are [2, 3]`,
      ],
      [
        "labels in place of images",
        { "train-images-idx3-ubyte": files["train-labels-idx1-ubyte"]! },
        (path) =>
          `${path("train-images-idx3-ubyte")}: it holds uint8 [4], where uint8 with 3 axes is expected`,
      ],
      [
        "labels of another type",
        { "train-labels-idx1-ubyte": idx(9, [4], [0, 1, 2, 3]) },
        (path) =>
          `${path("train-labels-idx1-ubyte")}: it holds int32 [4], where uint8 with 1 axis is expected`,
      ],
      [
        "no images at all",
        { "train-images-idx3-ubyte": idx(8, [0, 2, 3], []) },
        (path) => `${path("train-images-idx3-ubyte")}: it is empty: its shape is [0, 2, 3]`,
      ],
      [
        "a truncated file",
        { "t10k-images-idx3-ubyte": files["t10k-images-idx3-ubyte"]!.subarray(0, 20) },
        (path) =>
          `${path("t10k-images-idx3-ubyte")}: truncated: its header says [3, 2, 3], which takes 34 bytes, the file has 20`,
      ],
    ])("%s", async (_, changes, message) => {
      const dir = await folderOf({ ...files, ...changes });
      const path = (name: string) => (name ? join(dir, name) : dir);
      await expect(mnist({ dir })).rejects.toThrow(new DataError(message(path)));
    });

    it("a folder that does not exist, or is a file", async () => {
      const dir = await temporaryFolder();
      await expect(mnist({ dir: join(dir, "none") })).rejects.toThrow(
        "there is no train-images-idx3-ubyte, ",
      );
      const file = join(await folderOf(files), "train-images-idx3-ubyte");
      await expect(mnist({ dir: file })).rejects.toThrow("there is no train-images-idx3-ubyte, ");
    });

    it("a folder in place of a file", async () => {
      const { mkdir } = await import("node:fs/promises");
      const dir = await folderOf({ ...files, "train-images-idx3-ubyte": null });
      await mkdir(join(dir, "train-images-idx3-ubyte"));
      await expect(mnist({ dir })).rejects.toThrow(
        `${join(dir, "train-images-idx3-ubyte")}: cannot be read: EISDIR`,
      );
    });
  });
});
