// Runs the built `kobai` command, as a user's shell would.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
if (!existsSync(cli))
  throw new Error("dist/cli.js is missing: run `npm run build` before the tests of the command");

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What a command runs in, and what is done with it while it runs. */
export interface Surroundings {
  cwd?: string;
  env?: Record<string, string>;
  /** called with all of standard output so far, whenever there is more */
  onOutput?: (stdout: string, interrupt: () => void) => void;
}

/** `kobai` with these arguments, without a terminal; resolves when it has ended, whatever its exit code. */
export function kobai(args: readonly string[], { cwd, env, onOutput }: Surroundings = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, env: { ...process.env, ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOutput?.(stdout, () => child.kill("SIGINT"));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
