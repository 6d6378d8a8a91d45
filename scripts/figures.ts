// Writes all figures of examples/figures, and index.html, which shows each with the code that made it: `npm run figures`.
// They come to lie in the folder that the environment variable FIGURES names, else in figures/.

import { readFile, writeFile } from "node:fs/promises";
import { galleryPage, type Script, scriptOf } from "./gallery.ts";

/** The scripts by their names, in the order of the book; each writes its figures when it is imported. */
const scripts: Record<string, () => Promise<unknown>> = {
  "first-figures": () => import("../examples/figures/first-figures.ts"),
  perceptrons: () => import("../examples/figures/perceptrons.ts"),
  losses: () => import("../examples/figures/losses.ts"),
  differentiation: () => import("../examples/figures/differentiation.ts"),
  gradient: () => import("../examples/figures/gradient.ts"),
  "gradient-descent": () => import("../examples/figures/gradient-descent.ts"),
  "numerical-training": () => import("../examples/figures/numerical-training.ts"),
  graphs: () => import("../examples/figures/graphs.ts"),
  backpropagation: () => import("../examples/figures/backpropagation.ts"),
  optimizers: () => import("../examples/figures/optimizers.ts"),
};

const start = performance.now();
const folder = process.env.FIGURES ?? "figures";
const shown: Script[] = [];
for (const [name, run] of Object.entries(scripts)) {
  await run();
  const path = `examples/figures/${name}.ts`;
  shown.push(scriptOf(path, await readFile(path, "utf8")));
}
const sizes = new Map<string, { width: number; height: number }>();
for (const { figures } of shown) {
  for (const { name } of figures) {
    const svg = await readFile(`${folder}/${name}.svg`, "utf8");
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
    sizes.set(name, { width: Number(width), height: Number(height) });
  }
}
await writeFile(`${folder}/index.html`, galleryPage(shown, sizes));
console.log(`${sizes.size} figures in ${((performance.now() - start) / 1000).toFixed(1)} s`);
console.log(`${folder}/index.html shows them`);
