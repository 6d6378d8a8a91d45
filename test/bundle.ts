import { type BuildOptions, build } from "esbuild";
import { texts } from "../scripts/texts.js";
import { wasmFiles } from "../scripts/wasm.js";

/** Bundles modules that documents show, kobai's sources with them, into files that Node runs. */
export async function bundle(entries: string[], outdir: string, options: BuildOptions): Promise<void> {
  await build({
    entryPoints: entries,
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    plugins: [wasmFiles, texts],
    logLevel: "silent",
    ...options,
  });
}
