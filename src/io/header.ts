// The header of a safetensors file (https://github.com/huggingface/safetensors#format), read and checked before anything is believed:
//
//   { "name": { "dtype": "F32", "shape": [784, 50], "data_offsets": [begin, end] }, … }, perhaps with a "__metadata__" of strings
//
// Offsets count from the end of the header; the tensors lie there without gap or overlap.

import { isObject, isWhole, MOST_AXES, show } from "../check.ts";
import { DataError } from "../errors.ts";
import { bytesPerElement, type DTypeName, formatShape, size } from "../tensor.ts";

/** One tensor of a file. */
export interface Entry {
  readonly name: string;
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
  /** where its bytes begin and end, counted from the end of the header */
  readonly begin: number;
  readonly end: number;
}

/** What a header says. */
export interface Header {
  /** in the order of their bytes */
  readonly entries: readonly Entry[];
  readonly metadata: Record<string, string>;
}

/** What a tensor's entry holds. */
export interface FormatEntry {
  dtype: string;
  shape: readonly number[];
  data_offsets: readonly [begin: number, end: number];
}

/** Throws what is wrong with a file, after its name. */
export type Fail = (what: string) => never;

/** The bytes before the header, which hold its length: unsigned, little-endian. */
export const LENGTH_BYTES = 8;
export const METADATA = "__metadata__";
/** The limit that the reference implementation sets. */
const MAX_HEADER_BYTES = 100_000_000;
/** Names and numbers that a header may hold: of a hundred thousand tensors. What JSON.parse makes of one can take a hundred bytes. */
const MAX_VALUES = 1_000_000;
/** The header's object, a tensor's, and a list in it. */
const MAX_DEPTH = 3;

export const formatNames: Readonly<Record<DTypeName, string>> = {
  float32: "F32",
  float64: "F64",
  uint8: "U8",
  int32: "I32",
};
const dtypes = new Map(Object.entries(formatNames).map(([dtype, name]) => [name, dtype as DTypeName]));

export function failIn(file: string): Fail {
  return (what) => {
    throw new DataError(`${file}: ${what}`);
  };
}

/**
 * The length of the header.
 *
 * @param start - the first bytes of the file, at least `LENGTH_BYTES` where it has as many
 * @param fileBytes - how many bytes there are in all
 */
export function readLength(start: Uint8Array, fileBytes: number, fail: Fail): number {
  if (fileBytes < LENGTH_BYTES) {
    fail(`truncated: it ends after ${fileBytes} of the ${LENGTH_BYTES} bytes of the header length`);
  }
  const length = new DataView(start.buffer, start.byteOffset, start.byteLength).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    fail(
      `not a safetensors file: its header would take ${length} bytes, more than the ${MAX_HEADER_BYTES} allowed`,
    );
  }
  if (LENGTH_BYTES + Number(length) > fileBytes) {
    fail(`truncated: its header takes ${length} bytes, but ${fileBytes - LENGTH_BYTES} follow`);
  }
  return Number(length);
}

/**
 * Reads a header.
 *
 * @param json - its bytes
 * @param dataBytes - how many bytes follow it
 */
export function readHeader(json: Uint8Array, dataBytes: number, fail: Fail): Header {
  const { [METADATA]: metadata = {}, ...rest } = parseJson(json, fail);
  checkMetadata(metadata, fail);
  const found = Object.entries(rest).map(([name, value]) => {
    checkText("the name", name, fail);
    if (!isEntry(value)) fail(`the header of ${show(name)} is not a dtype, a shape and two data_offsets`);
    return [name, value as FormatEntry] as const;
  });
  found.sort(([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1]);

  let position = 0;
  const entries = found.map(
    ([
      name,
      {
        dtype: formatName,
        shape,
        data_offsets: [begin, end],
      },
    ]): Entry => {
      const what = show(name);
      const dtype =
        dtypes.get(formatName) ??
        fail(`${what} is ${show(formatName)}; kobai reads ${[...dtypes.keys()].join(", ")}`);
      if (begin < position)
        fail(`${what} overlaps the tensor before it: it begins at ${begin}, before ${position}`);
      if (begin > position) fail(`there is a hole before ${what}, from ${position} to ${begin}`);
      const expected = size(shape) * bytesPerElement(dtype);
      if (end - begin !== expected) {
        fail(
          `${what} is ${formatName} ${formatShape(shape)}, which takes ${expected} bytes, but its offsets give it ${end - begin}`,
        );
      }
      if (end > dataBytes) {
        fail(`truncated: ${what} ends at ${end}, but only ${dataBytes} bytes follow the header`);
      }
      position = end;
      return { name, dtype, shape, begin, end };
    },
  );
  if (position !== dataBytes) fail(`${dataBytes - position} bytes at the end belong to no tensor`);
  return { entries, metadata };
}

/** What every header keeps, the written ones too: what it may take to read it. */
export function checkExtent(json: Uint8Array, fail: Fail): { names: number } {
  if (json.length > MAX_HEADER_BYTES) {
    fail(`the header takes ${json.length} bytes, more than the ${MAX_HEADER_BYTES} allowed`);
  }
  const { depth, colons, commas } = survey(json);
  if (depth > MAX_DEPTH) fail("its header is nested deeper than that of any safetensors file");
  if (colons + commas > MAX_VALUES) fail(`its header holds more than ${MAX_VALUES} names and numbers`);
  return { names: colons };
}

/** What metadata must be, read or written. */
export function checkMetadata(metadata: unknown, fail: Fail): asserts metadata is Record<string, string> {
  if (!isObject(metadata)) return fail(`${METADATA} must map names to strings; it is ${show(metadata)}`);
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      fail(`${METADATA} must map names to strings; ${show(name)} is ${show(value)}`);
    }
    checkText("the metadata's name", name, fail);
    checkText("the metadata's text", value as string, fail);
  }
}

/** No half of a character, which a UTF-16 string may hold and which other readers of JSON refuse. */
export function checkText(what: string, text: string, fail: Fail): void {
  if (/\p{Cs}/u.test(text)) fail(`${what} ${show(text)} is not Unicode: it holds half of a surrogate pair`);
}

function parseJson(json: Uint8Array, fail: Fail): Record<string, unknown> {
  if (json[0] !== OPEN_BRACE) fail("not a safetensors file: its header does not begin with {");
  const { names } = checkExtent(json, fail);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(json);
  } catch {
    return fail("its header is not UTF-8");
  }
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    return fail("its header is not JSON");
  }
  if (names !== countKeys(header)) fail("its header holds a name twice");
  return header as Record<string, unknown>;
}

const [QUOTE, COMMA, COLON, OPEN_BRACKET, BACKSLASH, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = Array.from(
  '",:[\\]{}',
  (character) => character.charCodeAt(0),
);

/**
 * What JSON holds, counted up to the limits without building any of it: `JSON.parse` keeps only the last of two values with one name,
 * and makes of some texts more than memory holds.
 */
function survey(json: Uint8Array): { depth: number; colons: number; commas: number } {
  let [level, depth, colons, commas] = [0, 0, 0, 0];
  let inString = false;
  for (let i = 0; i < json.length && depth <= MAX_DEPTH && colons + commas <= MAX_VALUES; i++) {
    const byte = json[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COLON) colons++;
    else if (byte === COMMA) commas++;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth = Math.max(depth, ++level);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) level--;
  }
  return { depth, colons, commas };
}

function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((keys: number, child) => keys + countKeys(child), own);
}

function isEntry(value: unknown): value is FormatEntry {
  if (!isObject(value)) return false;
  const { dtype, shape, data_offsets } = value;
  return (
    typeof dtype === "string" &&
    isSizes(shape) &&
    shape.length <= MOST_AXES &&
    Number.isSafeInteger(size(shape)) &&
    isSizes(data_offsets) &&
    data_offsets.length === 2
  );
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => isWhole(item, 0) && !Object.is(item, -0));
}
