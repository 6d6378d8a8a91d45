// Elements of SVG, as pictures are made of them.

import { fontSize } from "./theme.ts";

const SVG = "http://www.w3.org/2000/svg";

type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * An element with attributes (what is undefined is left out) and children; strings become text.
 *
 * Colours and fonts are attributes, never styles: a page whose content security policy forbids inline styles shows them too.
 */
export function svgElement(
  document: Document,
  name: string,
  attributes: Attributes,
  ...children: (Node | string)[]
): SVGElement {
  const made = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children);
  return made;
}

/** A coordinate as SVG text: to a hundredth of a pixel, so that files stay small. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100 || 0);
}

/** Characters as wide as they are high: kana, kanji, hangul, and full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** About how wide a text is in pixels, on the safe side: a figure cannot know which font it will be shown in. */
export function textWidth(text: string, size: number = fontSize.tick): number {
  let ems = 0;
  for (const character of text)
    ems += WIDE.test(character) ? 1 : /[ijl.,:;'|! ]/.test(character) ? 0.35 : 0.62;
  return ems * size;
}
