// Writes the pages that are made of sources, the gallery's and the API's, and what the side bars say of them. build.js runs it, from the root.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { apiPages } from "./api.ts";
import { galleryPages } from "./gallery.ts";

export type Language = "en" | "ja";

/** A page of one of the two; `link` is what the side bar calls it. */
export interface MadePage {
  readonly name: string;
  readonly link: string;
  readonly text: string;
}

const links: Record<string, { text: string; link: string }[]> = {};
for (const language of ["en", "ja"] as const) {
  const at = language === "ja" ? "/ja" : "";
  for (const [folder, pages] of [
    [`${at}/gallery/`, galleryPages(language)],
    [`${at}/api/`, apiPages(language)],
  ] as const) {
    const path = `site/pages${folder}`;
    mkdirSync(path, { recursive: true });
    for (const file of readdirSync(path))
      if (file !== "index.md") rmSync(`${path}${file}`, { recursive: true });
    for (const { name, text } of pages) writeFileSync(`${path}${name}.md`, `${text}\n`);
    links[folder] = pages
      .filter(({ name }) => name !== "index")
      .map(({ name, link }) => ({ text: link, link: `${folder}${name}` }));
  }
}
writeFileSync("site/generated/links.json", JSON.stringify(links));
