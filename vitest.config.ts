import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vitest/config";

/** Gives a .wasm file as its bytes, as the build's loader does. */
const wasm: Plugin = {
  name: "wasm-bytes",
  enforce: "pre",
  load(id) {
    if (!id.endsWith(".wasm")) return undefined;
    const base64 = readFileSync(id).toString("base64");
    return `export default Uint8Array.from(Buffer.from("${base64}", "base64"));`;
  },
};

export default defineConfig({
  plugins: [wasm],
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    // .ci/run counts by the second.
    reporters: ["default", ["json", { outputFile: "build/test-results.json" }]],
  },
});
