// Files as disks, networks and strangers make them: sound ones, damaged at random, and what kobai/io and kobai/data say to each.
// The suite reads some thousands of them; `node scripts/run.js scripts/damaged-files.ts` any number.

import { gzipSync } from "node:zlib";
import { decompress, parseIdx } from "../../src/data/index.ts";
import { KobaiError } from "../../src/errors.ts";
import { parse, serialize } from "../../src/io/index.ts";
import { type DTypeName, type Tensor, tensor, typedArrays } from "../../src/tensor.ts";
import { idx } from "../data/idx-files.ts";

/** Whole numbers below a bound. */
export type Random = (below: number) => number;

/** Random numbers of a seed (mulberry32). */
export function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(random: Random, values: readonly T[]): T => values[random(values.length)] as T;

/** What was thrown, which must be an error of ours, short and fit for a terminal. */
export function messageOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return checkedMessage(error);
  }
  return undefined;
}

export function checkedMessage(error: unknown): string {
  if (!(error instanceof KobaiError)) throw error;
  // 500 characters, of which controls become longer when they are spelled out.
  if (/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{1,4000}$/u.test(error.message)) return error.message;
  throw new Error(`not fit for a terminal: ${JSON.stringify(error.message.slice(0, 1000))}`);
}

const texts = ["w", "", "é 勾配", "__proto__", "constructor", "toJSON", 'a "\\', "\u001b[2J", "\u{1f600}"];

/** Tensors by name and metadata, about half of which are none. */
export function wildTensors(random: Random): [Record<string, Tensor>, Record<string, string>] {
  const wild = random(2) === 0;
  const names = wild ? [...texts, "__metadata__", "\ud83d", "x\udc00"] : texts;
  const values = [...names, ...(wild ? [3, null, undefined, ["a"], {}, Symbol("s"), () => "", 7n] : [])];
  const entries = <T>(value: () => T) =>
    Object.fromEntries(Array.from({ length: random(4) }, () => [pick(random, names), value()]));
  return [
    entries(() => wildTensor(random, wild && random(3) === 0)),
    entries(() => pick(random, values) as string),
  ];
}

function wildTensor(random: Random, isWild: boolean): Tensor {
  const shape = Array.from({ length: random(4) }, () => random(4));
  const dtype = pick(random, Object.keys(typedArrays) as DTypeName[]);
  const data = new typedArrays[dtype](shape.reduce((product, axis) => product * axis, 1));
  for (let i = 0; i < data.length; i++) data[i] = random(256) - 100;
  const sound = { shape, dtype, data };
  if (!isWild) return sound;
  const damage: readonly unknown[] = [
    { ...sound, dtype: pick(random, ["float16", "F32", "toString", undefined, null, 1, Symbol("s")]) },
    { ...sound, dtype: pick(random, Object.keys(typedArrays)) },
    { ...sound, data: pick(random, [[1], new Float32Array(7), new DataView(new ArrayBuffer(4)), undefined]) },
    { ...sound, data: new Uint16Array(data.length), dtype: "uint16" },
    { ...sound, shape: [...shape, pick(random, [-1, 0.5, Number.NaN, 2 ** 53, Infinity, "1", null, 2])] },
    { ...sound, shape: pick(random, ["3", null, undefined, 3, { length: 1 }, new Int32Array(2)]) },
    pick(random, [undefined, null, 1, "w", [], new Float32Array(2), Object.create(null), Symbol("s")]),
  ];
  return pick(random, damage) as Tensor;
}

/** A file of one of the kinds, sound. */
function soundFile(random: Random, kind: Kind): Uint8Array {
  if (kind === "safetensors") {
    const tensors = Object.fromEntries(
      Array.from({ length: 1 + random(3) }, (_, i) => [
        `${pick(random, texts)}${i}`,
        wildTensor(random, false),
      ]),
    );
    return serialize(tensors, random(2) ? { format: "kobai" } : {});
  }
  const type = pick(random, [8, 9, 11, 12, 13, 14]);
  const shape = Array.from({ length: 1 + random(3) }, () => 1 + random(4));
  const width = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 }[type] as number;
  const count = shape.reduce((product, axis) => product * axis, width);
  const file = idx(
    type,
    shape,
    Array.from({ length: count }, () => random(256)),
  );
  return kind === "gzip" ? gzipSync(file) : file;
}

const hostile = [
  "-1",
  "1e400",
  "-0",
  "9007199254740993",
  "1.5",
  "null",
  "[]",
  "{}",
  '"x"',
  "\\ud800",
  "[[[",
  "}",
  ",",
];

/** One damage, of those that happen and of those that somebody thinks of. */
function damaged(random: Random, file: Uint8Array): Uint8Array {
  const at = random(file.length + 1);
  const length = random(9);
  const before = file.subarray(0, at);
  switch (random(7)) {
    case 0: // a cut
      return before;
    case 1: // a bit
      return file.with(Math.min(at, file.length - 1), (file[at] ?? 0) ^ (1 << random(8)));
    case 2: // bytes of the largest and the smallest value
      return file.map((byte, i) => (i >= at && i < at + length ? pick(random, [0, 255]) : byte));
    case 3: // bytes too many
      return joined(
        before,
        Uint8Array.from({ length }, () => random(256)),
        file.subarray(at),
      );
    case 4: // bytes lost
      return joined(before, file.subarray(at + length));
    case 5: // a part twice
      return joined(file.subarray(0, at + length), file.subarray(at));
    default:
      return withText(random, file);
  }
}

/** Where the file is safetensors, a number or a bracket of its header becomes something else, and the header's length fits again. */
function withText(random: Random, file: Uint8Array): Uint8Array {
  if (file[8] !== 0x7b) return file.subarray(random(4));
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = 8 + Number(view.getBigUint64(0, true));
  const header = Buffer.from(file.subarray(8, end)).toString("latin1");
  const places = [...header.matchAll(/\d+|[[\]{}:,]|"[^"]*"/g)];
  const place = pick(random, places);
  const changed = Buffer.from(
    header.slice(0, place.index) + pick(random, hostile) + header.slice(place.index + place[0].length),
    "latin1",
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(changed.length), true);
  return joined(length, changed, file.subarray(end));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const kinds = ["safetensors", "idx", "gzip"] as const;
type Kind = (typeof kinds)[number];
export type Counts = Record<Kind, { taken: number; refused: number }>;

/**
 * Reads damaged files.
 *
 * @returns how many of each kind were taken and refused
 * @throws where a call failed in another way than with an error of ours that a terminal can show, or took a file that, written
 *   again, does not read the same
 */
export async function damageFiles(files: number, seed: number): Promise<Counts> {
  const random = generator(seed);
  const counts = Object.fromEntries(kinds.map((kind) => [kind, { taken: 0, refused: 0 }])) as Counts;
  for (let i = 0; i < files; i++) {
    const kind = kinds[i % kinds.length] as Kind;
    let file = soundFile(random, kind);
    for (let damages = 1 + random(3); damages > 0 && file.length > 0; damages--) file = damaged(random, file);
    try {
      await read(kind, file);
      counts[kind].taken++;
    } catch (error) {
      checkedMessage(error);
      counts[kind].refused++;
    }
  }
  return counts;
}

async function read(kind: Kind, file: Uint8Array): Promise<void> {
  if (kind === "safetensors") {
    const { tensors, metadata } = parse(file, "f");
    const again = parse(writtenAgain(tensors, metadata));
    // As text: the order counts, and NaN is like NaN.
    if (describe(again) === describe({ tensors, metadata })) return;
    throw new Error(`read, but not the same when written again: ${describe({ tensors, metadata })}`);
  }
  const { shape, dtype, data } = parseIdx(await decompress(file, "f", 1 << 20), "f");
  tensor(data, shape, dtype);
}

function writtenAgain(tensors: Record<string, Tensor>, metadata: Record<string, string>): Uint8Array {
  try {
    return serialize(tensors, metadata);
  } catch (cause) {
    throw new Error("read, but not written again", { cause });
  }
}

function describe(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    ArrayBuffer.isView(part) ? Array.from(part as Uint8Array, String) : part,
  );
}
