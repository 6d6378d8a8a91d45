import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { lacks, type Major, majors, nodeOf } from "./nodes.ts";

/** Bits against digests and the reference: every op, kernels by themselves, trainings, several lanes. */
const tests = [
  "test/fingerprint.test.ts",
  "test/graph/ops.test.ts",
  "test/assembly/gemm.test.ts",
  "test/assembly/sparse.test.ts",
  "test/assembly/unary.test.ts",
  "test/nn/layers/normalize.test.ts",
  "test/nn/layers/pool.test.ts",
  "test/train/training.test.ts",
  "test/train/updates.test.ts",
  "test/train/numerical-gradient.test.ts",
  "test/runtime/lanes/bits.test.ts",
];

interface Results {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

async function run(major: Major): Promise<Results> {
  const results = `build/wide-${major}.json`;
  rmSync(results, { force: true });
  const env = { ...process.env, KOBAI_TESTS: tests.join(), KOBAI_RESULTS: results };
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/runtime/wide/vitest.config.ts"];
  const { stdout, stderr } = await promisify(execFile)(nodeOf(major), vitest, { env }).catch(
    (error) => error,
  );
  if (!existsSync(results)) throw new Error(`the tests did not run: ${stdout}${stderr}`);
  return JSON.parse(readFileSync(results, "utf8"));
}

describe.skipIf(lacks)(`the wide build${lacks ? ` (not tested: this is ${lacks})` : ""}`, () => {
  it.concurrent.each(majors)(
    "gives the bits of every other: digests, ops, kernels, trainings and lanes, in Node %d",
    async (major) => {
      const { testResults, numPassedTests } = await run(major);
      const failed = testResults.flatMap(({ name, message, assertionResults }) => [
        ...(message ? [`${name}: ${message}`] : []),
        ...assertionResults
          .filter(({ status }) => status === "failed")
          .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join("\n")}`),
      ]);
      expect(failed).toEqual([]);
      expect(testResults).toHaveLength(tests.length + 1);
      expect(numPassedTests).toBeGreaterThan(400);
    },
    600_000,
  );
});
