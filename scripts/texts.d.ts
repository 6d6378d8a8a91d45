import type { Plugin } from "esbuild";

export const inside: Readonly<Record<string, string>>;
export function textOf(path: string): Promise<string>;
export function moduleOfText(path: string): Promise<string>;
export const texts: Plugin;
