import packedExtension from "../build/kobai-extension-relaxed.wasm";
import packed from "../build/kobai-relaxed.wasm";
import { unpack } from "./runtime/unpack.ts";

/**
 * The relaxed build of the WebAssembly, for bundles: `init({ relaxed: true })` finds it by itself in Node, and nowhere else.
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import wasm from "kobai/relaxed";
 * const start = () => init({ relaxed: true, wasm });
 * ```
 */
export const wasm: Uint8Array<ArrayBuffer> = /* @__PURE__ */ unpack(...packed);
export default wasm;

/**
 * That of the extension, for bundles that import something that needs it.
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { extension, wasm } from "kobai/relaxed";
 * const start = () => init({ relaxed: true, wasm, extension });
 * ```
 */
export const extension: Uint8Array<ArrayBuffer> = /* @__PURE__ */ unpack(...packedExtension);
