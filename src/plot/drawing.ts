// The libraries that figures are drawn with, and a document to draw in: the page's own, or linkedom's where there is none.

import "./globals.ts";
import { svgElement } from "./svg.ts";
import { fontSize } from "./theme.ts";

/** What a picture is drawn with. */
export interface Drawing {
  readonly document: Document;
  /**
   * Not in kobai's declarations: those who use kobai would need the declarations of these libraries too.
   * @internal
   */
  readonly library: typeof import("./library.ts");
}

/** Something drawn: an element, from (0, 0) to (width, height). */
export interface Picture {
  readonly element: SVGElement;
  readonly width: number;
  readonly height: number;
}

/** Loads the plotting library, which only figures need; where there is no page, also a document. */
export async function loadDrawing(): Promise<Drawing> {
  const library = await import("./library.ts");
  if (globalThis.document !== undefined) return { library, document: globalThis.document };
  const { DOMParser } = await import("linkedom");
  // Of an XML document, so that what is written of it is XML: one of HTML leaves "&" and "<" in attributes as they are.
  const document = new DOMParser().parseFromString("<svg/>", "image/svg+xml") as unknown as Document;
  return { library, document };
}

/**
 * A chart of Observable Plot's as a picture.
 *
 * A group rather than an SVG within the SVG: Plot's own style sheet, made for pages, would resize that one.
 * @param chart what `Plot.plot` returned, without legend, title and clipping
 */
export function pictureOf({ document }: Drawing, chart: Element): Picture {
  const children = Array.from(chart.children).filter((child) => child.tagName.toLowerCase() !== "style");
  return {
    element: svgElement(document, "g", { "text-anchor": "middle", "font-size": fontSize.tick }, ...children),
    width: Number(chart.getAttribute("width")),
    height: Number(chart.getAttribute("height")),
  };
}
