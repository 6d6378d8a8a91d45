// What pages include was written for other places: here it is made to fit the site.

import type { MarkdownRenderer } from "vitepress";

/** Files of the repository that texts link to, and where the site has them. */
const places: Readonly<Record<string, string>> = {
  "ARCHITECTURE.md": "project/architecture.md",
  "CHANGELOG.md": "project/changes.md",
  "bench/NOTES.md": "project/measurements.md",
  "bench/peers/results/zen-4/results.svg": "results-zen-4.svg",
};

export function fitted(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("fitted-links", ({ tokens, env }) =>
    fitLinks(tokens, String(env.relativePath ?? "")),
  );
  markdown.core.ruler.push("fitted-tables", ({ tokens }) => fitTables(tokens));
}

type Tokens = ReturnType<MarkdownRenderer["parse"]>;

/**
 * Has links to files of the repository lead to what the site has of them. Those to what is no page of VitePress, which leaves them as they are,
 * become relative, so that they hold below any path.
 */
function fitLinks(tokens: Tokens, page: string): void {
  const up = "../".repeat(page.split("/").length - 1);
  const language = page.startsWith("ja/") ? "ja/" : "";
  for (const link of tokens.flatMap(({ children }) => children ?? [])) {
    if (link.type !== "link_open") continue;
    const href = link.attrGet("href") ?? "";
    const place = places[href];
    if (place?.endsWith(".md")) link.attrSet("href", `/${language}${place}`);
    else if (place) {
      link.attrSet("href", `${up}${place}`);
      link.attrSet("target", "_self");
    } else if (href.startsWith("/") && link.attrGet("target")) link.attrSet("href", `${up}${href.slice(1)}`);
  }
}

/** A cell of a table's head that is empty is no heading. */
function fitTables(tokens: Tokens): void {
  for (const [i, cell] of tokens.entries()) {
    if (cell.type === "inline" && cell.content === "" && tokens[i - 1]?.type === "th_open") {
      tokens[i - 1]!.tag = "td";
      tokens[i + 1]!.tag = "td";
    }
  }
}
