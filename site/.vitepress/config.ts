import { defineConfig } from "vitepress";
import { english, japanese } from "./locales.ts";
import { fitted } from "./markdown.ts";
import { search } from "./search.ts";

export default defineConfig({
  title: "kobai",
  srcDir: "pages",
  outDir: "dist",
  lastUpdated: false,
  locales: { root: english, ja: japanese },
  themeConfig: { logo: "/icon.svg", search, outline: { level: [2, 3] } },
  vite: { build: { chunkSizeWarningLimit: 1000 } },
  markdown: {
    config: fitted,
    // Both stand off their ground by 4.5 to 1.
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  },
  // A page of its own, which is put beside these.
  ignoreDeadLinks: [/^\/playground\//],
  transformHead: ({ siteData }) => [
    ["link", { rel: "icon", type: "image/svg+xml", href: `${siteData.base}icon.svg` }],
  ],
});
