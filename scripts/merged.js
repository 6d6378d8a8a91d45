// What V8 has merged in the wide build: for each function how many instructions of its machine code work on vectors of 256 and of 128 bits, and
// how many take halves apart or put them together. `node scripts/merged.js [NODE]`, NODE being a Node 24 or 26 on x64; this one by default.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** As src/runtime/wide.ts sets them. */
export const FLAGS = [
  "--experimental-wasm-revectorize",
  "--no-liftoff",
  "--no-wasm-lazy-compilation",
  "--no-wasm-inlining",
];

/** Names of a module's functions by their index, out of its text: "gemm/row/row<f32>", of a formula's loop "elementwise/loops/map<f32,Exp>". */
function namesOf(wat) {
  return [...wat.matchAll(/^ \((?:import .*\(func|func) \$(?:"([^"]+)"|(\S+))/gm)].map(([, quoted, plain]) =>
    (quoted ?? plain).replace(/^assembly\//, "").replace(/,assembly\/[^,>]*\//g, ","),
  );
}

const isArithmetic =
  /\bv(?:f?n?m?add|sub|mul|div|sqrt|max|min|and|or|xor|cmp|p(?:add|sub|mul|and|or|xor|sll|srl|sra|cmp|max|min))/;

/** Counts by function: { wide, narrow, taken, put } */
export function merged(node = process.execPath, name = "kobai-wide") {
  const folder = mkdtempSync(join(tmpdir(), "kobai-merged-"));
  try {
    const file = join(folder, "compile.cjs");
    writeFileSync(file, `new WebAssembly.Module(require("node:fs").readFileSync(process.argv[2]))`);
    const code = execFileSync(node, [...FLAGS, "--print-wasm-code", file, resolve(`build/${name}.wasm`)], {
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    const names = namesOf(readFileSync(`build/${name}.wat`, "utf8"));
    const counts = {};
    for (const part of code.split(/^name: wasm-function\[/m).slice(1)) {
      const own = { wide: 0, narrow: 0, taken: 0, put: 0 };
      for (const line of part.split("\n")) {
        if (/vextract[fi]128/.test(line)) own.taken++;
        else if (/vinsert[fi]128/.test(line)) own.put++;
        else if (isArithmetic.test(line)) {
          if (line.includes("ymm")) own.wide++;
          else if (line.includes("xmm") && !/\bv\w+s[sd] /.test(line)) own.narrow++;
        }
      }
      counts[names[Number.parseInt(part, 10)]] = own;
    }
    return counts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log("  256   128  taken apart  put together");
  const rows = Object.entries(merged(process.argv[2], process.argv[3])).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, { wide, narrow, taken, put }] of rows) {
    if (wide + narrow === 0) continue;
    console.log(
      [wide, narrow, taken, put].map((n, i) => String(n).padStart([5, 6, 13, 14][i])).join(""),
      "",
      name,
    );
  }
}
