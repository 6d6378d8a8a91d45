// npm run bench:peers -- [WORK …] [--peer NAME]… [--rounds N] [--budget SECONDS] [--out FOLDER]
//
// kobai beside the libraries that people train with in JavaScript and in Python: the same work on the same data, from the same weights,
// in the same batches. Every answer is checked against another peer's before its time counts. Every run is a process (or page) of
// its own, and they take turns, round after round, since a machine's speed drifts; a round's times are thus comparable, and medians
// over the rounds count. Works that are not chosen keep what was recorded of them on such a machine.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { median } from "../harness.ts";
import { bundleForPage } from "../page-bundle.ts";
import { PeakMeter } from "../peak.ts";
import { chart } from "./chart.ts";
import { type Contender, contenders } from "./contenders.ts";
import { writeData } from "./data.ts";
import { type Outcome, problem, type WorkName } from "./outcome.ts";
import { ratios, type Standing, table, type WorkResult } from "./report.ts";
import { Runner, secondsOf, writeResult } from "./run.ts";
import works from "./works.json" with { type: "json" };

const FOLDER = "bench/peers";
const DATA = "build/peers-data";
/** Modules of Node's that some libraries name, and a page never loads. */
const NODES_OWN = ["node:*", "fs", "path", "crypto", "worker_threads", "perf_hooks", "os", "util"];

const usage = `usage: npm run bench:peers -- [WORK …] [--peer NAME]… [--rounds N] [--budget SECONDS] [--out FOLDER]
works: ${Object.keys(works).join(" ")}
peers: ${contenders.map(({ name }) => `"${name}"`).join(", ")}`;

function fail(message: string): never {
  console.error(`bench:peers: ${message}\n${usage}`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        peer: { type: "string", multiple: true },
        rounds: { type: "string", default: "3" },
        budget: { type: "string", default: "8" },
        out: { type: "string", default: join(FOLDER, "results") },
      },
    });
  } catch (error) {
    return fail((error as Error).message);
  }
}

const { values, positionals } = readArguments();
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds > 0))
  fail(`--rounds must be a whole number above 0; got ${values.rounds}`);
const budget = Number(values.budget);
if (!(budget > 0)) fail(`--budget must be above 0 seconds; got ${values.budget}`);
const unknown = positionals.find((name) => !(name in works));
if (unknown) fail(`there is no work ${unknown}`);
const names = values.peer;
const stranger = names?.find((name) => !contenders.some((contender) => contender.name === name));
if (stranger) fail(`there is no peer ${stranger}`);
const taking = names ? contenders.filter(({ name }) => names.includes(name)) : contenders;
const chosen = (positionals.length > 0 ? positionals : Object.keys(works)) as WorkName[];

if (!existsSync(join(FOLDER, "node_modules"))) {
  console.log("Installing the peers …");
  // Without their scripts: they would fetch what only a graphics card can use.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", args, { cwd: FOLDER, stdio: "inherit" });
  if (status !== 0) process.exit(1);
}
if (!existsSync("dist/index.js")) {
  console.error("bench:peers: build kobai first: npm run build");
  process.exit(1);
}
await writeData(DATA);

/** One line that the next one replaces; nothing where nobody is watching. */
function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** Whoever takes longer for one round, in milliseconds, is so far behind that one round says it. */
const LONG = 60_000;

/** Rounds of a work: everybody in turn. */
async function measure(runner: Runner, work: WorkName): Promise<Standing[]> {
  const outcomes = new Map<Contender, Outcome[]>(taking.map((contender) => [contender, []]));
  const slow = new Set<Contender>();
  for (let round = 0; round < rounds; round++) {
    for (const [contender, own] of outcomes) {
      const before = own.at(-1);
      if (before?.cannot || before?.error || slow.has(contender)) continue;
      tell(`${work}, round ${round + 1} of ${rounds}: ${contender.name}`);
      const start = performance.now();
      own.push(await runner.run(contender, work));
      if (performance.now() - start > LONG) slow.add(contender);
    }
  }
  tell("");
  const known = [...outcomes.values()]
    .flat()
    .filter(({ cannot, error, ownWay }) => !cannot && !error && !ownWay);
  // NumPy's answers are the measure where it takes part, as the plainest code.
  const measureOfAll = outcomes.get(taking.find(({ peer }) => peer === "numpy_peer")!)?.[0] ?? known[0] ?? {};
  return [...outcomes].map(([contender, own]) => standing(contender, work, own, measureOfAll));
}

function standing(
  contender: Contender,
  work: WorkName,
  own: readonly Outcome[],
  reference: Outcome,
): Standing {
  const last = own.at(-1) ?? {};
  const { cannot, note, sample, accuracy } = last;
  if (cannot) return { contender, cannot };
  const wrong = own.map((outcome) => problem(work, outcome, reference)).find(Boolean);
  if (wrong) return { contender, wrong };
  const products = last.cases?.map((product, i) => ({
    ...product,
    seconds: median(own.map(({ cases }) => cases![i]!.seconds)),
  }));
  const said = {
    ...(note && { note }),
    ...(sample && { sample }),
    ...(accuracy !== undefined && { accuracy }),
  };
  if (products) return { contender, products, ...said };
  return { contender, ...timed(own.map(({ seconds }) => seconds!)), ...said };
}

const timed = (rounds: readonly number[]) => ({ rounds, seconds: median(rounds) });

/** Those that have a file in start/, which is the first step of work 1 by itself. */
function starters(): { contender: Contender; file: string }[] {
  return taking
    .filter(({ where, threads, wide }) => where === "node" && threads === 1 && !wide)
    .map((contender) => ({ contender, file: join(FOLDER, "start", `${contender.peer}.js`) }))
    .filter(({ file }) => existsSync(file));
}

/** Cold start: a process that does the first step, less one that does nothing. */
async function measureStart(): Promise<Standing[]> {
  const entries = starters().map((entry) => ({ ...entry, times: [] as number[] }));
  const runs = 5 * rounds;
  for (let run = 0; run < runs; run++) {
    for (const { file, times } of entries) {
      const nothing = await secondsOf(process.execPath, ["-e", "0"]);
      times.push((await secondsOf(process.execPath, [file])) - nothing);
    }
  }
  return entries.map(({ contender, times }) => ({ contender, ...timed(times) }));
}

/** Bytes of the same, bundled for a page, with the wasm that it loads. */
async function measureBundle(): Promise<Standing[]> {
  const tfjsWasm = join(
    FOLDER,
    "node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
  );
  const standings: Standing[] = [];
  for (const { contender, file } of starters()) {
    try {
      const page = await bundleForPage(file, { entryPoints: [file], external: NODES_OWN });
      const bytes = { gzip: page.gzip, brotli: page.brotli };
      if (contender.peer === "tfjs-wasm") {
        bytes.gzip += gzipSync(readFileSync(tfjsWasm), { level: 9 }).length;
        bytes.brotli += brotliCompressSync(readFileSync(tfjsWasm)).length;
      }
      standings.push({ contender, bytes });
    } catch (error) {
      standings.push({ contender, cannot: `it does not bundle for a page: ${String(error).split("\n")[0]}` });
    }
  }
  return standings;
}

const peak = await PeakMeter.create();
const machine = cpus()[0]?.model.trim() ?? "unknown";
const { node, v8 } = process.versions;
const about = { machine, cores: cpus().length, node, v8 };
const file = join(values.out, "results.json");
/** What this run has measured. */
const results: WorkResult[] = [];

/** What was recorded on such a machine, with what is measured now in its place. */
function recorded(): WorkResult[] {
  const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  const kept: WorkResult[] = JSON.stringify(before?.about) === JSON.stringify(about) ? before.results : [];
  const all = [...results, ...kept.filter(({ work }) => !results.some((result) => result.work === work))];
  return all.toSorted((a, b) => a.title.localeCompare(b.title));
}

/** Writes what there is so far, so that a run that is cut short leaves its results; their paths. */
async function save(): Promise<readonly string[]> {
  const all = recorded();
  const picture = await chart(all, `${machine}, ${cpus().length} cores, Node ${node}`);
  return [
    writeResult(values.out, "results.json", `${JSON.stringify({ about, results: all }, null, 2)}\n`),
    writeResult(values.out, "results.svg", picture),
  ];
}

const runner = await Runner.create({ data: DATA, budget });
try {
  for (const work of chosen) {
    const measured = { start: measureStart, bundle: measureBundle } as const;
    const own = work === "start" || work === "bundle" ? measured[work]() : measure(runner, work);
    const standings = await own;
    peak.measure();
    const date = new Date().toISOString();
    const result = {
      work,
      title: works[work].title,
      date,
      rounds,
      budget,
      peak: { ...peak.highest },
      standings,
    };
    results.push(result);
    console.log(table(result));
    await save();
  }
} finally {
  await runner.close();
}
console.log(ratios(results));
const { float32, float64 } = peak.highest;
console.log(
  `Peak of one core, 128-bit: float32 ${float32.toFixed(1)}, float64 ${float64.toFixed(1)} GFLOP/s`,
);
console.log(`Wrote ${(await save()).join(" and ")}`);
