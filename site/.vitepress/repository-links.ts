import type { MarkdownRenderer } from "vitepress";

/** Files of the repository that texts shown here link to, and where the site has them. */
const places: Readonly<Record<string, string>> = {
  "ARCHITECTURE.md": "project/architecture",
  "CHANGELOG.md": "project/changes",
  "bench/NOTES.md": "project/measurements",
  "bench/peers/results/zen-4/results.svg": "results-zen-4.svg",
};

/** Has links to files of the repository, in what pages include, lead to what the site has of them. */
export function repositoryLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("repository-links", ({ tokens, env }) => {
    const language = String(env.relativePath ?? "").startsWith("ja/") ? "ja/" : "";
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const place = token.type === "link_open" ? places[token.attrGet("href") ?? ""] : undefined;
      if (place?.endsWith(".svg")) {
        token.attrSet("href", `/${place}`);
        token.attrSet("target", "_self");
      } else if (place) token.attrSet("href", `/${language}${place}`);
    }
  });
}
