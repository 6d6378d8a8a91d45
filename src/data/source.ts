// Finds files of a data set: in a folder of the file system, or under an address that can be fetched.

import { DataError } from "../errors.ts";
import { importNode, isNode } from "../node.ts";
import { decompress } from "./idx.ts";

/**
 * Reads the first file of a folder that goes by one of the names, undoing gzip.
 *
 * @param folder - a path, or an address that begins with http:// or https://; in a page any address
 * @returns the bytes, and the path or address they came from
 * @throws where no such file exists (naming all that were tried) or reading fails
 */
export async function readFirst(
  folder: string,
  names: readonly string[],
): Promise<{ bytes: Uint8Array; from: string }> {
  const read = isNode && !/^https?:\/\//.test(folder) ? readBytes : fetchBytes;
  for (const name of names) {
    const from = folder.replace(/\/*$/, `/${name}`);
    const bytes = await read(from);
    if (bytes !== undefined) return { bytes: await decompress(bytes, from), from };
  }
  throw new DataError(`${folder}: there is no ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`);
}

async function fetchBytes(url: string): Promise<Uint8Array | undefined> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new DataError(`${url}: cannot be fetched: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  });
  if (response.status === 404) return undefined;
  if (!response.ok)
    throw new DataError(`${url}: the server answered ${response.status} ${response.statusText}`.trimEnd());
  return new Uint8Array(await response.arrayBuffer());
}

async function readBytes(path: string): Promise<Uint8Array | undefined> {
  const { readFile } = await importNode("node:fs/promises");
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new DataError(`${path}: cannot be read: ${message}`, { cause });
  }
}
