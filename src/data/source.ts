// Finds files of a data set: in a folder of the file system, or under an address that can be fetched.

import { DataError } from "../errors.ts";
import { FileError } from "../io/file-error.ts";
import { nameOf, type Place } from "../io/place.ts";
import { importNode } from "../node.ts";
import type { Tensor } from "../tensor.ts";
import { readIdx } from "./read-idx.ts";
import { abandon, type ByteStream, explained, fileStream, isGzip, peek } from "./stream.ts";

/** A file that was found. */
interface Found {
  readonly from: string;
  readonly stream: ByteStream;
  readonly size?: number;
}

/** Why there is none: what a server answered, empty for a folder. */
type Missing = string;

/**
 * Reads the first IDX file of a folder that goes by one of the names, undoing gzip.
 *
 * @returns the tensor, and the path or address it came from
 * @throws DataError where no such file exists (naming all that were tried, and what a server answered), or it is no IDX file
 * @throws FileError where a file cannot be read
 */
export async function readFirst(
  folder: Place,
  names: readonly string[],
): Promise<{ tensor: Tensor; from: string }> {
  const tried: string[] = [];
  for (const name of names) {
    const found = await (folder.path === undefined
      ? fetchFile(addressIn(folder.address, name))
      : openFile(folder.path, name));
    if (typeof found !== "string") {
      const { from, stream, size } = found;
      return { tensor: await readIdx(stream, nameOf(from), size), from };
    }
    tried.push(found === "" ? name : `${name} (${found})`);
  }
  const last = tried.pop();
  throw new DataError(`${nameOf(folder.path ?? folder.address)}: there is no ${tried.join(", ")} or ${last}`);
}

async function openFile(folder: string, name: string): Promise<Found | Missing> {
  const { join } = await importNode("node:path");
  const from = join(folder, name);
  try {
    return { from, ...(await fileStream(from)) };
  } catch (error) {
    if (error instanceof FileError && (error.code === "ENOENT" || error.code === "ENOTDIR")) return "";
    throw error;
  }
}

/** The address of a file in a folder; what follows a question mark, such as a signature, stays behind it. */
function addressIn(folder: string, name: string): string {
  const [base = ""] = folder.split(/[?#]/, 1);
  let end = base.length;
  while (base[end - 1] === "/") end--;
  return `${base.slice(0, end)}/${name}${folder.slice(base.length)}`;
}

/**
 * A server says in many ways that there is no such file: besides 404 with 403 or 410, with a page that says so, or with an answer that
 * a browser withholds from us. So whatever is no data is a missing file, and its reason is told if no other name leads to one.
 */
async function fetchFile(from: string): Promise<Found | Missing> {
  let response: Response;
  try {
    response = await fetch(from);
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    return brief(cause?.code ?? message);
  }
  const status = brief(`${response.status} ${response.statusText}`);
  if (!response.ok || response.body === null) {
    await abandon(response.body);
    return status;
  }
  const body = explained(
    response.body,
    (cause) => new DataError(`${nameOf(from)}: the answer broke off: ${(cause as Error).message}`, { cause }),
  );
  const { head, whole } = await peek(body, 2);
  if (isGzip(head) || (head[0] === 0 && head[1] === 0)) return { from, stream: whole };
  await abandon(whole);
  const type = response.headers.get("content-type")?.split(";", 1)[0];
  return `${status}, but ${type ? brief(type) : "bytes"} that is no IDX file`;
}

/** What a server says, in a few words. */
function brief(text: string): string {
  return text.slice(0, 40).trim();
}
