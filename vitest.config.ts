import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultExclude, defineConfig, type Plugin } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
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

/** Tests of what is computed and drawn, nearly all of which take an engine as they find it. */
const computing = ["assembly", "book", "data", "graph", "nn", "numeric", "plot", "train"];
/** What shows that a test wants an engine or modules of its own, or measures what others may use as well. */
const alone = /memoryReport|engine\(\)|init\(\{|\bvi\.|node:(child_process|v8)/;

/** Files that share a process, one after the other: to start one, and to load kobai in it, takes longer than most of them. */
const together = computing
  .flatMap((folder) =>
    readdirSync(join("test", folder), { recursive: true, encoding: "utf8" }).map((file) =>
      join("test", folder, file),
    ),
  )
  .filter((file) => file.endsWith(".test.ts") && !alone.test(readFileSync(file, "utf8")));

/** Where the longest files are, the longest first: in a fresh clone Vitest knows sizes only, and would begin some of them at the end. */
const longest = [
  "runtime/wide/suite",
  "next/",
  "bundlers/",
  "web/",
  "site/",
  "examples/",
  "runtime/lanes/",
  "runtimes/",
  "readme",
  "browser/",
  "fuzz/",
  "cli/",
].map((name) => join(import.meta.dirname, "test", name));

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      [...longest, ""].findIndex((path) => moduleId.startsWith(path));
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  plugins: [wasm, texts],
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Rather than one less than the machine has cores: much of the time is spent waiting for browsers, installers and other processes.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    // .ci/run counts by the second.
    reporters: ["default", ["json", { outputFile: "build/test-results.json" }]],
    projects: [
      {
        extends: true,
        test: { name: "alone", include: ["test/**/*.test.ts"], exclude: [...defaultExclude, ...together] },
      },
      { extends: true, test: { name: "together", include: together, isolate: false } },
    ],
  },
});
