import { useEffect, useState } from "preact/hooks";

const dark = matchMedia("(prefers-color-scheme: dark)");
const known = new Map<string, string>();

/** The value of a colour of the style sheet, as a canvas takes it. */
export function colorOf(name: string): string {
  // Asking has the browser work out all styles anew: once for each colour is enough.
  const key = `${name} ${document.documentElement.dataset.theme} ${dark.matches}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  known.set(key, color);
  return color;
}

export type Rgb = readonly [number, number, number];

/** The same as numbers from 0 to 255. */
export function rgbOf(name: string): Rgb {
  const [r = 0, g = 0, b = 0] =
    colorOf(name)
      .match(/[\d.]+/g)
      ?.map(Number) ?? [];
  return [r, g, b];
}

/** Changes when the page becomes light or dark, so that what is drawn on canvases is drawn anew. */
export function useScheme(): string {
  const [scheme, setScheme] = useState(() => colorOf("--ground"));
  useEffect(() => {
    const changed = () => setScheme(colorOf("--ground"));
    const observer = new MutationObserver(changed);
    dark.addEventListener("change", changed);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      dark.removeEventListener("change", changed);
      observer.disconnect();
    };
  }, []);
  return scheme;
}

/** Colours of classes, the same on light and dark ground: Okabe and Ito (2008). */
export const classColors: readonly Rgb[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [213, 94, 0],
  [86, 180, 233],
];

export const css = ([r, g, b]: Rgb) => `rgb(${r} ${g} ${b})`;

/** From blue by way of the ground to orange, for -1 to 1. */
export function diverging(value: number, ground: Rgb): Rgb {
  const [color, share] = value < 0 ? [classColors[0]!, -value] : [classColors[1]!, value];
  return ground.map(
    (base, channel) => base + Math.min(1, share) * (color[channel]! - base),
  ) as unknown as Rgb;
}
