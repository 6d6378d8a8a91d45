/** A WebAssembly file, put into the code by scripts/wasm.js: unpacks its bytes. */
declare module "*.wasm" {
  export default function bytes(): Uint8Array<ArrayBuffer>;
}
