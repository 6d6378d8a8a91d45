// The API pages, of what build.js has TypeDoc make of the docstrings: one for each entry of the package. They are in English; in Japanese
// there are lists that lead to them.

import { existsSync, readFileSync } from "node:fs";
import { entries } from "../scripts/entries.js";

/** A page; its name is "ops" for the entry "kobai/ops". */
export interface EntryPage {
  readonly entry: string;
  readonly name: string;
}

const written = new URL("generated/api/", import.meta.url);

/** Entries of which there is something to say. */
export const entryPages: readonly EntryPage[] = Object.keys(entries)
  .map((entry) => ({ entry, name: entry.replace("kobai/", "") }))
  .filter(({ name }) => existsSync(new URL(`${name}.md`, written)));

const textOf = ({ name }: EntryPage) => readFileSync(new URL(`${name}.md`, written), "utf8");

export const paths = {
  en: () =>
    entryPages.map((page) => ({
      params: { name: page.name },
      content: `# ${page.entry}\n\nMade from the docstrings of the sources, whose examples the tests run.\n\n${textOf(page)}`,
    })),
  ja: () => entryPages.map((page) => ({ params: { name: page.name }, content: listOf(page) })),
};

const kinds: Readonly<Record<string, string>> = {
  Functions: "関数",
  Classes: "クラス",
  Variables: "変数",
  Interfaces: "インターフェース",
  "Type Aliases": "型",
  References: "再エクスポート",
};

/** What there is, each with a link to where it is described. */
function listOf(page: EntryPage): string {
  const parts = [
    `# ${page.entry}`,
    `[説明（英語）](../../api/${page.name}.md)は、ソースの docstring から作ったものです。例はテストで実行されています。`,
  ];
  const links: string[] = [];
  const end = () => {
    if (links.length > 0) parts.push(links.splice(0).join(" "));
  };
  const seen = new Map<string, number>();
  for (const [, marks, heading] of textOf(page).matchAll(/^(#+) (.+)$/gm)) {
    const name = heading!.replace(/\(\)$/, "");
    const id = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const before = seen.get(id) ?? 0;
    seen.set(id, before + 1);
    if (marks === "##") {
      end();
      parts.push(`## ${kinds[name]}`);
    } else if (marks === "###") {
      links.push(`[\`${name}\`](../../api/${page.name}.md#${before ? `${id}-${before}` : id})`);
    }
  }
  end();
  return parts.join("\n\n");
}
