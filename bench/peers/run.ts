// Starts a contender on a work and takes its answer.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { serve } from "../../test/browser/server.ts";
import { nodeOf } from "../../test/runtime/wide/nodes.ts";
import type { Contender } from "./contenders.ts";
import type { Outcome, WorkName } from "./outcome.ts";

const PEERS = "bench/peers/peers";
const BUILT = "build/peers";
const WASM = "/bench/peers/node_modules/@tensorflow/tfjs-backend-wasm/dist/";

export interface Options {
  /** where data.ts has written what the peers read, below the project's root */
  readonly data: string;
  /** seconds a work may take; what takes longer is extrapolated */
  readonly budget: number;
}

/** Runs peers, and holds what they need to run. */
export class Runner {
  readonly #options: Options;
  #browser: Browser | undefined;
  #server: { url: string; close(): void } | undefined;

  private constructor(options: Options) {
    this.#options = options;
  }

  /** Bundles what has to be bundled. */
  static async create(options: Options): Promise<Runner> {
    mkdirSync(BUILT, { recursive: true });
    // By an address rather than as an import: it finds the sources by where it lies itself.
    const { wasmFiles } = await import(pathToFileURL("scripts/wasm.js").href);
    const common = {
      bundle: true,
      format: "esm",
      plugins: [wasmFiles],
      logLevel: "error",
    } satisfies BuildOptions;
    await build({
      ...common,
      entryPoints: [join(PEERS, "kobai-node.js")],
      outdir: BUILT,
      platform: "node",
      target: "node20",
      packages: "external",
    });
    await build({ ...common, entryPoints: [join(PEERS, "page.js")], outdir: BUILT, external: ["node:*"] });
    return new Runner(options);
  }

  async run(contender: Contender, work: WorkName): Promise<Outcome> {
    return contender.where === "page" ? this.#inPage(contender, work) : this.#asProcess(contender, work);
  }

  #asProcess({ peer, where, threads, wide, environment }: Contender, work: WorkName): Promise<Outcome> {
    const { data, budget } = this.#options;
    const args = [work, "--data", data, "--threads", String(threads), "--budget", String(budget)];
    if (where === "python") return answerOf(python(), [join(PEERS, `${peer}.py`), ...args], environment);
    if (wide) return answerOf(nodeOf(26), [join(BUILT, "kobai-node.js"), ...args, "--wide"]);
    if (peer === "kobai") return answerOf(process.execPath, [join(BUILT, "kobai-node.js"), ...args]);
    return answerOf(process.execPath, [join(PEERS, "node.js"), peer, ...args]);
  }

  async #inPage({ peer, threads }: Contender, work: WorkName): Promise<Outcome> {
    this.#server ??= await serve({ isolated: true });
    this.#browser ??= await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    const page = await this.#browser.newPage();
    try {
      await page.goto(this.#server.url);
      await page.addScriptTag({ url: `/${BUILT}/page.js`, type: "module" });
      await page.waitForFunction("globalThis.runWork");
      const { data, budget } = this.#options;
      const options = { name: work, threads, budget, steps: 0, data: `/${relative(".", data)}/`, wasm: WASM };
      const call = `runWork(${JSON.stringify(peer)}, ${JSON.stringify(options)})`;
      return (await page.evaluate(call)) as Outcome;
    } catch (error) {
      return { error: String(error) };
    } finally {
      await page.close();
    }
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    this.#server?.close();
  }
}

/** The Python that NumPy and PyTorch are installed for: the system's, unless PYTHON names another. */
function python(): string {
  const system = "/usr/bin/python3";
  return process.env.PYTHON ?? (existsSync(system) ? system : "python3");
}

/** What else the environment tells OpenBLAS is not the peers' doing: its kernels, its caches' sizes. */
const withoutBlas = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("OPENBLAS_")),
);

/** The last line that a command prints, as JSON. */
function answerOf(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...withoutBlas, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, complaints]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text) => out.push(text));
    child.stderr.setEncoding("utf8").on("data", (text) => complaints.push(text));
    child.on("error", ({ message }) => resolve({ error: message }));
    child.on("close", (code) => {
      const line = out.join("").trim().split("\n").at(-1) ?? "";
      try {
        resolve(JSON.parse(line));
      } catch {
        resolve({ error: complaints.join("").trim().split("\n").at(-1) || `ended with code ${code}` });
      }
    });
  });
}

/** Seconds that a command takes. */
export function secondsOf(command: string, args: readonly string[]): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "ignore" });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve((performance.now() - start) / 1000);
      else reject(new Error(`${command} ${args.join(" ")} ended with code ${code}`));
    });
  });
}

/** Writes a file into the folder of results; its path. */
export function writeResult(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
