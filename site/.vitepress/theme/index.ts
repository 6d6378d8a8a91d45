import type { Theme } from "vitepress";
import theme, { VPHomeFeatures, VPHomeHero } from "vitepress/theme-without-fonts";
import { h } from "vue";
import "./style.css";

/** The first page, as VitePress's own, but in a landmark that readers of the screen can go to. */
const FirstPage = () => h("main", { class: "first-page" }, [h(VPHomeHero), h(VPHomeFeatures)]);

export default {
  extends: theme,
  enhanceApp: ({ app }) => void app.component("first-page", FirstPage),
} satisfies Theme;
