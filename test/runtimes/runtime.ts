// Other runtimes than the one that runs the tests. `npm ci --prefix test/runtimes` installs them (Linux on x64), in half a minute; .ci/run does.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestContext } from "vitest";

const installed = join(import.meta.dirname, "node_modules");
const qemu = "/usr/bin/qemu-aarch64-static";
/** Debian's libraries for programs of arm64. */
const arm64 = "/usr/aarch64-linux-gnu";

/** What comes before the path of a script. */
const commands = {
  node22: [join(installed, "node22/bin/node")],
  node24: [join(installed, "node24/bin/node")],
  node26: [join(installed, "node26/bin/node")],
  "node22-arm64": [qemu, "-L", arm64, join(installed, "node22-arm64/bin/node")],
  bun: [join(installed, "bun/bin/bun")],
  deno: [join(installed, "deno/deno"), "run", "--allow-all"],
} as const;

/** The names of the runtimes. */
export type RuntimeName = keyof typeof commands;
export const runtimeNames = Object.keys(commands) as RuntimeName[];

/**
 * The command that runs a script in a runtime: its executable, and what comes before the script's path. Where the runtime is not
 * installed the test that asks is skipped with a word, or fails where all have to be there (ALL_RUNTIMES, which .ci/run sets).
 *
 * @example
 * it("trains on Node 24", (context) => {
 *   const [command, ...args] = runtime("node24", context);
 *   execFileSync(command, [...args, "script.mjs"]);
 * });
 */
export function runtime(name: RuntimeName, context: TestContext): readonly [string, ...string[]] {
  const missing = commands[name].find((part) => part.startsWith("/") && !existsSync(part));
  if (missing !== undefined) {
    const remedy = missing.startsWith(installed)
      ? "npm ci --prefix test/runtimes"
      : "apt-get install qemu-user-static libstdc++6-arm64-cross libatomic1-arm64-cross";
    skip(context, `${name} is not installed (${remedy})`);
  }
  return commands[name];
}

/** Skips the test that asks, saying why, or has it fail where everything has to be there. */
export function skip(context: TestContext, reason: string): never {
  if (process.env.ALL_RUNTIMES) throw new Error(reason);
  context.skip(reason);
}

/** Runs a script in a runtime, as `runtime` finds it. @returns what it wrote to stdout */
export async function runIn(
  name: RuntimeName,
  context: TestContext,
  script: string,
  ...args: string[]
): Promise<string> {
  const [command, ...before] = runtime(name, context);
  const { stdout } = await promisify(execFile)(command, [...before, script, ...args]);
  return stdout;
}
