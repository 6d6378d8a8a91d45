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
import { emptied } from "../scripts/out-folder.js";

const { values } = parseArgs({
  options: {
    base: { type: "string", default: "/" },
    out: { type: "string", default: fileURLToPath(new URL("dist", import.meta.url)) },
    steps: { type: "string" },
  },
});
if (!/^\/([^\s?#]+\/)?$/.test(values.base) || values.base.includes("//"))
  throw new Error(
    `--base is a path that begins and ends with "/", such as "/kobai/"; got ${JSON.stringify(values.base)}`,
  );
if (values.steps !== undefined && !/^[1-9]\d*$/.test(values.steps))
  throw new Error(`--steps is a whole number from 1 on; got ${JSON.stringify(values.steps)}`);
if (values.out === "") throw new Error("--out is a folder to build to; got an empty name");
const out = resolve(values.out);
process.chdir(fileURLToPath(new URL("..", import.meta.url)));
if (!existsSync("dist/index.js")) throw new Error("kobai is not built: run `npm run build` first");
for (const name of ["site", "web"])
  if (!existsSync(`${name}/node_modules`))
    throw new Error(`what the site is built of is missing: run \`npm ci --prefix ${name}\` first`);
const { build } = await import("vitepress");
const { writeApi } = await import("./docstrings.js");
emptied(out, "hashmap.json");

/** Runs a script of the repository. */
async function run(script, args, env = {}) {
  const options = { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "inherit"] };
  const [status] = await once(spawn(process.execPath, [script, ...args], options), "exit");
  if (status !== 0) throw new Error(`${script} failed`);
}

const open = "site/pages/public";
rmSync(open, { recursive: true, force: true });
mkdirSync(open);
copyFileSync("web/static/icon.svg", `${open}/icon.svg`);
copyFileSync("bench/peers/results/zen-4/results.svg", `${open}/results-zen-4.svg`);
await Promise.all([
  run("scripts/run.js", ["scripts/figures.ts", ...(values.steps ? [values.steps] : [])], {
    FIGURES: `${open}/figures`,
  }),
  writeApi("site/generated/api"),
]);
// Its page of figures: the gallery is that of the site.
rmSync(`${open}/figures/index.html`);
await run("scripts/run.js", ["site/write-pages.ts"]);
try {
  await build("site", { base: values.base, outDir: out });
} catch (error) {
  // Half a site is none, and would pass for something else the next time.
  rmSync(out, { recursive: true, force: true });
  throw error;
}
await run("web/build.js", [`${out}/playground`]);
