#!/usr/bin/env node
// The `kobai` command. Its exit codes are told by its help (program.ts).

import { CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { KobaiError } from "../errors.ts";
import { addGradcheck } from "./gradcheck.ts";
import { complain, outliveReaders } from "./print.ts";
import { createProgram } from "./program.ts";
import { train } from "./train.ts";

outliveReaders();
const program = createProgram(manifest.version, (options) => train(options, manifest.version));
addGradcheck(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has written its line, or the help.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.exitCode = 1;
    for (const each of error instanceof AggregateError ? error.errors : [error]) {
      // Of what nobody expected the place in our code is worth seeing.
      if (!isExpected(each)) throw each;
      complain(each.message);
    }
  }
}

/** Errors that say what is wrong with the world. */
function isExpected(error: unknown): error is Error {
  return error instanceof KobaiError || (error instanceof Error && "syscall" in error);
}
