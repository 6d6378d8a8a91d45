import { defineConfig, type Plugin } from "vitest/config";
import { moduleOfText } from "./scripts/texts.js";
import { moduleOf } from "./scripts/wasm.js";

const wasm: Plugin = {
  name: "wasm-files",
  enforce: "pre",
  load: (id) => (id.endsWith(".wasm") ? moduleOf(id) : undefined),
};

const texts: Plugin = {
  name: "texts",
  enforce: "pre",
  load: (id) => (id.endsWith("?text") ? moduleOfText(id.slice(0, -"?text".length)) : undefined),
};

export default defineConfig({
  plugins: [wasm, texts],
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Rather than one less than the machine has cores: much of the time is spent waiting for browsers, installers and other processes.
    maxWorkers: "100%",
    // .ci/run counts by the second.
    reporters: ["default", ["json", { outputFile: "build/test-results.json" }]],
  },
});
