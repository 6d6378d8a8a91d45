import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { linkTo, useAddress, writeAddress } from "./shared/address.ts";
import { type Language, LanguageContext } from "./shared/language.ts";
import { lazy } from "./shared/lazy.tsx";
import { text } from "./text.ts";

/** Each part is loaded when it is opened. */
const parts: Readonly<Record<string, ComponentType>> = {
  train: lazy(() => import("./parts/train/index.tsx")),
  gradient: lazy(() => import("./parts/gradient/index.tsx")),
  optimizers: lazy(() => import("./parts/optimizers/index.tsx")),
  backpropagation: lazy(() => import("./parts/backpropagation/index.tsx")),
  layers: lazy(() => import("./parts/layers/index.tsx")),
};

const themes = ["auto", "light", "dark"] as const;

function languageOf(params: URLSearchParams): Language {
  const asked = params.get("lang") ?? navigator.language;
  return asked.startsWith("ja") ? "ja" : "en";
}

const themeOf = (params: URLSearchParams) => themes.find((theme) => theme === params.get("theme")) ?? "auto";

/** What fails within is told in its place, and nothing around it is lost. */
function Guarded({ problem, children }: { readonly problem: string; readonly children: ComponentChildren }) {
  const [error] = useErrorBoundary();
  if (error === undefined) return <>{children}</>;
  return (
    <p role="alert" class="bad">
      {problem} {error instanceof Error ? error.message : String(error)}
    </p>
  );
}

/** The page around its parts: what they have in common is the language, the colours and the way from one to the other. */
export function Shell() {
  const { part, params, visit } = useAddress();
  const [language, setLanguage] = useState(() => languageOf(params));
  const [theme, setTheme] = useState<string>(() => themeOf(params));
  const name = Object.hasOwn(parts, part) ? part : "train";
  const Part = parts[name]!;
  const t = text[language];
  useEffect(() => {
    setLanguage(languageOf(params));
    setTheme(themeOf(params));
  }, [params]);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = `${t.parts[name]} – ${t.title}`;
  }, [language, name]);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <LanguageContext.Provider value={language}>
      <button
        type="button"
        class="skip"
        onClick={() => document.querySelector<HTMLElement>("#main")?.focus()}
      >
        {t.skip}
      </button>
      <header>
        <p class="brand">
          <img src="icon.svg" alt="" width="28" height="28" /> kobai <span lang="ja">勾配</span>
        </p>
        <nav aria-label={t.nav}>
          {Object.keys(parts).map((each) => (
            <a key={each} href={linkTo(each)} aria-current={each === name ? "page" : undefined}>
              {t.parts[each]}
            </a>
          ))}
        </nav>
        <div class="settings">
          <button
            type="button"
            lang={language === "en" ? "ja" : "en"}
            onClick={() => {
              const other = language === "en" ? "ja" : "en";
              setLanguage(other);
              writeAddress({ lang: other });
            }}
          >
            {t.language}
          </button>
          <select
            aria-label={t.theme}
            value={theme}
            onChange={({ currentTarget: { value } }) => {
              setTheme(value);
              writeAddress({ theme: value === "auto" ? undefined : value });
            }}
          >
            {themes.map((each) => (
              <option key={each} value={each}>
                {t.themes[each]}
              </option>
            ))}
          </select>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {/* Another address is another state of the part, which begins with it. */}
        <Guarded key={`${name} ${visit}`} problem={t.broken}>
          <Part />
        </Guarded>
      </main>
      <footer>{t.foot}</footer>
    </LanguageContext.Provider>
  );
}
