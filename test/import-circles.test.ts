import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

/** `import … from "./x"` and `export … from "./x"`, but for those of types alone. */
const IMPORT = /^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)"/gm;

/** The files below a folder, each with the files of it that it imports. */
function imports(folder: string): Map<string, string[]> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.ts$/.test(name),
  );
  const path = (name: string) =>
    [name, `${name}.ts`, `${name}/index.ts`].filter((each) => /\.ts$/.test(each) && existsSync(each));
  return new Map(
    files.map((name) => {
      const file = join(folder, name);
      const named = [...readFileSync(file, "utf8").matchAll(IMPORT)].map(([, from]) => from!);
      const found = named.flatMap((from) => path(resolve(file, "..", from)));
      return [name, found.map((each) => relative(folder, each))];
    }),
  );
}

/** What comes back to where it began: each circle once, from its first file in the order of the alphabet. */
function circles(folder: string): string[] {
  const edges = imports(folder);
  const found: string[] = [];
  const follow = (way: readonly string[]) => {
    for (const next of edges.get(way.at(-1)!) ?? []) {
      if (next === way[0]) found.push([...way, next].join(" → "));
      else if (next > way[0]! && !way.includes(next)) follow([...way, next]);
    }
  };
  for (const file of edges.keys()) follow([file]);
  return found.sort();
}

// Ops whose gradients are made of each other stand in one file.
it("no file of src needs itself by way of others", () => {
  expect(circles("src")).toEqual([]);
});

it("no kernel does, but for the sweep, an instruction that runs programs", () => {
  expect(circles("assembly")).toEqual([
    "execute.ts → sweep/sweep.ts → program.ts → execute.ts",
    "execute.ts → sweep/sweep.ts → program.ts → lanes.ts → execute.ts",
  ]);
});
