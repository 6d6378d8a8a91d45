import type { Texts } from "./shared/language.ts";

interface Text {
  readonly title: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly nav: string;
  readonly skip: string;
  readonly language: string;
  readonly theme: string;
  readonly themes: Readonly<Record<string, string>>;
  readonly loading: string;
  readonly failed: string;
  readonly broken: string;
  readonly foot: string;
}

export const text: Texts<Text> = {
  en: {
    title: "kobai playground",
    parts: {
      train: "Train",
      gradient: "Gradient",
      optimizers: "Optimizers",
      backpropagation: "Backpropagation",
      layers: "Layers",
    },
    nav: "Parts",
    skip: "Skip to the content",
    language: "日本語",
    theme: "Colours",
    themes: { auto: "as the system", light: "light", dark: "dark" },
    loading: "Loading…",
    failed: "This part could not be loaded:",
    broken: "Something went wrong here; the links above begin anew:",
    foot: "Everything here is computed in this page, by kobai. The book is 斎藤康毅『ゼロから作る Deep Learning』.",
  },
  ja: {
    title: "kobai プレイグラウンド",
    parts: {
      train: "学習",
      gradient: "勾配",
      optimizers: "最適化手法",
      backpropagation: "誤差逆伝播法",
      layers: "レイヤ",
    },
    nav: "目次",
    skip: "本文へ移動",
    language: "English",
    theme: "配色",
    themes: { auto: "システムに合わせる", light: "ライト", dark: "ダーク" },
    loading: "読み込み中…",
    failed: "このページを読み込めませんでした:",
    broken: "ここで問題が起きました。上のリンクでやり直せます:",
    foot: "計算はすべて、このページの中で kobai が行います。「本」は斎藤康毅『ゼロから作る Deep Learning』です。",
  },
};
