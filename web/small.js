// Scripts made smaller: names that terser gives compress better than esbuild's, by 3 % of what a page loads. That takes seconds, so what comes of
// it is kept.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minify } from "terser";

const kept = fileURLToPath(new URL("../node_modules/.cache/kobai", import.meta.url));

export const digest = (text) => createHash("sha256").update(text).digest("hex");

/** A module, minified. */
export async function small(text) {
  const path = `${kept}/page-${digest(text)}.js`;
  if (existsSync(path)) return readFileSync(path, "utf8");
  const options = { ecma: 2020, module: true, compress: { passes: 2 }, format: { comments: /^!/ } };
  const { code } = await minify(text, options);
  mkdirSync(kept, { recursive: true });
  // Whole or not at all: others may build at the same time.
  writeFileSync(`${path}.${process.pid}`, code);
  renameSync(`${path}.${process.pid}`, path);
  return code;
}
