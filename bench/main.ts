// npm run bench -- [GROUP …] [--quick] [--wide] [--json FILE]
//
// Measures the kernels and training against the plain TypeScript of test/reference, whose results they must equal to the last bit
// before anything is timed. Nothing is asserted about times: they are this machine's, with whatever else runs on it.

import { writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform } from "node:os";
import { parseArgs } from "node:util";
import { init } from "../src/runtime/engine.ts";
import { group as bookRun } from "./book-run.ts";
import { group as conv } from "./conv.ts";
import { group as exp } from "./exp.ts";
import { group as extras } from "./extras.ts";
import type { Group, Result } from "./harness.ts";
import { group as instructions } from "./instructions.ts";
import { group as lanes, wasWorker } from "./lanes.ts";
import { group as matmul } from "./matmul.ts";
import { group as memory } from "./memory.ts";
import { chapter4, group as numericalGradient } from "./numerical-gradient.ts";
import { group as ownLoops } from "./own-loops.ts";
import { PeakMeter } from "./peak.ts";
import { group as predict } from "./predict.ts";
import { group as sgd } from "./sgd.ts";
import { group as softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
import { group as start } from "./start.ts";
import { table } from "./table.ts";
import { group as trainingStep } from "./training-step.ts";

const groups: readonly Group[] = [
  matmul,
  conv,
  lanes,
  softmaxCrossEntropy,
  exp,
  sgd,
  trainingStep,
  extras,
  instructions,
  bookRun,
  ownLoops,
  predict,
  numericalGradient,
  memory,
  start,
  chapter4,
];

function usage(problem: string): never {
  console.error(`bench: ${problem}`);
  console.error("usage: npm run bench -- [GROUP …] [--quick] [--wide] [--json FILE]");
  console.error(`groups: ${groups.map(({ name, onRequest }) => (onRequest ? `(${name})` : name)).join(" ")}`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        wide: { type: "boolean", default: false },
        json: { type: "string" },
      },
    });
  } catch (error) {
    return usage((error as Error).message);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const unknown = positionals.find((name) => !groups.some((group) => group.name === name));
  if (unknown !== undefined) usage(`there is no group ${unknown}`);
  const chosen = groups.filter(({ name, onRequest }) =>
    positionals.length > 0 ? positionals.includes(name) : !onRequest,
  );

  const { wide } = await init({ wide: values.wide });
  const peak = await PeakMeter.create();
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    arch: arch(),
    platform: platform(),
  };
  const { node, v8 } = process.versions;
  const load = loadavg()[0]!;
  console.log(`${machine.cpu}, ${machine.arch}, node ${node} (V8 ${v8})${wide ? ", wide" : ""}`);
  console.log(
    `128-bit multiplications and additions, peak of one core: float32 ${peak.highest.float32.toFixed(1)}, ` +
      `float64 ${peak.highest.float64.toFixed(1)} GFLOP/s`,
  );
  if (load > 1) {
    console.log(
      `Other programs run as well (load ${load.toFixed(1)}): they share caches and memory with what is measured.`,
    );
  }
  console.log();

  const began = performance.now();
  const results: Record<string, Result[]> = {};
  for (const { name, title, run } of chosen) {
    const own: Result[] = [];
    results[name] = own;
    await run({ quick: values.quick, peak, report: (result) => own.push(result) });
    console.log(table(title, own));
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(`${seconds.toFixed(0)} s`);
  if (values.json !== undefined) {
    const run = {
      date: new Date().toISOString(),
      machine,
      node,
      v8,
      load,
      quick: values.quick,
      wide,
      seconds,
    };
    writeFileSync(values.json, `${JSON.stringify({ ...run, peak: peak.highest, results }, undefined, 2)}\n`);
  }
}

if (!(await wasWorker())) await main();
