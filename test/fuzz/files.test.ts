// Whatever is passed to kobai/io and kobai/data: an answer, or an error of ours that a terminal can show.

import { readdirSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import * as data from "../../src/data/index.ts";
import * as kobai from "../../src/index.ts";
import { isTemporary } from "../../src/io/atomic.ts";
import * as io from "../../src/io/index.ts";
import { tensor } from "../../src/tensor.ts";
import { temporaryFolder } from "../data/idx-files.ts";
import { checkedMessage } from "./damaged-files.ts";

const gone = new Uint8Array(8);
structuredClone(gone, { transfer: [gone.buffer] });
const itself: unknown[] = [];
itself.push(itself);
const small = { x: tensor(new Uint8Array(6), [3, 2]), t: tensor(new Uint8Array(3)) };

/** Each in a folder of the test's own, so that a string that is a path writes nothing elsewhere. */
const values: readonly unknown[] = [
  ...[
    undefined,
    null,
    true,
    false,
    0,
    -0,
    -1,
    0.5,
    3,
    1e9,
    1e12,
    2 ** 32,
    2 ** 53,
    1e39,
    Number.NaN,
    Infinity,
    7n,
  ],
  ...[
    "",
    "w",
    "a\0b",
    "\u001b[2J",
    "\ud800",
    "Z".repeat(1_000_000),
    "/".repeat(120_000),
    "file://host/x",
    "1",
  ],
  ...["http://127.0.0.1:9/w", "."],
  ...[
    Symbol("s"),
    Symbol.iterator,
    () => 1,
    class {},
    /x/,
    new Date(Number.NaN),
    new Error("e"),
    new Map(),
    new Set([1]),
  ],
  ...[
    [],
    [1, 2],
    [[1], [2, 3]],
    itself,
    new Array(5),
    {},
    Object.create(null),
    Object.freeze({ seed: 1, step: 1 }),
  ],
  ...[
    { seed: 0, step: 2 ** 32 - 1 },
    { seed: -1, step: 0 },
    { overwrite: 1 },
    { overwrite: false },
    { dir: 1 },
  ],
  ...[
    { toString: null, valueOf: null },
    { length: 2 ** 40 },
    { [Symbol.toStringTag]: "URL", href: "no URL" },
  ],
  ...[
    new URL("file:///none/w"),
    new URL("data:,x"),
    new ArrayBuffer(8),
    new SharedArrayBuffer(8),
    gone,
    gone.buffer,
  ],
  ...[
    new Uint8Array(9).fill(255),
    new Float64Array(2),
    new BigInt64Array(1),
    new DataView(new ArrayBuffer(3)),
  ],
  ...[
    runInNewContext("new Uint8Array(4)"),
    runInNewContext("({ w: 1 })"),
    runInNewContext("new ArrayBuffer(16)"),
  ],
  ...[
    tensor([1, 2]),
    { w: tensor([1]) },
    { w: { ...tensor([1]), shape: [-1] } },
    { w: { ...tensor(1), data: gone } },
  ],
  ...[{ __metadata__: tensor(1) }, { w: null }, { "\ud800": "x" }, { a: "b" }, Promise.resolve(1)],
  ...[small, { ...small, scale: 1e39 }, { ...small, scale: "1" }, { x: small.x }, { ...small, t: gone }],
];

type Call = (...args: unknown[]) => unknown;

await kobai.init();
const network = () => kobai.sequential([kobai.dense(2)], { input: [2] });

const calls: Readonly<Record<string, readonly [call: Call, ...sound: unknown[]]>> = {
  serialize: [io.serialize as Call, { w: tensor([1]) }, { a: "b" }],
  parse: [io.parse as Call, io.serialize({ w: tensor([1]) }), "f"],
  sha256: [io.sha256 as Call, { w: tensor([1]) }],
  saveSafetensors: [io.saveSafetensors as Call, "w", { w: tensor([1]) }, { a: "b" }, {}],
  loadSafetensors: [io.loadSafetensors as Call, "w"],
  parseIdx: [data.parseIdx as Call, new Uint8Array([0, 0, 8, 1, 0, 0, 0, 0]), "f"],
  decompress: [data.decompress as Call, new Uint8Array([0x1f, 0x8b, 8]), "f", 100],
  mnist: [data.mnist as Call, {}],
  fashionMnist: [data.fashionMnist as Call, {}],
  "mnist: dir": [((dir) => data.mnist({ dir } as never)) as Call, "."],
  "mnist: flatten": [((flatten) => data.mnist({ dir: ".", flatten } as never)) as Call, true],
  sampleCount: [data.sampleCount as Call, small],
  splitDataset: [data.splitDataset as Call, small, {}],
  takeBatch: [data.takeBatch as Call, small, 0, 2],
  "sampleCount: names": [
    ((a) => data.sampleCount({ x: { a, b: small.x }, t: small.t } as never)) as Call,
    small.x,
  ],
  "splitDataset: scales": [
    ((scale) => data.splitDataset({ x: { a: small.x }, t: { b: small.t }, scale } as never)) as Call,
    { a: 2 },
  ],
  "splitDataset: stratify": [((stratify) => data.splitDataset(small, { stratify } as never)) as Call, true],
  "kernelFromTorch: flattened": [
    ((flattened) => data.kernelFromTorch(tensor([1, 2, 3, 4], [1, 4]), { flattened } as never)) as Call,
    [1, 2, 2],
  ],
  ...Object.fromEntries(
    [data.channelsLast, data.channelsFirst, data.kernelFromTorch, data.kernelToTorch].map((call) => [
      call.name,
      [call as Call, tensor([1, 2, 3, 4], [1, 2, 2, 1])] as const,
    ]),
  ),
  "kobai: save": [
    ((net, path) => kobai.save((net ?? network()) as never, path as never)) as Call,
    undefined,
    "net",
  ],
  "kobai: checkpoint": [kobai.checkpoint as Call, undefined],
  "kobai: load": [
    (async (source) => (await kobai.load(source as never)).dispose()) as Call,
    kobai.checkpoint(network()),
  ],
  "kobai: restore": [kobai.restore as Call, network(), kobai.checkpoint(network())],
  sampleBatch: [data.sampleBatch as Call, small, 2, { seed: 0, step: 0 }],
};

describe("whatever is passed", () => {
  // Where the data is installed, it would be read for whatever is no reason not to.
  beforeAll(() => void vi.stubEnv("KOBAI_FASHION_MNIST", "."));
  afterAll(() => void vi.unstubAllEnvs());

  it("every function is in the table", () => {
    const functions = Object.entries({ ...io, ...data }).filter(([, value]) => typeof value === "function");
    expect(
      Object.keys(calls)
        .filter((name) => !name.includes(":"))
        .sort(),
    ).toEqual(
      functions
        .map(([name]) => name)
        .filter((name) => name !== "FileError")
        .sort(),
    );
  });

  it.each(Object.keys(calls))("%s answers, or fails as it should", async (name) => {
    const [call, ...sound] = calls[name] as (typeof calls)[string];
    const folder = await temporaryFolder();
    const before = process.cwd();
    process.chdir(folder);
    onTestFinished(() => process.chdir(before));
    vi.stubEnv("KOBAI_DATA", folder);
    const fails: string[] = [];
    const attempt = async (what: string, args: unknown[]) => {
      try {
        await call(...args);
      } catch (error) {
        try {
          checkedMessage(error);
        } catch (raw) {
          fails.push(`${what}: ${raw}`);
        }
      }
    };
    await attempt("no arguments", []);
    for (const [at] of sound.entries()) {
      for (const [i, value] of values.entries())
        await attempt(`argument ${at} is value ${i}`, sound.with(at, value));
    }
    expect(fails).toEqual([]);
    expect(readdirSync(folder).filter(isTemporary)).toEqual([]);
  });
});
