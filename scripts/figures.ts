// Writes all figures of examples/figures, and index.html, which shows each with the code that made it: `npm run figures`.
// They come to lie in the folder that the environment variable FIGURES names, else in figures/.

import { readFile, writeFile } from "node:fs/promises";
import { galleryPage, type Script, scriptNames, scriptOf } from "./gallery.ts";

const start = performance.now();
const folder = process.env.FIGURES ?? "figures";
const shown: Script[] = [];
for (const name of scriptNames) {
  // Each writes its figures when it is imported.
  await import(`../examples/figures/${name}.ts`);
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
