// The API pages, of what build.js has TypeDoc make of the docstrings: one for each entry of the package. They are in English; in Japanese
// there are lists that lead to them.

import { existsSync, readFileSync } from "node:fs";
import { entries } from "../scripts/entries.js";
import type { Language, MadePage } from "./write-pages.ts";

const fileOf = (name: string) => `site/generated/api/${name}.md`;

export function apiPages(language: Language): MadePage[] {
  return Object.keys(entries())
    .map((entry) => ({ link: entry, name: entry.replace("kobai/", "") }))
    .filter(({ name }) => existsSync(fileOf(name)))
    .map((page) => {
      const described = readFileSync(fileOf(page.name), "utf8");
      return {
        ...page,
        text: language === "ja" ? listOf(page, described) : `${preface(page)}\n\n${described}`,
      };
    });
}

type Page = Pick<MadePage, "name" | "link">;

const preface = ({ link }: Page) =>
  `# ${link}\n\nMade from the docstrings of the sources, whose examples the tests run.`;

const kinds: Readonly<Record<string, string>> = {
  Functions: "関数",
  Classes: "クラス",
  Variables: "変数",
  Interfaces: "インターフェース",
  "Type Aliases": "型",
  References: "再エクスポート",
};

/** What there is, each with a link to where it is described. */
function listOf({ name: file, link }: Page, described: string): string {
  const parts = [
    `# ${link}`,
    `[説明（英語）](../../api/${file}.md)は、ソースの docstring から作ったものです。例はテストで実行されています。`,
  ];
  const links: string[] = [];
  const end = () => {
    if (links.length > 0) parts.push(links.splice(0).join(" "));
  };
  const seen = new Map<string, number>();
  for (const [, marks, heading] of described.matchAll(/^(#+) (.+)$/gm)) {
    const name = heading!.replace(/\(\)$/, "");
    const id = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const before = seen.get(id) ?? 0;
    seen.set(id, before + 1);
    if (marks === "##") {
      end();
      parts.push(`## ${kinds[name]}`);
    } else if (marks === "###") {
      links.push(`[\`${name}\`](../../api/${file}.md#${before ? `${id}-${before}` : id})`);
    }
  }
  end();
  return parts.join("\n\n");
}
