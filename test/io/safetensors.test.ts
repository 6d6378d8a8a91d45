import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { DataError, KobaiError, OptionError } from "../../src/errors.ts";
import {
  type Bytes,
  FileError,
  loadSafetensors,
  parse,
  saveSafetensors,
  serialize,
  sha256,
} from "../../src/io/index.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { temporaryFolder } from "../data/idx-files.ts";
import { damageFiles, generator, messageOf, wildTensors } from "../fuzz/damaged-files.ts";

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
      "serialize: __metadata__ is reserved and cannot name a tensor",
    );
    const data = new Float32Array(3);
    const refused: [Record<string, Tensor>, string][] = [
      [
        { w: { shape: [2, 2], dtype: "float32", data } },
        "its shape [2, 2] has 4 elements, but its data has 3",
      ],
      [
        { w: { shape: [3], dtype: "float64", data } },
        'its dtype is "float64", but its data is a Float32Array',
      ],
      [
        { w: { shape: [3], dtype: "float16" as "float32", data: new Uint16Array(3) as never } },
        'its dtype is "float16", but its data is a Uint16Array',
      ],
      [
        { w: { shape: [1.5, 2], dtype: "float32", data } },
        "a shape is an array of at most 32 whole numbers of at least 0; this one is [1.5, 2]",
      ],
      [{ w: [1, 2] as never }, "must be a tensor { shape, dtype, data }, which tensor(…) makes; got [1, 2]"],
    ];
    for (const [tensors, message] of refused) {
      expect(() => serialize(tensors)).toThrow(`serialize: "w": ${message}`);
    }
    for (const none of [[tensor(1)], new Map([["w", tensor(1)]]), null, "w", new Float32Array(1)]) {
      expect(() => serialize(none as never)).toThrow(
        "serialize: takes an object of tensors by name, as { weight: tensor(…) }; got ",
      );
    }
    expect(() => serialize({}, { epoch: 3 } as never)).toThrow(
      'serialize: __metadata__ must map names to strings; "epoch" is 3',
    );
    expect(() => serialize({}, { when: undefined } as never)).toThrow('"when" is undefined');
    expect(() => serialize({}, null as never)).toThrow("__metadata__ must map names to strings; it is null");
    for (const half of [[{ "\ud800": tensor(1) }], [{}, { "\udc00": "" }], [{}, { a: "x\ud800" }]]) {
      expect(() => serialize(...(half as [Record<string, Tensor>]))).toThrow(
        "is not Unicode: it holds half of a surrogate pair",
      );
    }
    const many = Array.from({ length: 1_000_001 }, (_, i) => [i, ""]);
    expect(() => serialize({}, Object.fromEntries(many))).toThrow(
      "serialize: its header holds more than 1000000 names and numbers",
    );
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
      '__metadata__ must map names to strings; "a" is 1',
    ],
    [
      "metadata that are a list",
      file('{"__metadata__":["a"]}'),
      '__metadata__ must map names to strings; it is ["a"]',
    ],
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
      "an axis below zero by its sign alone",
      file('{"x":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'),
      'the header of "x" is not a dtype, a shape and two data_offsets',
    ],
    [
      "more axes than a tensor has",
      file(`{"x":${entry("F32", new Array(33).fill(1), [0, 4])}}`, 4),
      'the header of "x" is not a dtype, a shape and two data_offsets',
    ],
    [
      "half of a character in a name",
      file(`{"\\ud800":${entry("F32", [1], [0, 4])}}`, 4),
      'the name "\\ud800" is not Unicode: it holds half of a surrogate pair',
    ],
    [
      "half of a character in the metadata",
      file('{"__metadata__":{"a":"\\udc00"}}'),
      'the metadata\'s text "\\udc00" is not Unicode: it holds half of a surrogate pair',
    ],
    [
      "more names and numbers than any model has",
      file(`{"x":{"shape":[${"0,".repeat(1_000_000)}0]}}`),
      "its header holds more than 1000000 names and numbers",
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
      '"x" is "BF16"; kobai reads F32, F64, U8, I32',
    ],
    [
      "an element type of Object.prototype",
      file(`{"x":${entry("constructor", [4], [0, 8])}}`, 8),
      '"x" is "constructor"; kobai reads F32, F64, U8, I32',
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

  it("measures a header before it builds anything of it", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"x":', "}"],
    ] as const) {
      const deep = `{"x":{"shape":${open.repeat(1000)}1${close.repeat(1000)}}}`;
      expect(() => parse(file(deep), "f")).toThrow(
        "f: its header is nested deeper than that of any safetensors file",
      );
    }
    const build = vi.spyOn(JSON, "parse");
    onTestFinished(() => build.mockRestore());
    expect(() => parse(file(`{"x":${"[".repeat(1_000_000)}`), "f")).toThrow("nested deeper");
    expect(() => parse(file(`{"x":{"y":[${"[],".repeat(1_000_000)}[]]}}`), "f")).toThrow("nested deeper");
    expect(() => parse(file(`{${'"":1,'.repeat(600_000)}"":1}`), "f")).toThrow("names and numbers");
    expect(build).not.toHaveBeenCalled();
  });

  it("shows nothing that a terminal obeys, and no page of Zs", () => {
    const names = ["\u001b[2J\u001b]0;gone\u0007", "Z".repeat(1_000_000), "\u202egnp", "\u2028"];
    for (const name of names) {
      for (const bytes of [
        file(JSON.stringify({ [name]: 1 })),
        file(JSON.stringify({ x: { dtype: name, shape: [0], data_offsets: [0, 0] } })),
        file(JSON.stringify({ __metadata__: { [name]: 1 } })),
      ]) {
        for (const called of ["f", name]) {
          const message = messageOf(() => parse(bytes, called));
          expect(message).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,550}$/u);
        }
      }
    }
  });

  it("takes bytes of any kind and realm", () => {
    const bytes = serialize({ w: tensor([1, 2]) });
    const expected = parse(bytes);
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    const elsewhere = runInNewContext("(bytes) => [Uint8Array.from(bytes), Uint8Array.from(bytes).buffer]");
    const others: Bytes[] = [
      bytes.buffer,
      Buffer.from(bytes),
      new DataView(bytes.buffer),
      new Int8Array(bytes.buffer),
      new Float64Array(serialize({ w: tensor([1, 2]) }, { a: "4" }).buffer),
      new Uint8Array(shared),
      ...(elsewhere(bytes) as Bytes[]),
    ];
    for (const other of others) expect(parse(other).tensors).toEqual(expected.tensors);
    const tensors = { w: { ...tensor([0, 0]), data: runInNewContext("Float32Array.of(1, 2)") } };
    expect(serialize(tensors)).toEqual(bytes);
  });

  it("refuses what is no bytes, and bytes that are gone", () => {
    const gone = new Uint8Array(8);
    structuredClone(gone, { transfer: [gone.buffer] });
    for (const bytes of [gone, gone.buffer]) {
      expect(() => parse(bytes, "f")).toThrow(
        new DataError("f: the memory of these bytes is gone; it was transferred"),
      );
    }
    for (const bytes of [undefined, null, "text", [1, 2], { length: 8 }, Symbol("s"), Object.create(null)]) {
      expect(() => parse(bytes as never, "f")).toThrow(
        "f: takes bytes, an ArrayBuffer or a view of one; got ",
      );
    }
  });
});

describe("what one side refuses the other never makes", () => {
  it("of tensors and metadata as wild as they come", () => {
    const random = generator(1);
    let [written, refused] = [0, 0];
    for (let i = 0; i < 2_000; i++) {
      const [tensors, metadata] = wildTensors(random);
      let bytes: Uint8Array | undefined;
      try {
        bytes = serialize(tensors, metadata);
      } catch (error) {
        expect(error).toBeInstanceOf(KobaiError);
        refused++;
        continue;
      }
      written++;
      expect(parse(bytes)).toEqual({ tensors, metadata });
    }
    expect(Math.min(written, refused)).toBeGreaterThan(500);
  });

  it("of damaged files", async () => {
    const counts = await damageFiles(4_000, 7);
    expect(counts.safetensors.taken).toBeGreaterThan(50);
    expect(counts.safetensors.refused).toBeGreaterThan(500);
  });
});

describe("files", () => {
  it("are named by paths and file: URLs, of other realms as well", async () => {
    const path = join(await temporaryFolder(), "é 1%.safetensors");
    const url = pathToFileURL(path);
    await saveSafetensors(url, every, { a: "b" });
    const elsewhere = Object.assign(Object.create({ [Symbol.toStringTag]: "URL" }), { href: url.href });
    for (const place of [path, url, url.href, elsewhere]) {
      expect((await loadSafetensors(place)).metadata).toEqual({ a: "b" });
    }
  });

  it("may be asked to replace nothing", async () => {
    const path = join(await temporaryFolder(), "w");
    await saveSafetensors(path, {}, {}, { overwrite: false });
    await expect(saveSafetensors(path, every, {}, { overwrite: false })).rejects.toMatchObject({
      code: "EEXIST",
    });
    await expect(saveSafetensors(path, {}, {}, { overwrit: false } as never)).rejects.toThrow(
      'saveSafetensors: there is no option "overwrit"; did you mean overwrite?',
    );
    expect(await loadSafetensors(path)).toEqual({ tensors: {}, metadata: {} });
  });

  it("hold what the tensors were when the call began", async () => {
    const path = join(await temporaryFolder(), "w");
    const w = tensor([1, 2]);
    const saving = saveSafetensors(path, { w });
    w.data.fill(9);
    await saving;
    expect((await loadSafetensors(path)).tensors.w).toEqual(tensor([1, 2]));
  });

  it("are read no further than their header makes sense", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "huge");
    const bytes = file(`{"x":${entry("F32", [2 ** 38], [0, 2 ** 40])}}`);
    await writeFile(path, bytes);
    await truncate(path, 2 ** 40);
    await expect(loadSafetensors(path)).rejects.toThrow(`truncated: "x" ends at ${2 ** 40}, but only `);
    await truncate(path, bytes.length + 2 ** 40);
    await expect(loadSafetensors(path)).rejects.toThrow(`${path}: there is no memory for ${2 ** 40} bytes`);
    await writeFile(path, "<html>".repeat(10));
    await expect(loadSafetensors(path)).rejects.toThrow(`${path}: not a safetensors file`);
  });

  it("are neither devices nor pipes nor folders nor missing", async () => {
    const folder = await temporaryFolder();
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const refused: [string, string, string | undefined][] = [
      ["/dev/zero", "it is no file, but a device or a pipe", undefined],
      [pipe, "it is no file, but a device or a pipe", undefined],
      [folder, "it is a folder", "EISDIR"],
      [join(folder, "none"), "ENOENT: no such file or directory", "ENOENT"],
      [join(folder, "x".repeat(5000)), "ENAMETOOLONG: name too long", "ENAMETOOLONG"],
    ];
    for (const [path, reason, code] of refused) {
      const error = await loadSafetensors(path).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FileError);
      expect(error).toMatchObject({ code, path });
      expect((error as FileError).message).toMatch(new RegExp(`: cannot be read: ${reason}$`));
    }
  });

  it("are nothing else than what a path names", async () => {
    for (const call of ["loadSafetensors", "saveSafetensors"] as const) {
      const use = (path: unknown) =>
        (call === "loadSafetensors" ? loadSafetensors : saveSafetensors)(path as string, {});
      for (const path of [undefined, null, "", 3, Symbol("s"), Object.create(null), new Uint8Array(2)]) {
        await expect(use(path)).rejects.toThrow(
          `${call}: path must be a path or an address, a string or a URL; got `,
        );
      }
      for (const path of ["a\0b", "file://host/x", "file:///a%2Fb", "file:///a%00b"]) {
        await expect(use(path)).rejects.toThrow(OptionError);
      }
      for (const path of ["https://example.org/w", new URL("https://example.org/w")]) {
        await expect(use(path)).rejects.toThrow(`${call}: https://example.org/w is an address, no file; `);
      }
    }
  });

  it("cannot be had in a page, which is told what can", async () => {
    vi.resetModules();
    vi.doMock("../../src/node.ts", () => ({ isNode: false }));
    onTestFinished(() => vi.doUnmock("../../src/node.ts"));
    const page = await import("../../src/io/index.ts");
    await expect(page.saveSafetensors("w", every)).rejects.toMatchObject({
      name: "UnsupportedError",
      message:
        "saveSafetensors: there is no file system in a page; serialize(tensors) gives the bytes, to store or to send",
    });
    await expect(page.loadSafetensors("w")).rejects.toMatchObject({
      name: "UnsupportedError",
      message:
        "loadSafetensors: there is no file system in a page; fetch the file, and parse(await response.arrayBuffer())",
    });
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

  it("is the same where a page comes over plain http and has no crypto.subtle", async () => {
    const tensors = { a: tensor(new Uint8Array(1000).fill(7)), b: tensor([1, 2]) };
    const digest = await sha256(tensors);
    for (const crypto of [{ getRandomValues: () => {} }, undefined]) {
      vi.stubGlobal("crypto", crypto);
      expect(await sha256(tensors)).toBe(digest);
      vi.unstubAllGlobals();
    }
  });
});
