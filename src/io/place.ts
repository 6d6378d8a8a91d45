// Where files lie: a path of the file system, or an address that is fetched. Users write either as a string or as a URL.

import "../globals.ts";
import { check, type Rule, show } from "../check.ts";
import { OptionError, UnsupportedError } from "../errors.ts";
import { importNode, isNode } from "../node.ts";

/** A path of the file system, or an address that is fetched. */
export type Place =
  | { readonly path: string; readonly address?: undefined }
  | { readonly path?: undefined; readonly address: string };

/** What users write for a place. */
export const place: Rule = [
  (value) => (typeof value === "string" && value !== "") || isUrl(value),
  "a path or an address, a string or a URL",
];

/**
 * What a string or a `URL` means: `file:` is a path, any other scheme of a `URL` an address. A string is a path, unless it begins with
 * http://, https:// or file://; in a page it is an address, which may be relative.
 *
 * @param call, name - what messages call it
 * @throws OptionError where it is neither, is empty, or cannot be a path
 */
export async function locate(call: string, name: string, source: string | URL): Promise<Place> {
  check(call, name, source, place);
  const text = typeof source === "string" ? source : source.href;
  const isAddress = typeof source === "string" ? /^https?:\/\//i.test(text) : !/^file:/i.test(text);
  if (!isNode || isAddress) return { address: text };
  const { fileURLToPath } = await importNode("node:url");
  try {
    const path = typeof source !== "string" || /^file:\/\//i.test(text) ? fileURLToPath(text) : text;
    if (!path.includes("\0")) return { path };
  } catch {
    // no URL of a file here
  }
  throw new OptionError(`${call}: ${name} is ${show(text)}, which names no file`);
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
  const { path, address } = await locate(call, "path", source);
  if (path !== undefined) return path;
  throw new OptionError(`${call}: ${nameOf(address)} is an address, no file; ${remedy}`);
}

/** What messages call a file: its path or address, of a long one the beginning and the end, where the file's own name is. */
export function nameOf(source: unknown): string {
  if (typeof source !== "string") return show(source);
  return source.length <= 200 ? source : `${source.slice(0, 50)}…${source.slice(-150)}`;
}

/** Also where it comes from another realm, whose `URL` is another class. */
function isUrl(value: unknown): value is URL {
  try {
    return (
      Object.prototype.toString.call(value) === "[object URL]" && typeof (value as URL).href === "string"
    );
  } catch {
    // A proxy can throw at any question.
    return false;
  }
}
