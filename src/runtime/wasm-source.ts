// What a user gives as `init({ wasm })`.

import { show } from "../check.ts";
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
  const kind = kindOf(given);
  if (kind === "Response") {
    const response = given as Response;
    checkResponse(response);
    return shared ? response.arrayBuffer() : response;
  }
  if (kind === "WebAssembly.Module") {
    if (!shared) return given;
    throw new OptionError(
      "init: a compiled WebAssembly.Module works on the memory of one thread; for more pass the wasm's bytes or its Response",
    );
  }
  if (ArrayBuffer.isView(given) || kind === "ArrayBuffer") return given;
  throw new OptionError(
    `init: wasm must be the bytes of kobai/wasm, its Response (fetch("…/kobai.wasm")) or a WebAssembly.Module; got ${show(given)}`,
  );
}

/** By its tag, since it may come from another realm; and Node loads its fetch when Response is first named. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** A compiler would say what it found at the file's first bytes, or that it is disturbed. */
function checkResponse({ bodyUsed, headers, ok, status, url }: Response): void {
  const from = url ? show(url) : "its Response";
  if (!ok) throw new OptionError(`init: wasm: ${from} answers with status ${status}: is the address right?`);
  if (bodyUsed) throw new OptionError(`init: wasm: ${from} was read already; give a Response as it comes`);
  const type = headers.get("content-type");
  if (type?.toLowerCase() === "application/wasm") return;
  throw new OptionError(
    `init: wasm: ${from} has the Content-Type ${show(type)}, where application/wasm is needed: is the address right? Else have the ` +
      "server send that type, or give the bytes (await response.arrayBuffer())",
  );
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : show(error);
}
