/** A WebAssembly file as its bytes; the bundler puts them into the code. */
declare module "*.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
