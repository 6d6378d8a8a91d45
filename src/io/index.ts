// kobai/io: files of tensors.

export type { WriteOptions } from "./atomic.ts";
export type { Bytes } from "./bytes.ts";
export { sha256 } from "./digest.ts";
export { FileError } from "./file-error.ts";
export { loadSafetensors, parse, type Safetensors, saveSafetensors, serialize } from "./safetensors.ts";
