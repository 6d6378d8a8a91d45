// Finds files of a data set: in a folder of the file system, or under an address that can be fetched.

import { DataError } from "../errors.ts";
import { FileError } from "../io/file-error.ts";
import { nameOf, type Place } from "../io/place.ts";
import { importNode } from "../node.ts";
import type { Tensor } from "../tensor.ts";
import { readIdxFile, readIdxStream } from "./read-idx.ts";
import { abandon, explained, isGzip, peek } from "./stream.ts";

/** Why there is no such file: what a server answered, empty for a folder. */
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
    const from = await within(folder, name);
    const found = await (folder.path === undefined ? fetchIfThere(from) : readIfThere(from));
    if (typeof found !== "string") return { tensor: found, from };
    tried.push(found === "" ? name : `${name} (${found})`);
  }
  const last = tried.pop();
  throw new DataError(`${nameOf(folder.path ?? folder.address)}: there is no ${tried.join(", ")} or ${last}`);
}

async function readIfThere(path: string): Promise<Tensor | Missing> {
  try {
    return await readIdxFile(path);
  } catch (error) {
    if (error instanceof FileError && (error.code === "ENOENT" || error.code === "ENOTDIR")) return "";
    throw error;
  }
}

/** A file in a folder; what follows a question mark in an address, such as a signature, stays behind it. */
async function within({ path, address }: Place, name: string): Promise<string> {
  if (path !== undefined) return (await importNode("node:path")).join(path, name);
  const [base = ""] = address.split(/[?#]/, 1);
  let end = base.length;
  while (base[end - 1] === "/") end--;
  return `${base.slice(0, end)}/${name}${address.slice(base.length)}`;
}

/**
 * A server says in many ways that there is no such file: besides 404 with 403 or 410, with a page that says so, or with an answer that
 * a browser withholds from us. So whatever is no data is a missing file, and its reason is told if no other name leads to one.
 */
async function fetchIfThere(from: string): Promise<Tensor | Missing> {
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
  if (isGzip(head) || (head[0] === 0 && head[1] === 0)) return readIdxStream(whole, nameOf(from));
  await abandon(whole);
  const type = response.headers.get("content-type")?.split(";", 1)[0];
  return `${status}, but no IDX file${type ? `: ${brief(type)}` : ""}`;
}

/** What a server says, in a few words. */
function brief(text: string): string {
  return text.slice(0, 40).trim();
}
