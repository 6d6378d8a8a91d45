// Builds the project in the working directory as a bundler does that was given no settings: build.js BUNDLER FOLDER

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [bundler, outdir] = process.argv.slice(2);

/** Those that know nothing of workers get both files. */
const entries = ["main.js", "worker.js"].filter((name) => existsSync(name));

const builders = {
  vite: async ({ build }) =>
    build({ configFile: false, logLevel: "warn", base: "./", build: { outDir: outdir, emptyOutDir: true } }),
  async vite6() {
    await this.vite(await import("vite6"));
  },
  async vite7() {
    await this.vite(await import("vite7"));
  },
  async webpack() {
    const { default: webpack } = await import("webpack");
    const compiler = webpack({ mode: "production", entry: "./main.js", output: { path: outdir } });
    await new Promise((resolve, reject) => {
      compiler.run((error, stats) => {
        if (error ?? stats.hasErrors()) reject(error ?? new Error(stats.toString("errors-only")));
        else resolve();
      });
    });
  },
  async rollup() {
    const { rollup } = await import("rollup");
    const { nodeResolve } = await import("@rollup/plugin-node-resolve");
    const bundle = await rollup({ input: entries, plugins: [nodeResolve({ browser: true })] });
    await bundle.write({ dir: outdir, format: "es" });
  },
  async esbuild() {
    const { build } = await import("esbuild");
    await build({ entryPoints: entries, outdir, bundle: true, minify: true, format: "esm" });
  },
  async parcel(config = fileURLToPath(import.meta.resolve("@parcel/config-default"))) {
    const { Parcel } = await import("@parcel/core");
    await new Parcel({
      entries: "index.html",
      defaultConfig: config,
      mode: "production",
      cacheDir: `${outdir}-cache`,
      defaultTargetOptions: { distDir: outdir, publicUrl: "./", shouldOptimize: true },
    }).run();
  },
  async "parcel-terser"() {
    await this.parcel(fileURLToPath(import.meta.resolve("./terser.parcelrc")));
  },
};

await builders[bundler]();
// Some keep workers of their own.
process.exit();
