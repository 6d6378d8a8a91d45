// What kobai's modules export, and what is written above it.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Declaration {
  readonly file: string;
  readonly name: string;
}

const known = new Map<string, ReadonlyMap<string, Declaration>>();

/** Where each value that a module exports is declared: there, or in a module that it is handed on from. */
export function declarations(file: string): ReadonlyMap<string, Declaration> {
  const before = known.get(file);
  if (before) return before;
  const found = new Map<string, Declaration>();
  known.set(file, found);
  const text = readFileSync(file, "utf8");
  for (const [, name] of text.matchAll(/^export (?:async )?(?:function|const|let|class) (\w+)/gm)) {
    found.set(name!, { file, name: name! });
  }
  for (const [, list, from] of text.matchAll(/^export (\{[^}]*\}|\*) from "(.+)";/gm)) {
    const others = declarations(join(dirname(file), from!));
    if (list === "*") for (const [name, declared] of others) found.set(name, declared);
    for (const [, own, given] of list!.matchAll(/(?<!type )\b(\w+)(?: as (\w+))?(?=[,\s}])/g)) {
      if (others.has(own!)) found.set(given ?? own!, others.get(own!)!);
    }
  }
  return found;
}

/** The comment above a declaration, if there is one. */
export function docstringOf({ file, name }: Declaration): string | undefined {
  const above = `(/\\*\\*(?:(?!\\*/)[^])*\\*/)\\s*\\n(?://[^\\n]*\\n)*export (?:async )?(?:function|const|let|class) ${name}\\b`;
  return new RegExp(above).exec(readFileSync(file, "utf8"))?.[1];
}
