// What users import, and the sources behind it.

import { readFileSync } from "node:fs";
import { posix } from "node:path";

/** By import ("kobai", "kobai/ops", …) the module of src/ that it comes from: those of package.json's exports that have types. */
export const entries = Object.fromEntries(
  Object.entries(
    JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).exports,
  ).flatMap(([path, { types }]) =>
    types ? [[posix.join("kobai", path), types.replace("./dist/types/", "").replace(/d\.ts$/, "ts")]] : [],
  ),
);
