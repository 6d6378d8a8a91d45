// First figures (the book's 1.6): two functions, and a picture file.
// Run it with: node scripts/run.js examples/figures/first-figures.ts

import { readFile } from "node:fs/promises";
import { arange, image, lines } from "kobai/plot";
import { save } from "./save.ts";

// Notebook 004 準備運動, book 1.6.2: sin and cos from 0 to 6 by 0.1.
const x = arange(0, 6, 0.1);
await save(
  "sin-cos",
  lines(
    [
      { x, y: Math.sin, label: "sin" },
      { x, y: Math.cos, label: "cos" },
    ],
    { title: "sin & cos", x: { label: "x" }, y: { label: "y" } },
  ),
);

// Notebook 004 準備運動, book 1.6.3: a picture file, shown as it is.
await save("penguins", image(await readFile("examples/figures/penguins.jpeg"), { width: 320 }));
