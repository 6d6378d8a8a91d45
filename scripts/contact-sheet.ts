// Draws docs/figures.png, all figures at once, from what `npm run figures` wrote: node scripts/run.js scripts/contact-sheet.ts

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { decode, encode } from "fast-png";
import { launch } from "../test/browser/chromium.ts";

const WIDTH = 1280;
const HEIGHT = 124;
/** How wide they are at most: a third of a row, or half of their size. */
const WIDE = 406;
/** So many shades of red, of green and of blue are kept: the file stays small. */
const SHADES = 18;

const folder = resolve(process.env.FIGURES ?? "figures");
const gallery = await readFile(`${folder}/index.html`, "utf8");
const pictures = Array.from(
  gallery.matchAll(/<img src="([^"]+)" width="(\d+)" height="(\d+)"/g),
  ([, file, width, height]) => {
    const across = Math.min(WIDE, Number(width) / 2, (HEIGHT * Number(width)) / Number(height));
    return `<img src="${file}" width="${Math.round(across)}">`;
  },
);
const sheet = `${folder}/sheet.html`;
await writeFile(
  sheet,
  `<!doctype html><body style="margin: 0; padding: 8px; display: flex; flex-wrap: wrap; gap: 8px; align-items: center;
    justify-content: space-between; background: white">${pictures.join("")}</body>`,
);

const browser = await launch();
const page = await browser.newPage({ viewport: { width: WIDTH, height: 100 }, deviceScaleFactor: 1.25 });
await page.goto(pathToFileURL(sheet).href);
const { width, height, data, channels } = decode(await page.screenshot({ fullPage: true }));
await browser.close();
await rm(sheet);

const step = 255 / (SHADES - 1);
const shades = Uint8Array.from(data, (value) => Math.round(Math.round(value / step) * step));
const png = encode({ width, height, data: shades, channels }, { zlib: { level: 9 } });
await mkdir("docs", { recursive: true });
await writeFile("docs/figures.png", png);
console.log(`docs/figures.png: ${pictures.length} figures, ${width} × ${height} pixels, ${png.length} bytes`);
