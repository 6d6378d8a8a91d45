// What the site's pages say: their code runs, both languages show the same, and what they include and name is there.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { captions } from "../../site/captions.ja.ts";
import { groups } from "../../site/gallery.ts";
import * as book from "../../src/book/index.ts";
import { kinds } from "../../src/worker/description.ts";
import { blocksOf, expectSameCode, programsOf, testPrograms } from "../documents.ts";

const root = "site/pages";
const all = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  // But those that are made of sources.
  .filter((name) => name.endsWith(".md") && !/gallery\/|api\/(?!index)/.test(name));
const pages = all.filter((name) => !name.startsWith("ja/"));
const programs = pages.flatMap((page) => programsOf(join(root, page)));

describe("the code of the pages", () => testPrograms("site-pages", programs));

it("finds the programs", () => expect(programs.length).toBeGreaterThan(15));

describe("in Japanese", () => {
  it("there are the same pages", () => {
    expect(all.filter((name) => name.startsWith("ja/")).sort()).toEqual(
      pages.map((name) => `ja/${name}`).sort(),
    );
  });

  it.each(pages)("%s has the same code, headings and inclusions", (page) => {
    const [english, japanese] = [join(root, page), join(root, "ja", page)];
    expectSameCode(japanese, english);
    const headings = (file: string) => text(file).match(/^#+ /gm);
    expect(headings(japanese)).toEqual(headings(english));
    expect(included(japanese).map((name) => name.replace("README.ja.md", "README.md"))).toEqual(
      included(english),
    );
  });

  it("the READMEs have the same regions", () => {
    const regions = (file: string) => text(file).match(/<!-- #(end)?region \S+ -->/g);
    expect(regions("README.ja.md")).toEqual(regions("README.md"));
  });

  it("every figure has a caption", () => {
    const figures = groups.flatMap(({ figures }) => figures.map(({ name }) => name));
    expect(Object.keys(captions).sort()).toEqual(figures.sort());
  });
});

const text = (file: string) => readFileSync(file, "utf8");

/** What a page includes: files of the repository, or their regions. */
function included(page: string): string[] {
  return [...text(page).matchAll(/^(?:<!--@include:|<<<) @\/\.\.\/\.\.\/(\S+)/gm)].map((match) =>
    match[1]!.replace(/-->$/, ""),
  );
}

// VitePress passes over what it does not find.
it.each(all)("%s includes what there is", (page) => {
  for (const name of included(join(root, page))) {
    const [file, region] = name.split("#") as [string, string | undefined];
    expect(existsSync(file), name).toBe(true);
    if (region === undefined) continue;
    const [, inside] = text(file).split(new RegExp(`<!-- #(?:end)?region ${region} -->`));
    expect(inside?.trim(), name).toBeTruthy();
  }
});

/** The names in a table's cells, row by row. */
const rows = (page: string) =>
  text(join(root, page))
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)),
    );

it("the book's page names what there is, and all of it", () => {
  const chapters = rows("guide/book.md").filter((cells) => cells.length === 4);
  for (const [, inBook = [], , examples = []] of chapters.slice(1)) {
    for (const name of inBook) expect(book, name).toHaveProperty(name);
    for (const name of examples) expect(existsSync(`examples/${name}.ts`), name).toBe(true);
  }
  const named = chapters.flatMap(([, names = []]) => names);
  // Its own additions are in none of the book's chapters.
  const others = ["meanSquaredError", "updater"];
  expect(
    Object.keys(book)
      .filter((name) => !named.includes(name))
      .sort(),
  ).toEqual(others);
});

it("the page of layers names all of them", () => {
  const named = rows("guide/layers.md").flat(2);
  expect(kinds.layers.filter((name) => !named.includes(name))).toEqual([]);
});

it("code in other languages stands in blocks that say which", () => {
  for (const page of all) {
    const fences = text(join(root, page)).match(/^```.+$/gm) ?? [];
    const known = ["ts", "js", "html", "console"].flatMap((language) => blocksOf(join(root, page), language));
    expect(fences.length, page).toBe(known.length);
  }
});
