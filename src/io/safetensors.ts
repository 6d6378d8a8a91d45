// safetensors, the file format of tensors by name (https://github.com/huggingface/safetensors#format):
//
//   8 bytes   N, the length of the header, unsigned, little-endian
//   N bytes   JSON: { "name": { "dtype": "F32", "shape": [784, 50], "data_offsets": [begin, end] }, … }, perhaps with a
//             "__metadata__" of strings, padded with spaces; offsets count from the end of the header
//   the rest  the elements, little-endian, row-major, without gap or overlap
//
// A file comes from anywhere, so `parse` believes nothing that it has not checked.

import { DataError } from "../errors.ts";
import { importNode } from "../node.ts";
import { type DTypeName, formatShape, size, type Tensor, typedArrays } from "../tensor.ts";
import { writeFileAtomic } from "./atomic.ts";

/** What a file holds. */
export interface Safetensors {
  /** by name, in the order of their bytes in the file */
  tensors: Record<string, Tensor>;
  metadata: Record<string, string>;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [begin: number, end: number];
}

const LENGTH_BYTES = 8;
const METADATA = "__metadata__";
/** The limit that the reference implementation sets. */
const MAX_HEADER_BYTES = 100_000_000;

const formatNames: Readonly<Record<DTypeName, string>> = {
  float32: "F32",
  float64: "F64",
  uint8: "U8",
  int32: "I32",
};
const dtypes = new Map(Object.entries(formatNames).map(([dtype, name]) => [name, dtype as DTypeName]));

/**
 * The bytes of a safetensors file.
 *
 * @param tensors - their elements follow each other in this order
 * @param metadata - free text by name
 * @throws where a tensor is called `__metadata__`, its data does not fill its shape, or the header grows past 100 MB
 * @example const bytes = serialize({ "dense1.bias": tensor([0, 0.5]) }, { format: "kobai" });
 */
export function serialize(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries: [string, HeaderEntry | Readonly<Record<string, string>>][] = [];
  if (Object.keys(metadata).length > 0) entries.push([METADATA, metadata]);
  let end = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    if (name === METADATA)
      throw new DataError(`safetensors: ${METADATA} is reserved and cannot name a tensor`);
    if (size(shape) !== data.length) {
      throw new DataError(
        `safetensors: ${name}: shape ${formatShape(shape)} does not fit ${data.length} elements`,
      );
    }
    const begin = end;
    end += data.byteLength;
    entries.push([name, { dtype: formatNames[dtype], shape: [...shape], data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // The data then begins at a multiple of 8, where a reader that maps the file may look at it in place.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new DataError(
      `safetensors: the header takes ${headerBytes} bytes, more than the ${MAX_HEADER_BYTES} allowed`,
    );
  }
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + json.length, LENGTH_BYTES + headerBytes);
  let offset = LENGTH_BYTES + headerBytes;
  for (const { data } of Object.values(tensors)) {
    bytes.set(bytesOf(data), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file. The tensors have memory of their own.
 *
 * @param name - what messages call the file
 * @throws where anything departs from the format, or an element type is not one of F32, F64, U8, I32
 * @example const { tensors, metadata } = parse(bytes);
 */
export function parse(bytes: Uint8Array, name = "safetensors"): Safetensors {
  const fail = (what: string): never => {
    throw new DataError(`${name}: ${what}`);
  };
  const { header, dataStart } = readHeader(bytes, fail);
  const { [METADATA]: metadata = {}, ...rest } = header;
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    fail(`${METADATA} must map names to strings`);
  }
  const entries = Object.entries(rest).map(([tensorName, value]) => {
    if (!isEntry(value))
      fail(`the header of ${quote(tensorName)} is not a dtype, a shape and two data_offsets`);
    return [tensorName, value as HeaderEntry] as const;
  });
  entries.sort(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1]);

  let position = 0;
  const tensors = entries.map(([tensorName, { dtype: formatName, shape, data_offsets }]) => {
    const [begin, end] = data_offsets;
    const what = quote(tensorName);
    const dtype =
      dtypes.get(formatName) ??
      fail(`${what} is ${formatName}; kobai reads ${[...dtypes.keys()].join(", ")}`);
    if (begin < position)
      fail(`${what} overlaps the tensor before it: it begins at ${begin}, before ${position}`);
    if (begin > position) fail(`there is a hole before ${what}, from ${position} to ${begin}`);
    const expected = size(shape) * typedArrays[dtype].BYTES_PER_ELEMENT;
    if (end - begin !== expected) {
      fail(
        `${what} is ${formatName} ${formatShape(shape)}, which takes ${expected} bytes, but its offsets give it ${end - begin}`,
      );
    }
    if (end > bytes.length - dataStart) {
      fail(`truncated: ${what} ends at ${end}, but only ${bytes.length - dataStart} bytes follow the header`);
    }
    position = end;
    // A copy: offsets need not be aligned, and a tensor should not keep a whole file alive.
    const data = new typedArrays[dtype](expected / typedArrays[dtype].BYTES_PER_ELEMENT);
    bytesOf(data).set(bytes.subarray(dataStart + begin, dataStart + end));
    return [tensorName, { shape, dtype, data }] as const;
  });
  if (position !== bytes.length - dataStart) {
    fail(`${bytes.length - dataStart - position} bytes at the end belong to no tensor`);
  }
  // fromEntries, since an assignment to a tensor called __proto__ would not make a property.
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

/**
 * Writes tensors to a file, whole or not at all.
 *
 * @throws as `serialize` does, and what the file system says
 * @example await saveSafetensors("weights.safetensors", net.params);
 */
export async function saveSafetensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFileAtomic(path, serialize(tensors, metadata));
}

/**
 * Reads tensors from a file.
 *
 * @throws as `parse` does, and what the file system says
 * @example const { tensors } = await loadSafetensors("weights.safetensors");
 */
export async function loadSafetensors(path: string): Promise<Safetensors> {
  const { readFile } = await importNode("node:fs/promises");
  return parse(await readFile(path), path);
}

/**
 * The SHA-256 of tensors' elements, in hexadecimal: of what follows the header in a safetensors file of the same tensors,
 * their little-endian bytes in order. Two networks with the same digest have the same weights to the last bit.
 *
 * @example await sha256({ w: tensor([1, 2]) });
 */
export async function sha256(tensors: Readonly<Record<string, Tensor>>): Promise<string> {
  const bytes = serialize(tensors);
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const data = bytes.subarray(LENGTH_BYTES + headerBytes) as Uint8Array<ArrayBuffer>;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

type Fail = (what: string) => never;

function readHeader(bytes: Uint8Array, fail: Fail): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES)
    fail(`truncated: it ends after ${bytes.length} of the ${LENGTH_BYTES} bytes of the header length`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES)
    fail(
      `not a safetensors file: its header would take ${length} bytes, more than the ${MAX_HEADER_BYTES} allowed`,
    );
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length)
    fail(`truncated: its header takes ${length} bytes, but ${bytes.length - LENGTH_BYTES} follow`);
  if (bytes[LENGTH_BYTES] !== 0x7b || length === 0n)
    fail("not a safetensors file: its header does not begin with {");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, dataStart));
  } catch {
    return fail("its header is not UTF-8");
  }
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    return fail("its header is not JSON");
  }
  if (countColons(text) !== countKeys(header)) fail("its header holds a name twice");
  return { header: header as Record<string, unknown>, dataStart };
}

/** The colons outside strings, so the key-value pairs, in valid JSON: `JSON.parse` keeps only the last of two with one key. */
function countColons(json: string): number {
  let colons = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (inString && character === "\\") i++;
    else if (character === '"') inString = !inString;
    else if (character === ":" && !inString) colons++;
  }
  return colons;
}

function countKeys(root: unknown): number {
  let keys = 0;
  const pending = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== "object" || value === null) continue;
    if (!Array.isArray(value)) keys += Object.keys(value).length;
    for (const child of Object.values(value)) pending.push(child);
  }
  return keys;
}

function isEntry(value: unknown): value is HeaderEntry {
  if (!isObject(value)) return false;
  const { dtype, shape, data_offsets } = value;
  return (
    typeof dtype === "string" &&
    isSizes(shape) &&
    Number.isSafeInteger(size(shape)) &&
    isSizes(data_offsets) &&
    data_offsets.length === 2
  );
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function quote(name: string): string {
  return JSON.stringify(name);
}

/** The memory of a typed array: little-endian, as on every platform that JavaScript engines are built for today. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
