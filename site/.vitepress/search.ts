import type { DefaultTheme } from "vitepress";

/** Words of a text. Japanese has no spaces between them. It runs in the page, too, and must stand alone. */
function tokenize(text: string): string[] {
  if (!("Segmenter" in Intl)) return text.split(/[\s\p{P}]+/u);
  const words = [...new Intl.Segmenter("ja", { granularity: "word" }).segment(text)];
  return words.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
}

export const search: { provider: "local"; options: DefaultTheme.LocalSearchOptions } = {
  provider: "local",
  options: {
    // Code is found as well without its colours.
    _render(text, env, markdown) {
      const { highlight } = markdown.options;
      markdown.options.highlight = null;
      const html = markdown.render(text, env);
      markdown.options.highlight = highlight;
      // Of what is described in an API page its name and what comes first.
      return String(env.relativePath).startsWith("api/")
        ? html.replace(/<h4[\s\S]*?(?=<h[1-3]|$)/g, "")
        : html;
    },
    miniSearch: { options: { tokenize } },
    locales: {
      ja: {
        translations: {
          button: { buttonText: "検索", buttonAriaLabel: "検索" },
          modal: {
            displayDetails: "詳細を表示",
            resetButtonTitle: "消す",
            backButtonTitle: "閉じる",
            noResultsText: "見つかりません：",
            footer: {
              selectText: "選択",
              selectKeyAriaLabel: "Enter",
              navigateText: "移動",
              navigateUpKeyAriaLabel: "上矢印",
              navigateDownKeyAriaLabel: "下矢印",
              closeText: "閉じる",
              closeKeyAriaLabel: "Esc",
            },
          },
        },
      },
    },
  },
};
