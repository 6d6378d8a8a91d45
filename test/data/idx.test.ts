import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decompress, parseIdx } from "../../src/data/index.ts";
import { DataError } from "../../src/errors.ts";
import { idx } from "./idx-files.ts";

describe("parseIdx", () => {
  it("reads bytes with their shape", () => {
    expect(parseIdx(idx(8, [2, 3], [1, 2, 3, 4, 5, 255]))).toEqual({
      shape: [2, 3],
      dtype: "uint8",
      data: new Uint8Array([1, 2, 3, 4, 5, 255]),
    });
  });

  it("reads every other element type, big-endian", () => {
    expect(parseIdx(idx(9, [2], [0xff, 0x7f]))).toMatchObject({
      dtype: "int32",
      data: new Int32Array([-1, 127]),
    });
    expect(parseIdx(idx(11, [2], [0xff, 0xfe, 1, 0])).data).toEqual(new Int32Array([-2, 256]));
    expect(parseIdx(idx(12, [1], [0x80, 0, 0, 1])).data).toEqual(new Int32Array([-(2 ** 31) + 1]));
    expect(parseIdx(idx(13, [1], [0x3f, 0x80, 0, 0]))).toMatchObject({
      dtype: "float32",
      data: new Float32Array([1]),
    });
    expect(parseIdx(idx(14, [1], [0xc0, 0, 0, 0, 0, 0, 0, 0]))).toMatchObject({
      dtype: "float64",
      data: new Float64Array([-2]),
    });
  });

  it("copies out of the middle of a buffer", () => {
    const file = idx(8, [2], [7, 9]);
    const buffer = new Uint8Array(file.length + 10).fill(1);
    buffer.set(file, 5);
    const { data } = parseIdx(buffer.subarray(5, 5 + file.length));
    buffer.fill(0);
    expect(data).toEqual(new Uint8Array([7, 9]));
  });

  it("accepts an axis of zero", () => {
    expect(parseIdx(idx(8, [0, 28, 28], [])).shape).toEqual([0, 28, 28]);
  });

  it.each<[string, Uint8Array, string]>([
    [
      "an empty file",
      new Uint8Array(),
      "f: truncated: an IDX file begins with 4 bytes of magic number, this one ends after 0",
    ],
    [
      "text",
      new TextEncoder().encode("<!doctype html>"),
      "f: not an IDX file: it begins with 0x3c21646f, where MNIST has 0x00000803 for images and 0x00000801 for labels",
    ],
    [
      "an unknown element type",
      idx(10, [1], [1]),
      "f: not an IDX file: it begins with 0x00000a01, where MNIST has 0x00000803 for images and 0x00000801 for labels",
    ],
    ["no dimensions", idx(8, [], [1]), "f: the IDX header gives no dimensions; kobai reads 1 to 32"],
    [
      "a truncated header",
      idx(8, [2, 3], []).subarray(0, 9),
      "f: truncated: a header of 2 dimensions takes 12 bytes, the file has 9",
    ],
    [
      "missing elements",
      idx(8, [2, 3], [1, 2, 3, 4, 5]),
      "f: truncated: its header says [2, 3], which takes 18 bytes, the file has 17",
    ],
    [
      "left-over bytes",
      idx(8, [2, 3], [1, 2, 3, 4, 5, 6, 7]),
      "f: too long: its header says [2, 3], which takes 18 bytes, the file has 19",
    ],
    [
      "more dimensions than a tensor has axes",
      idx(8, new Array(255).fill(1), [1]),
      "f: the IDX header gives 255 dimensions; kobai reads 1 to 32",
    ],
    [
      "a size beyond counting",
      idx(14, [2 ** 32 - 1, 2 ** 32 - 1], []),
      "f: its header says [4294967295, 4294967295], which no file can hold",
    ],
    [
      "a size beyond memory",
      idx(14, [65536, 65536], []),
      "f: truncated: its header says [65536, 65536], which takes 34359738380 bytes, the file has 12",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parseIdx(bytes, "f")).toThrow(new DataError(message));
  });
});

describe("bytes", () => {
  it("may be of any kind and realm", async () => {
    const file = idx(8, [2], [7, 9]);
    const elsewhere = runInNewContext("(bytes) => [Uint8Array.from(bytes), Uint8Array.from(bytes).buffer]");
    const shared = new Uint8Array(new SharedArrayBuffer(file.length));
    shared.set(file);
    for (const bytes of [
      file.buffer,
      new DataView(file.buffer),
      Buffer.from(file),
      shared,
      ...elsewhere(file),
    ]) {
      expect(parseIdx(bytes)).toEqual(parseIdx(file));
      expect(await decompress(bytes)).toEqual(file);
    }
    expect((await decompress(shared)).buffer).toBeInstanceOf(ArrayBuffer);
    expect(await decompress(gzipSync(file).buffer.slice(0, gzipSync(file).length))).toEqual(file);
    await expect(decompress("text" as never, "f")).rejects.toThrow(
      'f: takes bytes, an ArrayBuffer or a view of one; got "text"',
    );
    expect(() => parseIdx(undefined as never)).toThrow(
      "IDX data: takes bytes, an ArrayBuffer or a view of one; got undefined",
    );
  });
});

describe("decompress", () => {
  it("unpacks no more than it is allowed", async () => {
    const bytes = gzipSync(new Uint8Array(50_000_000));
    await expect(decompress(bytes, "f", 49_999_999)).rejects.toThrow(
      new DataError(
        `f: more than 49999999 bytes come of these ${bytes.length}; where that is meant, raise maxBytes`,
      ),
    );
    expect((await decompress(bytes, "f", 50_000_000)).length).toBe(50_000_000);
    await expect(decompress(bytes, "f", -1)).rejects.toThrow(
      "decompress: maxBytes must be a whole number of at least 0; got -1",
    );
  });

  it("undoes gzip and leaves the rest alone", async () => {
    const file = idx(8, [2], [7, 9]);
    expect(await decompress(gzipSync(file))).toEqual(file);
    expect(await decompress(file)).toBe(file);
  });

  it("refuses gzip that is damaged or cut", async () => {
    const bytes = gzipSync(idx(8, [1000], new Array(1000).fill(3)));
    const error = new DataError("f: the gzip data is damaged or truncated");
    await expect(decompress(bytes.subarray(0, bytes.length - 6), "f")).rejects.toThrow(error);
    const damaged = bytes.slice();
    damaged[12]! ^= 0xff;
    await expect(decompress(damaged, "f")).rejects.toThrow(error);
  });
});
