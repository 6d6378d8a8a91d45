// The gallery's pages: the figures that build.js has `npm run figures` write, each with the lines of examples/figures that make it.

import { readFileSync } from "node:fs";
import {
  escaped,
  LEAST,
  type Script,
  type Shown,
  scriptNames,
  scriptOf,
  withoutComment,
} from "../scripts/gallery.ts";
import { captions, titles } from "./captions.ja.ts";
import type { Language, MadePage } from "./write-pages.ts";

interface Group extends Script {
  readonly name: (typeof scriptNames)[number];
}

export const groups: readonly Group[] = scriptNames.map((name) => {
  const path = `examples/figures/${name}.ts`;
  return { name, ...scriptOf(path, readFileSync(path, "utf8")) };
});

const words = {
  en: {
    title: "Gallery",
    preface: `The book's figures, and looks into networks, drawn by \`kobai/plot\` from what the engine computes; each with the lines that make it. “The
book” is 斎藤康毅『ゼロから作る Deep Learning』; notebooks are named by number and section. In a clone of the repository \`npm run figures\` writes
all of them.`,
    source: "The whole script",
  },
  ja: {
    title: "ギャラリー",
    preface: `本の図と、ネットワークの中身です。エンジンが計算した値から \`kobai/plot\` が描いたもので、それぞれに描くコードが付いています。「本」とは斎藤康毅『ゼロから作る Deep Learning』のことで、ノートブックは番号と見出しで示します。リポジトリをクローンして \`npm run figures\` とすれば、すべて書き出せます。`,
    source: "スクリプト全体",
  },
} as const;

/** A group's title, without where in the book it belongs. */
const titleOf = ({ name, title }: Group, language: Language): string =>
  language === "ja" ? titles[name] : title.replace(/ \(.*/, "");

const captionOf = ({ name, caption }: Shown, language: Language): string =>
  language === "ja" ? (captions[name] ?? caption) : caption;

const placeOf = ({ place }: Shown, language: Language): string =>
  language === "en"
    ? place
    : place
        .replace("Beside the notebooks", "ノートブックにはないもの")
        .replace(/Notebooks? /, "ノートブック ")
        .replace(" and ", "、")
        .replace(", book ", "、本 ")
        .replace(", figure ", "、図 ");

/** One page for each group, and one that leads to them. */
export function galleryPages(language: Language): MadePage[] {
  return [
    { name: "index", link: words[language].title, text: overview(language) },
    ...groups.map((group) => ({
      name: group.name,
      link: titleOf(group, language),
      text: pageOf(group, language),
    })),
  ];
}

function overview(language: Language): string {
  const parts = groups.map((group) => {
    const links = group.figures.map((figure) => {
      const picture = pictureOf(figure, captionOf(figure, language));
      return `<a href="./${group.name}.html#${figure.name}">${picture}</a>`;
    });
    return `## [${titleOf(group, language)}](./${group.name}.md)\n\n<div class="thumbnails">\n${links.join("\n")}\n</div>`;
  });
  const { title, preface } = words[language];
  return [`# ${title}`, preface, ...parts].join("\n\n");
}

function pageOf(group: Group, language: Language): string {
  const parts = group.figures.map((figure) => {
    const caption = captionOf(figure, language);
    return [
      `## ${figure.name}`,
      `<div class="figure"><a href="../${language === "ja" ? "../" : ""}figures/${figure.name}.svg" target="_self">${pictureOf(figure, caption, LEAST)}</a></div>`,
      escaped(caption),
      `<p class="place">${escaped(placeOf(figure, language))}</p>`,
      fenced(withoutComment(figure)),
    ].join("\n\n");
  });
  const command = `node scripts/run.js ${group.path}`;
  return [
    `# ${titleOf(group, language)}`,
    ...parts,
    `## ${words[language].source}`,
    `\`\`\`console\n${command}\n\`\`\``,
    fenced(group.source),
  ].join("\n\n");
}

const fenced = (code: string) => `\`\`\`ts\n${code.trim()}\n\`\`\``;

/** @param least share of its width that a picture is shrunk to, where it has to scroll rather than shrink more */
function pictureOf({ name }: Shown, caption: string, least?: number): string {
  const svg = readFileSync(`site/pages/public/figures/${name}.svg`, "utf8");
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!;
  const style = least ? ` style="min-width: ${Math.round(least * Number(width))}px"` : "";
  return `<img src="/figures/${name}.svg" width="${width}" height="${height}"${style} alt="${escaped(caption)}" loading="lazy">`;
}
