// Builds the site: node build.js [--base /path/] [--out FOLDER] [--steps N]
//
// --base is the path that it will be served below, "/" by default; --out where it comes to lie, dist/ by default. --steps shortens the
// trainings of the figures, for tests.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "vitepress";
import { writeApi } from "./docstrings.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { base, out, steps } = parseArgs({
  options: {
    base: { type: "string", default: "/" },
    out: { type: "string", default: here("dist") },
    steps: { type: "string" },
  },
}).values;
if (!existsSync(here("../dist/index.js"))) throw new Error("kobai is not built: run `npm run build` first");

/** Runs a script of the repository. */
async function run(script, args, env = {}) {
  const options = {
    cwd: here("../"),
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  };
  const [status] = await once(spawn(process.execPath, [script, ...args], options), "exit");
  if (status !== 0) throw new Error(`${script} failed`);
}

const publicFolder = here("pages/public");
rmSync(publicFolder, { recursive: true, force: true });
mkdirSync(publicFolder);
copyFileSync(here("../web/static/icon.svg"), `${publicFolder}/icon.svg`);
copyFileSync(here("../bench/peers/results/zen-4/results.svg"), `${publicFolder}/results-zen-4.svg`);
await Promise.all([
  run("scripts/run.js", ["scripts/figures.ts", ...(steps ? [steps] : [])], {
    FIGURES: `${publicFolder}/figures`,
  }),
  writeApi(here("generated/api")),
]);
// Its page of figures: the gallery is that of the site.
rmSync(`${publicFolder}/figures/index.html`);
await build(here("."), { base, outDir: resolve(out) });
await run("web/build.js", [resolve(out, "playground")]);
