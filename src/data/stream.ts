// Streams of bytes that come from anywhere: looked at before they are believed, and read no further than they may go.

import "../globals.ts";
import { DataError, KobaiError } from "../errors.ts";

export type ByteStream = ReadableStream<Uint8Array<ArrayBuffer>>;

/** What one read gives: little, since what unpacks it may make 1,032 times as many bytes of it at once. */
const CHUNK_BYTES = 65_536;

/** @param read - at most so many bytes from a position on, none at the end */
export function streamOf(
  read: (position: number, length: number) => Promise<Uint8Array<ArrayBuffer>>,
): ByteStream {
  let position = 0;
  return new ReadableStream({
    async pull(controller) {
      const chunk = await read(position, CHUNK_BYTES);
      position += chunk.length;
      if (chunk.length > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

/** The bytes of a stream, whose failure is told by an error of ours. */
export function explained(stream: ByteStream, explain: (cause: unknown) => KobaiError): ByteStream {
  const reader = stream.getReader();
  return pulled({
    read: () =>
      reader.read().catch((cause: unknown) => {
        throw cause instanceof KobaiError ? cause : explain(cause);
      }),
    cancel: () => reader.cancel(),
  });
}

/** The first bytes of a stream, at least `count` where it has so many, and a stream of all of them. */
export async function peek(
  stream: ByteStream,
  count: number,
): Promise<{ head: Uint8Array<ArrayBuffer>; whole: ByteStream }> {
  const reader = stream.getReader();
  let head = new Uint8Array(0);
  while (head.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    head = concatenate([head, value]);
  }
  return { head, whole: pulled(reader, head) };
}

/** A stream of some bytes, and of what a reader then reads. */
function pulled(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>, "read" | "cancel">,
  first = new Uint8Array(0),
): ByteStream {
  return new ReadableStream({
    start(controller) {
      if (first.length > 0) controller.enqueue(first);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => reader.cancel(),
  });
}

/** All bytes of a stream; undefined where there are more than `most`, of which no more are read. */
export async function collect(
  stream: ByteStream,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let length = 0; length <= most; ) {
    const { done, value } = await reader.read();
    if (done) return concatenate(chunks);
    chunks.push(value);
    length += value.length;
  }
  await abandon(reader);
  return undefined;
}

/** Ends a stream of which nothing more is of interest, nor how it ends. */
export async function abandon(stream: { cancel(): Promise<void> } | null): Promise<void> {
  await stream?.cancel().catch(() => {});
}

/** Whether bytes are compressed by gzip. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** What gzip has compressed. */
export function unzipped(stream: ByteStream, name: string): ByteStream {
  const unpacked = stream.pipeThrough(new DecompressionStream("gzip"));
  return explained(
    unpacked,
    (cause) => new DataError(`${name}: the gzip data is damaged or truncated`, { cause }),
  );
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}
