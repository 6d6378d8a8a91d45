// What a page loads to train, bundled for browsers and minified: of kobai as built (dist/), the wasm inside, or of another library.

import { resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";

/** Its code. */
export const page = `
  import { crossEntropy, dense, init, relu, sequential, sgd } from "kobai";
  export async function train(x, t) {
    await init();
    const net = sequential([dense(50), relu(), dense(10)], { input: [784], seed: 42 });
    const options = { loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), batchSize: 100, steps: 10_000 };
    await net.fit({ x, t, scale: 1 / 255 }, { ...options, sampling: "replacement" });
    return net;
  }`;

export interface PageBundle {
  /** bytes of the files that the page loads at once: not of those that it would import on demand */
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
  /** their texts, the entry's first */
  readonly texts: readonly string[];
}

/** kobai's page, or another that imports from "kobai" and "kobai/ops". */
export function pageBundle(contents = page): Promise<PageBundle> {
  return bundleForPage("<stdin>", {
    stdin: { contents, resolveDir: resolve("bench"), loader: "js" },
    alias: { kobai: resolve("dist/index.js"), "kobai/ops": resolve("dist/ops.js") },
  });
}

/** What a page with one entry loads; @param name esbuild's of the entry: its path, or "<stdin>" */
export async function bundleForPage(
  name: string,
  entry: Pick<BuildOptions, "stdin" | "entryPoints" | "alias" | "external">,
): Promise<PageBundle> {
  const { outputFiles, metafile } = await build({
    external: ["node:*"],
    ...entry,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    outdir: "page",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const needed = new Set(
    Object.keys(metafile.outputs).filter((path) => metafile.outputs[path]!.entryPoint === name),
  );
  for (const path of needed) {
    for (const { kind, path: imported } of metafile.outputs[path]!.imports) {
      if (kind === "import-statement") needed.add(imported);
    }
  }
  const texts = [...needed].map((path) => outputFiles.find((file) => file.path === resolve(path))!.text);
  const sum = (bytes: (text: string) => number) => texts.reduce((total, text) => total + bytes(text), 0);
  return {
    minified: sum((text) => Buffer.byteLength(text)),
    gzip: sum((text) => gzipSync(text, { level: 9 }).length),
    brotli: sum((text) => brotliCompressSync(text).length),
    texts,
  };
}
