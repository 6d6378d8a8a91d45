// Runs the built `kobai` command, as a user's shell would.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";

const cli = resolve("dist/cli.js");
if (!existsSync(cli))
  throw new Error("dist/cli.js is missing: run `npm run build` before the tests of the command");

export interface Outcome {
  /** as a shell has it: 128 and the number of the signal that ended it, where one did */
  code: number;
  stdout: string;
  stderr: string;
}

/** What a command runs in, and what is done with it while it runs. */
export interface Surroundings {
  cwd?: string;
  env?: Record<string, string>;
  /** what the shell does before: `ulimit -f 1`, `exec > /dev/full` */
  before?: string;
  /** called with all of standard output so far, whenever there is more */
  onOutput?: (stdout: string, send: (signal: NodeJS.Signals) => void) => void;
  onStart?: (send: (signal: NodeJS.Signals) => void) => void;
}

/** `kobai` with these arguments, without a terminal; resolves when it has ended, whatever its exit code. */
export function kobai(args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const { cwd, env, before, onOutput, onStart } = surroundings;
  return new Promise((resolve, reject) => {
    const command = [process.execPath, cli, ...args] as const;
    const [program, ...rest] = before ? ["bash", "-c", `${before}; exec "$@"`, "bash", ...command] : command;
    const child = spawn(program, rest, { cwd, env: { ...process.env, ...env } });
    const send = (signal: NodeJS.Signals) => void child.kill(signal);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOutput?.(stdout, send);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("spawn", () => onStart?.(send));
    child.on("close", (code, signal) => {
      resolve({ code: code ?? 128 + constants.signals[signal as NodeJS.Signals], stdout, stderr });
    });
  });
}
