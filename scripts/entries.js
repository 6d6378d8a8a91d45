// What users import, and the sources behind it.

import { readFileSync } from "node:fs";
import { posix } from "node:path";

/** By import ("kobai", "kobai/ops", …) the module that it comes from ("src/ops.ts"): those of package.json's exports that have types. */
export function entries() {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
  return Object.fromEntries(
    Object.entries(exports).flatMap(([path, { types }]) =>
      types ? [[posix.join("kobai", path), types.replace("./dist/types/", "").replace(/d\.ts$/, "ts")]] : [],
    ),
  );
}
