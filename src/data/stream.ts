// Streams of bytes that come from anywhere: looked at before they are believed, and read no further than they may go.

import { DataError, KobaiError } from "../errors.ts";
import { openFile } from "../io/read-file.ts";

export type ByteStream = ReadableStream<Uint8Array<ArrayBuffer>>;

/** What one read gives: little, since what unpacks it may make 1,032 times as many bytes of it at once. */
const CHUNK_BYTES = 65_536;

/** A stream of bytes that are there. */
export function streamOf(bytes: Uint8Array<ArrayBuffer>): ByteStream {
  return pulled(async (position) => bytes.subarray(position, position + CHUNK_BYTES));
}

/** A stream of a file, which it closes. @throws FileError as `openFile` does */
export async function fileStream(path: string): Promise<{ stream: ByteStream; size: number }> {
  const file = await openFile(path);
  return {
    stream: pulled(
      (position) => file.read(position, CHUNK_BYTES),
      () => file.close(),
    ),
    size: file.size,
  };
}

/** @param read - the bytes from a position on, none at the end @param close - called once, when nothing more is read */
function pulled(
  read: (position: number) => Promise<Uint8Array<ArrayBuffer>>,
  close: () => Promise<void> = async () => {},
): ByteStream {
  let position = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        const chunk = await read(position);
        position += chunk.length;
        if (chunk.length > 0) return controller.enqueue(chunk);
      } catch (error) {
        await close();
        throw error;
      }
      controller.close();
      await close();
    },
    cancel: close,
  });
}

/** The bytes of a stream, whose failure is told by an error of ours. */
export function explained(stream: ByteStream, explain: (cause: unknown) => KobaiError): ByteStream {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw cause instanceof KobaiError ? cause : explain(cause);
      });
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
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
  const whole: ByteStream = new ReadableStream({
    start: (controller) => {
      if (head.length > 0) controller.enqueue(head);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { head, whole };
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
