import { readFileSync } from "node:fs";
import type { DefaultTheme, LocaleSpecificConfig } from "vitepress";
import type { Language } from "../write-pages.ts";

type Locale = LocaleSpecificConfig<DefaultTheme.Config> & { label: string };

/** Of the pages that build.js has made. */
const links: Readonly<Record<string, DefaultTheme.SidebarItem[]>> = JSON.parse(
  readFileSync(new URL("../generated/links.json", import.meta.url), "utf8"),
);

/** The guides in their order; each name is that of its file. */
const guides = {
  start: ["Start", "はじめに"],
  "first-network": ["Your first network", "はじめてのネットワーク"],
  data: ["Data", "データ"],
  layers: ["Layers and convolution", "層と畳み込み"],
  models: ["Models, own layers", "モデル、自作の層"],
  training: ["Training", "学習"],
  saving: ["Saving and resuming", "保存と再開"],
  "same-bits": ["The same bits", "同じビット"],
  "in-the-page": ["In the page", "ページの中で"],
  book: ["The book", "本"],
  figures: ["Figures", "図"],
  speed: ["Speed", "速さ"],
  command: ["The command", "コマンド"],
  "from-tensorflow-js": ["From TensorFlow.js", "TensorFlow.js から"],
} as const;

const project = {
  architecture: ["Architecture", "アーキテクチャ（英語）"],
  measurements: ["Measurements", "測定の記録（英語）"],
  changes: ["Changes", "変更履歴（英語）"],
} as const;

function sidebar(
  language: Language,
  words: { guides: string; project: string; gallery: string; all: string },
) {
  const at = language === "ja" ? "/ja" : "";
  const items = (folder: string, pages: Readonly<Record<string, readonly [string, string]>>) =>
    Object.entries(pages).map(([name, [english, japanese]]) => ({
      text: language === "ja" ? japanese : english,
      link: `${at}/${folder}/${name}`,
    }));
  const texts = [
    { text: words.guides, items: items("guide", guides) },
    { text: words.project, items: items("project", project) },
  ];
  return {
    [`${at}/guide/`]: texts,
    [`${at}/project/`]: texts,
    ...Object.fromEntries(
      [`${at}/gallery/`, `${at}/api/`].map((folder) => {
        const items = [{ text: words.all, link: folder }, ...links[folder]!];
        return [folder, [{ text: folder.endsWith("api/") ? "API" : words.gallery, items }]];
      }),
    ),
  };
}

export const english: Locale = {
  label: "English",
  lang: "en",
  description: "Neural networks that train in JavaScript, to the same bits on every machine.",
  themeConfig: {
    nav: [
      { text: "Guide", link: "/guide/start", activeMatch: "^/guide/" },
      { text: "Gallery", link: "/gallery/", activeMatch: "^/gallery/" },
      { text: "API", link: "/api/", activeMatch: "^/api/" },
      { text: "Playground", link: "/playground/#/train?lang=en", target: "_self" },
    ],
    sidebar: sidebar("en", { guides: "Guides", project: "The project", gallery: "Gallery", all: "Overview" }),
    footer: { message: "MIT License" },
    skipToContentLabel: "Skip to the content",
  },
};

export const japanese: Locale = {
  label: "日本語",
  lang: "ja",
  description: "JavaScript で学習するニューラルネットワーク。どのマシンでも同じビット。",
  themeConfig: {
    nav: [
      { text: "ガイド", link: "/ja/guide/start", activeMatch: "^/ja/guide/" },
      { text: "ギャラリー", link: "/ja/gallery/", activeMatch: "^/ja/gallery/" },
      { text: "API", link: "/ja/api/", activeMatch: "^/ja/api/" },
      { text: "プレイグラウンド", link: "/playground/#/train?lang=ja", target: "_self" },
    ],
    sidebar: sidebar("ja", { guides: "ガイド", project: "プロジェクト", gallery: "ギャラリー", all: "一覧" }),
    outline: { level: [2, 3], label: "このページ" },
    docFooter: { prev: "前のページ", next: "次のページ" },
    footer: { message: "MIT ライセンス" },
    darkModeSwitchLabel: "配色",
    lightModeSwitchTitle: "ライトにする",
    darkModeSwitchTitle: "ダークにする",
    sidebarMenuLabel: "目次",
    returnToTopLabel: "先頭へ",
    langMenuLabel: "言語",
    skipToContentLabel: "本文へ移動",
    notFound: {
      title: "ページが見つかりません",
      quote: "アドレスを確かめてください。",
      linkLabel: "最初のページへ",
      linkText: "最初のページへ",
    },
  },
};
