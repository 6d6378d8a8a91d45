// Where files lie: a path of the file system, or an address that is fetched. Users write either as a string or as a URL.

import { OptionError, UnsupportedError } from "../errors.ts";
import { importNode, isNode } from "../node.ts";
import { nameInMessage } from "./show.ts";

/** A path of the file system, or an address that is fetched. */
export type Place =
  | { readonly path: string; readonly address?: undefined }
  | { readonly path?: undefined; readonly address: string };

/**
 * What a string or a `URL` means: `file:` is a path, any other scheme of a `URL` an address. A string is a path, unless it begins with
 * http://, https:// or file://; in a page it is an address, which may be relative.
 *
 * @param what - what messages call it
 * @throws OptionError where it is neither, is empty, or cannot be a path
 */
export async function locate(what: string, source: string | URL): Promise<Place> {
  if (typeof source === "string") {
    if (source === "") throw new OptionError(`${what} is an empty string; it must be a path or an address`);
    if (!isNode || /^https?:\/\//i.test(source)) return { address: source };
    if (/^file:\/\//i.test(source)) return { path: await pathOfUrl(what, source) };
    if (source.includes("\0")) {
      throw new OptionError(`${what} is ${nameInMessage(source)}; no path can hold the character U+0000`);
    }
    return { path: source };
  }
  if (!isUrl(source)) throw new OptionError(`${what} must be a path or an address: a string or a URL`);
  const { href } = source;
  return isNode && /^file:/i.test(href) ? { path: await pathOfUrl(what, href) } : { address: href };
}

/**
 * The path that a string or a `file:` URL means.
 *
 * @param remedy - what to do where files cannot be reached: in a page, or at an address
 * @throws UnsupportedError in a page
 * @throws OptionError where it is no path
 */
export async function locateFile(call: string, source: string | URL, remedy: string): Promise<string> {
  if (!isNode) throw new UnsupportedError(`${call}: there is no file system in a page; ${remedy}`);
  const { path, address } = await locate(`${call}: path`, source);
  if (path !== undefined) return path;
  throw new OptionError(`${call}: ${nameInMessage(address)} is an address, no file; ${remedy}`);
}

/** Also where it comes from another realm, whose `URL` is another class. */
function isUrl(value: unknown): value is URL {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.prototype.toString.call(value) === "[object URL]" &&
    typeof (value as URL).href === "string"
  );
}

async function pathOfUrl(what: string, href: string): Promise<string> {
  const { fileURLToPath } = await importNode("node:url");
  try {
    return fileURLToPath(href);
  } catch (cause) {
    throw new OptionError(`${what} is ${nameInMessage(href)}, which names no file`, { cause });
  }
}
