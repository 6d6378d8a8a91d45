// IDX files from streams, compressed or not. The header says how many bytes there must be; no more are unpacked or waited for.

import { check, whole } from "../check.ts";
import { DataError } from "../errors.ts";
import { type Bytes, toBytes } from "../io/bytes.ts";
import { nameOf } from "../io/place.ts";
import type { Tensor } from "../tensor.ts";
import { MAX_HEADER_BYTES, parseIdx, readIdxHeader, wrongLength } from "./idx.ts";
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
  const unpacked = await collect(unzipped(streamOf(packed), file), maxBytes);
  if (unpacked) return unpacked;
  throw new DataError(
    `${file}: more than ${maxBytes} bytes come of these ${packed.length}; where that is meant, raise maxBytes`,
  );
}

/**
 * Reads an IDX file from a stream, which is ended in any case.
 *
 * @param size - how many bytes the stream has, where that is known
 * @throws DataError as `parseIdx` and `decompress` do
 */
export async function readIdx(stream: ByteStream, name: string, size?: number): Promise<Tensor> {
  let rest = stream;
  try {
    let { head, whole } = await peek(stream, MAX_HEADER_BYTES);
    rest = whole;
    const isPacked = isGzip(head);
    if (isPacked) {
      ({ head, whole } = await peek(unzipped(whole, name), MAX_HEADER_BYTES));
      rest = whole;
    }
    const { shape, length } = readIdxHeader(head, name);
    const most = isPacked ? MAX_UNMEASURED_BYTES : (size ?? MAX_UNMEASURED_BYTES);
    if (length > most) {
      if (!isPacked && size !== undefined) throw wrongLength(name, shape, length, size);
      throw new DataError(
        `${name}: its header asks for ${length} bytes, more than the ${most} that are unpacked or fetched; ` +
          "where that is meant, name a folder that holds the file itself, unpacked",
      );
    }
    const bytes = await collect(whole, length);
    if (bytes === undefined) throw wrongLength(name, shape, length, isPacked ? undefined : size);
    return parseIdx(bytes, name);
  } finally {
    await abandon(rest);
  }
}
