#!/usr/bin/env node
// The `kobai` command. Exit codes: 0 done, 1 data, files or training failed, 2 wrong usage, 130 ended with Ctrl-C.

import { CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { KobaiError } from "../errors.ts";
import { addGradcheck } from "./gradcheck.ts";
import { createProgram } from "./program.ts";
import { train } from "./train.ts";

const INTERRUPTED = 130;

const program = createProgram(manifest.version, async (options) => {
  const { aborted } = await train(options, manifest.version);
  if (aborted) process.exitCode = INTERRUPTED;
});
addGradcheck(program);

// Whoever reads our output may stop reading (`kobai train | head`); the run goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has written its line, or the help.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (isExpected(error)) {
    process.stderr.write(`kobai: ${error.message}\n`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}

/** Errors that say what is wrong with the world; of any other the place in our code is worth seeing. */
function isExpected(error: unknown): error is Error {
  return error instanceof KobaiError || (error instanceof Error && "syscall" in error);
}
