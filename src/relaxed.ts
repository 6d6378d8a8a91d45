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
const wasm: Uint8Array<ArrayBuffer> = unpack(...packed);
export default wasm;
