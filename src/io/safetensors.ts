// safetensors, the file format of tensors by name (https://github.com/huggingface/safetensors#format):
//
//   8 bytes   N, the length of the header, unsigned, little-endian
//   N bytes   JSON, padded with spaces: src/io/header.ts
//   the rest  the elements, little-endian, row-major, without gap or overlap
//
// A file comes from anywhere, so `parse` believes nothing that it has not checked; and `serialize` makes nothing that it would refuse.

import "../globals.ts";
import { checkNamed, flag, options, show } from "../check.ts";
import { checkTensor, type Tensor, typedArrays } from "../tensor.ts";
import { type WriteOptions, writeFileAtomic } from "./atomic.ts";
import { allocate, type Bytes, bytesOf, toBytes } from "./bytes.ts";
import {
  checkExtent,
  checkMetadata,
  checkText,
  type Entry,
  type FormatEntry,
  failIn,
  formatNames,
  LENGTH_BYTES,
  METADATA,
  readHeader,
  readLength,
} from "./header.ts";
import { locateFile, nameOf } from "./place.ts";
import { type OpenFile, openFile } from "./read-file.ts";

/** What a file holds. */
export interface Safetensors {
  /** by name, in the order of their bytes in the file */
  tensors: Record<string, Tensor>;
  metadata: Record<string, string>;
}

/**
 * The bytes of a safetensors file.
 *
 * @param tensors - their elements follow each other in this order
 * @param metadata - free text by name; of numbers write `String(3)`, of anything else JSON
 * @throws DataError where `parse` would refuse the file: a value that is no tensor, or whose data is not of its dtype or does not fill
 *   its shape; a tensor called `__metadata__`; metadata that is no text; half of a surrogate pair in a name or a text; a header above
 *   100 MB or of more than a million names and numbers
 * @throws ShapeError where a shape is not of at most 32 whole numbers
 * @example const bytes = serialize({ "dense1.bias": tensor([0, 0.5]) }, { format: "kobai" });
 */
export function serialize(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return write("serialize", tensors, metadata).bytes;
}

/** @returns the file, and the part of it that follows the header */
export function write(
  call: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): { bytes: Uint8Array<ArrayBuffer>; data: Uint8Array<ArrayBuffer> } {
  const fail = failIn(call);
  checkNamed(call, tensors, "an object of tensors by name, as { weight: tensor(…) }");
  checkMetadata(metadata, fail);
  const header: [string, FormatEntry | Readonly<Record<string, string>>][] = [];
  if (Object.keys(metadata).length > 0) header.push([METADATA, { ...metadata }]);
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, given] of Object.entries<Tensor>(tensors)) {
    if (name === METADATA) fail(`${METADATA} is reserved and cannot name a tensor`);
    checkText("the name", name, fail);
    const { dtype, shape, data } = checkTensor(`${call}: ${show(name)}`, given);
    const begin = end;
    end += data.byteLength;
    parts.push(bytesOf(data));
    header.push([name, { dtype: formatNames[dtype], shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // The data then begins at a multiple of 8, where a reader that maps the file may look at it in place.
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  checkExtent(padded, fail);
  const dataStart = LENGTH_BYTES + padded.length;
  const bytes = allocate(call, dataStart + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded.length), true);
  bytes.set(padded, LENGTH_BYTES);
  let offset = dataStart;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return { bytes, data: bytes.subarray(dataStart) };
}

/**
 * Reads the bytes of a safetensors file. The tensors have memory of their own.
 *
 * @param bytes - an ArrayBuffer or any view of one
 * @param name - what messages call the file
 * @throws DataError where anything departs from the format, an element type is not one of F32, F64, U8, I32, a shape has more than 32
 *   axes, or the header is above 100 MB or has more than a million names and numbers
 * @example const { tensors, metadata } = parse(bytes);
 */
export function parse(bytes: Bytes, name = "safetensors"): Safetensors {
  const file = nameOf(name);
  const fail = failIn(file);
  const all = toBytes(file, bytes);
  const dataStart = LENGTH_BYTES + readLength(all, all.length, fail);
  const { entries, metadata } = readHeader(
    all.subarray(LENGTH_BYTES, dataStart),
    all.length - dataStart,
    fail,
  );
  // Copies: offsets need not be aligned, and a tensor should not keep a whole file alive.
  const tensors = entries.map((entry) => {
    const tensor = emptyTensor(file, entry);
    bytesOf(tensor.data).set(all.subarray(dataStart + entry.begin, dataStart + entry.end));
    return [entry.name, tensor] as const;
  });
  // fromEntries, since an assignment to a tensor called __proto__ would not make a property.
  return { tensors: Object.fromEntries(tensors), metadata };
}

function emptyTensor(file: string, { dtype, shape, begin, end }: Entry): Tensor {
  return { shape, dtype, data: new typedArrays[dtype](allocate(file, end - begin).buffer) };
}

/**
 * Writes tensors to a file, whole or not at all. A link stays a link, and a file that is replaced leaves its mode to the new one.
 *
 * @param path - a path, as a string or a `file:` URL
 * @param options - overwrite: whether the file may replace another; default true
 * @throws DataError, ShapeError as `serialize` does
 * @throws FileError what the file system says, its `code` "EEXIST" where something is there that must not be overwritten
 * @throws UnsupportedError in a page, which has no file system: there `serialize` gives the bytes
 * @example await saveSafetensors("weights.safetensors", net.params);
 * @example await saveSafetensors("best.safetensors", net.params, { epoch: "3" }, { overwrite: false });
 */
export async function saveSafetensors(
  path: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
  writing: WriteOptions = {},
): Promise<void> {
  const checked = options("saveSafetensors", writing, { overwrite: flag });
  // Before anything is awaited: the tensors may change while the file is written.
  const { bytes } = write("saveSafetensors", tensors, metadata);
  const remedy = "serialize(tensors) gives the bytes, to store or to send";
  await writeFileAtomic(await locateFile("saveSafetensors", path, remedy), bytes, checked);
}

/**
 * Reads tensors from a file.
 *
 * @param path - a path, as a string or a `file:` URL
 * @throws DataError as `parse` does
 * @throws FileError what the file system says, or where the path leads to no file but a folder or a device
 * @throws UnsupportedError in a page, which has no file system: there fetch the file, and `parse` its bytes
 * @example const { tensors } = await loadSafetensors("weights.safetensors");
 */
export async function loadSafetensors(path: string | URL): Promise<Safetensors> {
  const remedy = "fetch the file, and parse(await response.arrayBuffer())";
  const file = await openFile(await locateFile("loadSafetensors", path, remedy));
  try {
    return await readOpen(file);
  } finally {
    await file.close();
  }
}

/** What an open file holds. @throws as `loadSafetensors` does */
export async function readOpen(file: OpenFile): Promise<Safetensors> {
  const name = nameOf(file.path);
  const fail = failIn(name);
  const length = readLength(await file.read(0, LENGTH_BYTES), file.size, fail);
  const dataStart = LENGTH_BYTES + length;
  const header = readHeader(await file.read(LENGTH_BYTES, length), file.size - dataStart, fail);
  const tensors: [string, Tensor][] = [];
  for (const entry of header.entries) {
    const tensor = emptyTensor(name, entry);
    await file.readInto(bytesOf(tensor.data), dataStart + entry.begin);
    tensors.push([entry.name, tensor]);
  }
  return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
}
