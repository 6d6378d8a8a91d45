// Other tests once more, with the wide build as the default of `init`: suite.test.ts runs them in Nodes that have it.

import { defineConfig, mergeConfig, type Plugin } from "vitest/config";
import base from "../../../vitest.config.ts";

const wideByDefault: Plugin = {
  name: "wide-by-default",
  transform(code, id) {
    if (!id.endsWith("/src/runtime/engine.ts")) return undefined;
    const changed = code.replace("wide = false,", "wide = true,");
    if (changed === code)
      throw new Error("test/runtime/wide/vitest.config.ts: init has another default for wide");
    return changed;
  },
};

const config = mergeConfig(base, defineConfig({ plugins: [wideByDefault] }));
delete config.test!.projects;
// Two of these run side by side.
config.test!.maxWorkers = 1;
config.test!.include = ["test/runtime/wide/wide.case.ts", ...(process.env.KOBAI_TESTS ?? "").split(",")];
// This is between the reference and itself: no wasm runs.
config.test!.testNamePattern = /^(?!.*gradients agree with differences)/;
config.test!.reporters = [["json", { outputFile: process.env.KOBAI_RESULTS! }]];
config.test!.env = { KOBAI_BUILD: "-wide" };
export default config;
