/** A WebAssembly file, put into the code by scripts/wasm.js as what `unpack` takes. */
declare module "*.wasm" {
  const packed: Parameters<typeof import("./runtime/unpack.ts").unpack>;
  export default packed;
}
