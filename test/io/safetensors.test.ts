import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/errors.ts";
import { loadSafetensors, parse, saveSafetensors, serialize, sha256 } from "../../src/io/index.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { temporaryFolder } from "../data/idx-files.ts";

/** A file with this header, as text or as bytes, and this many bytes of data. */
function file(header: string | Uint8Array, dataBytes = 0, length?: bigint): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

function entry(dtype: string, shape: unknown, offsets: unknown): string {
  return JSON.stringify({ dtype, shape, data_offsets: offsets });
}

const every: Record<string, Tensor> = {
  w: tensor([
    [1, -2],
    [3.5, Number.NaN],
  ]),
  "é 勾配": tensor(new Float64Array([Number.MIN_VALUE, -0])),
  bytes: tensor(new Uint8Array([1, 2, 3]), [3, 1]),
  integers: tensor(new Int32Array([-(2 ** 31)])),
  scalar: tensor(7),
  empty: tensor(new Float32Array(), [0, 5]),
  ["__proto__"]: tensor([1]),
};

describe("safetensors", () => {
  it("reads back what it wrote", () => {
    const metadata = { format: "kobai", note: 'a "quoted: \\ note' };
    const { tensors, metadata: read } = parse(serialize(every, metadata));
    expect(Object.keys(tensors)).toEqual(Object.keys(every));
    expect(tensors).toEqual(every);
    expect(read).toEqual(metadata);
    expect(parse(serialize({}))).toEqual({ tensors: {}, metadata: {} });
  });

  it("writes exactly the bytes of the format", () => {
    const json = '{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} ';
    expect(json.length % 8).toBe(0);
    const expected = file(json, 8);
    expected.set([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], 8 + json.length);
    expect(serialize({ x: tensor([1, -2]) }, { a: "b" })).toEqual(expected);
  });

  it("reads the example of the reference implementation", () => {
    const { tensors } = parse(file('{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}', 16));
    expect(tensors).toEqual({ test: tensor(new Int32Array(4), [2, 2]) });
  });

  it("orders tensors by their bytes, whatever the header's order, and needs no alignment", () => {
    const bytes = file(`{"b":${entry("F32", [1], [1, 5])},"a":${entry("U8", [1], [0, 1])}}`, 5);
    bytes.set([9, 0, 0, 0x80, 0x3f], bytes.length - 5);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const { tensors } = parse(shifted.subarray(3));
    expect(Object.keys(tensors)).toEqual(["a", "b"]);
    expect(tensors.b).toEqual(tensor([1]));
    expect(tensors.a).toEqual(tensor(new Uint8Array([9])));
  });

  it("saves and loads files", async () => {
    const path = join(await temporaryFolder(), "weights.safetensors");
    await saveSafetensors(path, every, { epoch: "3" });
    expect(await loadSafetensors(path)).toEqual({ tensors: every, metadata: { epoch: "3" } });
    await writeFile(path, "oops");
    await expect(loadSafetensors(path)).rejects.toThrow(
      new DataError(`${path}: truncated: it ends after 4 of the 8 bytes of the header length`),
    );
  });

  it("refuses to write what it could not read", () => {
    expect(() => serialize({ __metadata__: tensor(1) })).toThrow(
      "safetensors: __metadata__ is reserved and cannot name a tensor",
    );
    const wrong: Tensor = { shape: [2, 2], dtype: "float32", data: new Float32Array(3) };
    expect(() => serialize({ w: wrong })).toThrow("safetensors: w: shape [2, 2] does not fit 3 elements");
  });

  const x = entry("F32", [2], [0, 8]);
  it.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(), "truncated: it ends after 0 of the 8 bytes of the header length"],
    ["a header longer than the file", file("{}", 0, 3n), "truncated: its header takes 3 bytes, but 2 follow"],
    [
      "a header beyond the limit",
      file("{}", 0, 100_000_001n),
      "not a safetensors file: its header would take 100000001 bytes, more than the 100000000 allowed",
    ],
    [
      "a header length of 64 bits",
      file("{}", 0, 2n ** 64n - 1n),
      "not a safetensors file: its header would take 18446744073709551615 bytes, more than the 100000000 allowed",
    ],
    ["no header", file("", 4), "not a safetensors file: its header does not begin with {"],
    ["a header that is a list", file("[]"), "not a safetensors file: its header does not begin with {"],
    ["a header after spaces", file(" {}"), "not a safetensors file: its header does not begin with {"],
    [
      "a header that is not UTF-8",
      file(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])),
      "its header is not UTF-8",
    ],
    ["a header that is not JSON", file("{x}"), "its header is not JSON"],
    ["text after the header", file("{}x"), "its header is not JSON"],
    ["a name twice", file(`{"x":${x},"x":${x}}`, 8), "its header holds a name twice"],
    [
      "a field twice",
      file('{"x":{"dtype":"F32","dtype":"U8","shape":[2],"data_offsets":[0,8]}}', 8),
      "its header holds a name twice",
    ],
    [
      "metadata that are not strings",
      file('{"__metadata__":{"a":1}}'),
      "__metadata__ must map names to strings",
    ],
    ["metadata that are a list", file('{"__metadata__":["a"]}'), "__metadata__ must map names to strings"],
    [
      "an entry that is no object",
      file('{"x":null}'),
      'the header of "x" is not a dtype, a shape and two data_offsets',
    ],
    [
      "a missing shape",
      file('{"x":{"dtype":"F32","data_offsets":[0,8]}}', 8),
      'the header of "x" is not a dtype, a shape and two data_offsets',
    ],
    [
      "a negative axis",
      file(`{"x":${entry("F32", [-2, -1], [0, 8])}}`, 8),
      'the header of "x" is not a dtype, a shape and two data_offsets',
    ],
    [
      "a fractional axis",
      file(`{"x":${entry("F32", [0.5, 4], [0, 8])}}`, 8),
      'the header of "x" is not a dtype, a shape and two data_offsets',
    ],
    [
      "a shape beyond counting",
      file(`{"x":${entry("F32", [2 ** 52, 2 ** 52], [0, 8])}}`, 8),
      'the header of "x" is not a dtype, a shape and two data_offsets',
    ],
    [
      "three offsets",
      file(`{"x":${entry("F32", [2], [0, 8, 8])}}`, 8),
      'the header of "x" is not a dtype, a shape and two data_offsets',
    ],
    [
      "a negative offset",
      file(`{"x":${entry("F32", [2], [-8, 0])}}`, 8),
      'the header of "x" is not a dtype, a shape and two data_offsets',
    ],
    [
      "an element type we do not have",
      file(`{"x":${entry("BF16", [4], [0, 8])}}`, 8),
      '"x" is BF16; kobai reads F32, F64, U8, I32',
    ],
    [
      "an element type of Object.prototype",
      file(`{"x":${entry("constructor", [4], [0, 8])}}`, 8),
      '"x" is constructor; kobai reads F32, F64, U8, I32',
    ],
    [
      "a shape that does not fill the offsets",
      file(`{"x":${entry("F32", [3], [0, 8])}}`, 8),
      '"x" is F32 [3], which takes 12 bytes, but its offsets give it 8',
    ],
    [
      "an end before its begin",
      file(
        `{"x":${entry("F32", [0], [0, 0])},"y":${entry("F32", [2], [0, 8])},"z":${entry("F32", [2], [8, 0])}}`,
        8,
      ),
      '"z" is F32 [2], which takes 8 bytes, but its offsets give it -8',
    ],
    [
      "overlap",
      file(`{"x":${x},"y":${entry("F32", [2], [4, 12])}}`, 12),
      '"y" overlaps the tensor before it: it begins at 4, before 8',
    ],
    [
      "the same bytes twice",
      file(`{"x":${x},"y":${x}}`, 8),
      '"y" overlaps the tensor before it: it begins at 0, before 8',
    ],
    [
      "a hole",
      file(`{"x":${x},"y":${entry("F32", [2], [12, 20])}}`, 20),
      'there is a hole before "y", from 8 to 12',
    ],
    [
      "a hole at the beginning",
      file(`{"x":${entry("F32", [2], [4, 12])}}`, 12),
      'there is a hole before "x", from 0 to 4',
    ],
    ["missing data", file(`{"x":${x}}`, 7), 'truncated: "x" ends at 8, but only 7 bytes follow the header'],
    [
      "data far beyond memory",
      file(`{"x":${entry("U8", [2 ** 50], [0, 2 ** 50])}}`, 8),
      'truncated: "x" ends at 1125899906842624, but only 8 bytes follow the header',
    ],
    ["left-over data", file(`{"x":${x}}`, 9), "1 bytes at the end belong to no tensor"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parse(bytes, "f")).toThrow(new DataError(`f: ${message}`));
  });

  it("refuses deep nesting without exhausting the stack", () => {
    const deep = `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect(() => parse(file(deep), "f")).toThrow(/^f: /);
  });
});

describe("sha256", () => {
  it("is the digest of the elements, in order", async () => {
    const tensors = { b: tensor([1, 2]), a: tensor(new Float64Array([3])) };
    const hash = createHash("sha256");
    for (const { data } of Object.values(tensors)) hash.update(data);
    expect(await sha256(tensors)).toBe(hash.digest("hex"));
    expect(await sha256({ a: tensors.a, b: tensors.b })).not.toBe(await sha256(tensors));
    expect(await sha256({})).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
});
