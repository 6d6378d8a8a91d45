import type { Plugin } from "esbuild";

/** The arguments of `unpack`: the file's size, the table of tokens, the tokens, and the streams of their operands. */
export type Packed = [size: number, table: string, tokens: string, ...streams: string[]];

export function pack(wasm: Uint8Array): Packed;
export function writeModule(path: string): void;
export function moduleOf(path: string): string;
export const wasmFiles: Plugin;
