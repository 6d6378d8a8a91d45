// What a user gives as `init({ wasm })`.

import { kindOf, show } from "../check.ts";
import { OptionError } from "../errors.ts";

/** The file's bytes. */
export type WasmBytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** Where the wasm may come from, for a page that would rather stream the file `kobai/wasm` than use the copy inside the bundle. */
export type WasmSource = WasmBytes | WebAssembly.Module | Response | PromiseLike<Response>;

/**
 * What is to be compiled: what was given, or for a memory that threads share its bytes.
 *
 * @throws OptionError where it is nothing that can be compiled, an answer of a server that is not the file, or a compiled module and
 *   the memory is shared
 */
export async function wasmOf(
  source: WasmSource,
  shared: boolean,
): Promise<WasmBytes | WebAssembly.Module | Response> {
  const given = await Promise.resolve(source).catch((error: unknown) => {
    throw new OptionError(`init: wasm could not be fetched: ${messageOf(error)}`);
  });
  // By its kind, not by its class: Node loads its fetch when Response is first named.
  const kind = kindOf(given);
  if (kind === "Response") {
    const response = given as Response;
    checkResponse(response);
    return shared ? response.arrayBuffer() : response;
  }
  if (kind === "WebAssembly.Module") {
    if (!shared) return given;
    throw new OptionError(
      "init: wasm: a compiled WebAssembly.Module is for one thread; for more give the bytes or the Response",
    );
  }
  if (ArrayBuffer.isView(given) || kind === "ArrayBuffer") return given;
  throw new OptionError(
    `init: wasm must be the bytes of kobai/wasm, its Response or a WebAssembly.Module; got ${show(given)}`,
  );
}

/** A compiler would say what it found at the file's first bytes, or that it is disturbed. */
function checkResponse({ bodyUsed, headers, ok, status, url }: Response): void {
  const from = url ? show(url) : "its Response";
  if (!ok) throw new OptionError(`init: wasm: ${from} answers with status ${status}: is the address right?`);
  if (bodyUsed) throw new OptionError(`init: wasm: ${from} was read already; give a Response as it comes`);
  const type = headers.get("content-type");
  if (type?.toLowerCase() === "application/wasm") return;
  throw new OptionError(
    `init: wasm: ${from} has the Content-Type ${show(type)}, not application/wasm: is the address right? Else have the server send ` +
      "that type, or give the bytes (await response.arrayBuffer())",
  );
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : show(error);
}
