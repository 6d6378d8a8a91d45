import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createGzip, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { fashionMnist, mnist } from "../../src/data/mnist.ts";
import { DataError, OptionError } from "../../src/errors.ts";
import { FileError } from "../../src/io/file-error.ts";
import { skip } from "../runtimes/runtime.ts";
import { folderOf, idx, smallMnist, temporaryFolder } from "./idx-files.ts";

afterEach(() => vi.unstubAllEnvs());

/** Answers a request for a file of this name. */
type Handler = (name: string, response: ServerResponse) => void;

async function serve(handler: Handler): Promise<{ origin: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    handler(new URL(url, "http://localhost").pathname.split("/").at(-1) ?? "", response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

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

  it("takes a URL of a folder", async () => {
    const dir = await folderOf(smallMnist(4, 3));
    const plain = await mnist({ dir });
    for (const url of [pathToFileURL(dir), pathToFileURL(`${dir}/`), pathToFileURL(dir).href]) {
      expect(await mnist({ dir: url })).toEqual(plain);
    }
    expect(await mnist({ dir: dir + "/".repeat(120_000) })).toEqual(plain);
  });

  describe("from an address", () => {
    const files = smallMnist(4, 3);
    const packed = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
    );
    const send =
      (has: Record<string, Uint8Array>, otherwise: (response: ServerResponse) => void): Handler =>
      (name, response) => {
        const bytes = has[name];
        if (bytes) response.end(bytes);
        else otherwise(response);
      };

    it("fetches", async () => {
      const plain = await mnist({ dir: await folderOf(files) });
      const { origin, asked } = await serve(send(files, (response) => response.writeHead(404).end()));
      for (const dir of [`${origin}/sets/`, `${origin}/sets`, new URL(`${origin}/sets/`)]) {
        expect(await mnist({ dir })).toEqual(plain);
      }
      expect(await mnist({ dir: `${origin}/sets/?key=a/b#part` })).toEqual(plain);
      expect(asked.at(-1)).toBe("/sets/t10k-labels-idx1-ubyte?key=a/b");
      expect(await mnist({ dir: origin + "/".repeat(10_000) })).toEqual(plain);
    });

    it.each<[string, (response: ServerResponse) => void, string]>([
      ["404", (response) => response.writeHead(404).end("none"), "404 Not Found"],
      ["403", (response) => response.writeHead(403).end("none"), "403 Forbidden"],
      ["410", (response) => response.writeHead(410).end(), "410 Gone"],
      ["500", (response) => response.writeHead(500).end(), "500 Internal Server Error"],
      ["an empty answer", (response) => response.writeHead(204).end(), "204 No Content"],
      [
        "a page",
        (response) =>
          response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<!doctype html>"),
        "200 OK, but no IDX file: text/html",
      ],
      ["other bytes", (response) => response.end("oops"), "200 OK, but no IDX file"],
      ["a closed door", (response) => response.destroy(), "UND_ERR_SOCKET"],
    ])("goes on to the .gz where a file is missing, as a server says by %s", async (_, otherwise, told) => {
      const { origin } = await serve(send(packed, otherwise));
      expect(await mnist({ dir: origin })).toEqual(await mnist({ dir: await folderOf(files) }));
      const { origin: empty } = await serve(send({}, otherwise));
      const names = ["-idx3-ubyte", "-idx3-ubyte.gz", ".idx3-ubyte", ".idx3-ubyte.gz"].map(
        (end) => `train-images${end} (${told})`,
      );
      await expect(mnist({ dir: empty })).rejects.toThrow(
        new DataError(`${empty}: there is no ${names.slice(0, 3).join(", ")} or ${names[3]}`),
      );
    });

    it("says where nobody listens", async () => {
      await expect(mnist({ dir: "http://127.0.0.1:9" })).rejects.toThrow(
        /^http:\/\/127\.0\.0\.1:9: there is no train-images-idx3-ubyte \(.+\), /,
      );
    });

    it.each(["plain", "gzip"])("reads no further than the header says: %s", async (kind) => {
      let sent = 0;
      let ended = 0;
      const { origin } = await serve((name, response) => {
        if (name.endsWith(".gz") !== (kind === "gzip")) return response.writeHead(404).end();
        const packing = createGzip();
        const out = kind === "gzip" ? packing : response;
        if (kind === "gzip") packing.pipe(response);
        const more = () => {
          sent++;
          if (!response.destroyed && sent < 10_000) out.write(new Uint8Array(65_536), more);
        };
        response.on("close", () => ended++);
        out.write(files[name.replace(".gz", "")], more);
      });
      await expect(mnist({ dir: origin })).rejects.toThrow(
        `${origin}/train-images-idx3-ubyte${kind === "gzip" ? ".gz" : ""}: too long: its header says [4, 2, 3], ` +
          "which takes 40 bytes, the file has more",
      );
      await expect.poll(() => ended).toBe(4);
      expect(sent).toBeLessThan(10_000);
    });

    it.each<[string, number[], number, string]>([
      ["no IDX", [60, 104, 49, 62], 16, "200 OK, but no IDX file"],
      ["IDX of an unknown type", [0, 0, 99, 1], 4, "not an IDX file: it begins with 0x00006301"],
    ])("hangs up where what goes on and on is %s", async (_, head, answers, told) => {
      let ended = 0;
      const { origin } = await serve((_, response) => {
        const more = () => {
          if (!response.destroyed) response.write(new Uint8Array(65_536), more);
        };
        response.on("close", () => ended++);
        response.write(new Uint8Array(head), more);
      });
      await expect(mnist({ dir: origin })).rejects.toThrow(told);
      await expect.poll(() => ended).toBe(answers);
    });

    it("refuses more than a GiB at once", async () => {
      const huge = idx(8, [2 ** 20, 2 ** 5, 2 ** 6], [1, 2, 3]);
      for (const has of [
        { ...files, "train-images-idx3-ubyte": huge },
        { ...packed, "train-images-idx3-ubyte.gz": gzipSync(huge) },
      ]) {
        const { origin } = await serve(send(has, (response) => response.writeHead(404).end()));
        await expect(mnist({ dir: origin })).rejects.toThrow(
          "its header asks for 2147483664 bytes, more than the 1073741824 that are unpacked or fetched; " +
            "where that is meant, name a folder that holds the file itself, unpacked",
        );
      }
    });

    it("says where an answer breaks off", async () => {
      const { origin } = await serve((name, response) => {
        response.writeHead(200, { "content-length": "40" });
        response.write(files[name]?.subarray(0, 20), () => response.destroy());
      });
      await expect(mnist({ dir: origin })).rejects.toThrow(
        `${origin}/train-images-idx3-ubyte: the answer broke off: `,
      );
    });
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

    it("a device in place of a file, and gzip that goes on and on", async () => {
      const dir = await folderOf({ ...files, "train-images-idx3-ubyte": null });
      const path = join(dir, "train-images-idx3-ubyte");
      await symlink("/dev/zero", path);
      await expect(mnist({ dir })).rejects.toThrow(
        new FileError(path, "cannot be read: it is no file, but a device or a pipe"),
      );
      await rm(path);
      const bomb = Buffer.concat([
        Buffer.from(files["train-images-idx3-ubyte"]!),
        new Uint8Array(200_000_000),
      ]);
      await writeFile(`${path}.gz`, gzipSync(bomb, { level: 1 }));
      await expect(mnist({ dir })).rejects.toThrow(
        `${path}.gz: too long: its header says [4, 2, 3], which takes 40 bytes, the file has more`,
      );
      await writeFile(path, idx(8, [2 ** 20, 2 ** 10, 2 ** 10], []));
      await expect(mnist({ dir })).rejects.toThrow(
        `${path}: truncated: its header says [1048576, 1024, 1024], which takes ${2 ** 40 + 16} bytes, the file has 16`,
      );
    });

    it("options that there are not", async () => {
      const wrong = async (options: unknown, message: string) =>
        expect(mnist(options as never)).rejects.toThrow(new OptionError(`mnist: ${message}`));
      await wrong({ onehot: true }, 'there is no option "onehot"; did you mean oneHot?');
      await wrong({ flatten: 1 }, "flatten must be true or false; got 1");
      await wrong({ dir: "" }, 'dir must be a path or an address, a string or a URL; got ""');
      await wrong({ dir: null }, "dir must be a path or an address, a string or a URL; got null");
      await wrong({ dir: "a\0b" }, 'dir is "a\\u0000b", which names no file');
      await wrong("/data", 'options are an object { dir, normalize, oneHot, flatten }; got "/data"');
    });

    it("a folder in place of a file", async () => {
      const { mkdir } = await import("node:fs/promises");
      const dir = await folderOf({ ...files, "train-images-idx3-ubyte": null });
      await mkdir(join(dir, "train-images-idx3-ubyte"));
      await expect(mnist({ dir })).rejects.toThrow(
        `${join(dir, "train-images-idx3-ubyte")}: cannot be read: it is a folder`,
      );
    });
  });
});

describe("fashionMnist", () => {
  it("reads what Debian's package installs: its authors' images and labels", async (context) => {
    if (!existsSync("/usr/share/datasets/fashion-mnist")) {
      skip(context, "Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
    }
    vi.stubEnv("KOBAI_FASHION_MNIST", undefined);
    const { train, test } = await fashionMnist();
    expect(train.x.shape).toEqual([60_000, 784]);
    expect(train).toMatchObject({ scale: 1 / 255, classes: 10 });
    expect([...train.t.data.subarray(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
    const digests = [train.x, train.t, test.x, test.t].map(({ data }) =>
      createHash("sha256")
        .update(data as Uint8Array)
        .digest("hex")
        .slice(0, 16),
    );
    expect(digests).toEqual(["2e487a6c89124f78", "657fbd221bfc9f41", "c867c93ff9536059", "3d0e6c6ea990b53b"]);
  });

  it("reads the folder that KOBAI_FASHION_MNIST names, or that is given", async () => {
    const files = smallMnist(4, 3);
    vi.stubEnv("KOBAI_FASHION_MNIST", await folderOf(files));
    expect((await fashionMnist({ oneHot: true })).train.t.shape).toEqual([4, 10]);
    const dir = await folderOf({ ...files, "t10k-labels-idx1-ubyte": null });
    await expect(fashionMnist({ dir })).rejects.toThrow(DataError);
    await expect(fashionMnist({ dir: "" })).rejects.toThrow(
      new OptionError('fashionMnist: dir must be a path or an address, a string or a URL; got ""'),
    );
  });
});
