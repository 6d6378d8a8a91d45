import { defineConfig, type Plugin } from "vitest/config";
import { moduleOf } from "./scripts/wasm.js";

const wasm: Plugin = {
  name: "wasm-files",
  enforce: "pre",
  load: (id) => (id.endsWith(".wasm") ? moduleOf(id) : undefined),
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
