// IDX files from files and streams, compressed or not. The header says how many bytes there must be, and no more are read, unpacked or
// waited for.

import { check, whole } from "../check.ts";
import { DataError } from "../errors.ts";
import { allocate, type Bytes, toBytes } from "../io/bytes.ts";
import { nameOf } from "../io/place.ts";
import { openFile } from "../io/read-file.ts";
import type { Tensor } from "../tensor.ts";
import { MAX_HEADER_BYTES, parseIdx, readIdxHeader, toTensor, wrongLength } from "./idx.ts";
import { abandon, type ByteStream, collect, isGzip, peek, streamOf, unzipped } from "./stream.ts";

/** What is unpacked or fetched at most, where nothing but the data themselves says how many bytes there are. */
const MAX_UNMEASURED_BYTES = 2 ** 30;

/**
 * Undoes gzip where the bytes are gzip, and returns any other bytes as they are.
 *
 * @param bytes - an ArrayBuffer or any view of one
 * @param name - what messages call the bytes
 * @param maxBytes - how many bytes may come of them; default 2³⁰, a GiB
 * @throws DataError where the gzip data is damaged or truncated, or more bytes come of them
 * @example await decompress(bytes); // what is not compressed stays as it is
 */
export async function decompress(
  bytes: Bytes,
  name = "data",
  maxBytes = MAX_UNMEASURED_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  check("decompress", "maxBytes", maxBytes, whole(0));
  const file = nameOf(name);
  const packed = toBytes(file, bytes);
  if (!isGzip(packed)) return packed;
  const read = async (position: number, length: number) => packed.subarray(position, position + length);
  const unpacked = await collect(unzipped(streamOf(read), file), maxBytes);
  if (unpacked) return unpacked;
  throw new DataError(
    `${file}: more than ${maxBytes} bytes come of these ${packed.length}; where that is meant, raise maxBytes`,
  );
}

/**
 * Reads an IDX file from the file system.
 *
 * @throws DataError as `parseIdx` and `decompress` do
 * @throws FileError as `openFile` does
 */
export async function readIdxFile(path: string): Promise<Tensor> {
  const file = await openFile(path);
  const name = nameOf(path);
  try {
    const head = await file.read(0, MAX_HEADER_BYTES);
    if (isGzip(head)) return await readIdxStream(streamOf(file.read), name);
    const header = readIdxHeader(head, name);
    if (header.length !== file.size) throw wrongLength(name, header, file.size);
    const elements = allocate(name, header.length - header.start);
    await file.readInto(elements, header.start);
    return toTensor(name, header, elements);
  } finally {
    await file.close();
  }
}

/**
 * Reads an IDX file from a stream, which is ended in any case.
 *
 * @throws DataError as `parseIdx` and `decompress` do
 */
export async function readIdxStream(stream: ByteStream, name: string): Promise<Tensor> {
  let rest = stream;
  try {
    let { head, whole } = await peek(stream, MAX_HEADER_BYTES);
    rest = whole;
    if (isGzip(head)) {
      ({ head, whole } = await peek(unzipped(whole, name), MAX_HEADER_BYTES));
      rest = whole;
    }
    const header = readIdxHeader(head, name);
    if (header.length > MAX_UNMEASURED_BYTES) {
      throw new DataError(
        `${name}: its header asks for ${header.length} bytes, more than the ${MAX_UNMEASURED_BYTES} that are unpacked or fetched; ` +
          "where that is meant, name a folder that holds the file itself, unpacked",
      );
    }
    const bytes = await collect(whole, header.length);
    if (bytes === undefined) throw wrongLength(name, header);
    return parseIdx(bytes, name);
  } finally {
    await abandon(rest);
  }
}
