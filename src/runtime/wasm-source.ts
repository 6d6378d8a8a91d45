// What a user gives as `init({ wasm, extension })`.

import { kindOf, messageOf, show } from "../check.ts";
import { OptionError } from "../errors.ts";

/** The file's bytes. */
export type WasmBytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** Where a file of wasm may come from, for a page that would rather stream it than use the copy inside the bundle. */
export type WasmSource = WasmBytes | WebAssembly.Module | Response | PromiseLike<Response>;

/** Which file it is to be: the option that gives it, and its path below kobai/. */
interface Wanted {
  readonly option: string;
  readonly path: string;
}

/**
 * What is to be compiled: what was given, or for a memory that threads share its bytes.
 *
 * @throws OptionError where it is nothing that can be compiled, an answer of a server that is not the file, or a compiled module and
 *   the memory is shared
 */
export async function wasmOf(
  source: WasmSource,
  shared: boolean,
  { option, path }: Wanted,
): Promise<WasmBytes | WebAssembly.Module | Response> {
  const given = await Promise.resolve(source).catch((error: unknown) => {
    throw new OptionError(`init: ${option} could not be fetched: ${messageOf(error)}`);
  });
  // By its kind, not by its class: Node loads its fetch when Response is first named.
  const kind = kindOf(given);
  if (kind === "Response") {
    const response = given as Response;
    checkResponse(response, option);
    return shared ? response.arrayBuffer() : response;
  }
  if (kind === "WebAssembly.Module") {
    if (!shared) return given;
    throw new OptionError(
      `init: ${option}: a compiled WebAssembly.Module is for one thread; for more give the bytes or the Response`,
    );
  }
  if (ArrayBuffer.isView(given) || kind === "ArrayBuffer") return given;
  throw new OptionError(
    `init: ${option} must be the bytes of kobai/${path}, its Response or a WebAssembly.Module; got ${show(given)}`,
  );
}

/** A compiler would say what it found at the file's first bytes, or that it is disturbed. */
function checkResponse({ bodyUsed, headers, ok, status, url }: Response, option: string): void {
  const from = `init: ${option}: ${url ? show(url) : "its Response"}`;
  if (!ok) throw new OptionError(`${from} answers with status ${status}: is the address right?`);
  if (bodyUsed) throw new OptionError(`${from} was read already; give a Response as it comes`);
  const type = headers.get("content-type");
  if (type?.toLowerCase() === "application/wasm") return;
  throw new OptionError(
    `${from} has the Content-Type ${show(type)}, not application/wasm: is the address right? Else give the bytes ` +
      "(await response.arrayBuffer())",
  );
}
