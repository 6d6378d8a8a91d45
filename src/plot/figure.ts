// What every function of kobai/plot returns: a picture that is drawn when it is asked for.

import { UnsupportedError } from "../errors.ts";
import { type Drawing, loadDrawing, type Picture } from "./drawing.ts";
import { svgElement } from "./svg.ts";
import { background, edge, fontFamily, fontSize, ink } from "./theme.ts";

/** Draws a picture; the same one whenever it is called. */
export type Draw = (drawing: Drawing) => Picture | Promise<Picture>;

/** A page's outerHTML is HTML, in which a no-break space is &nbsp;, which an SVG file does not know; linkedom's is XML. */
function xmlOf(element: Element): string {
  const { XMLSerializer } = globalThis;
  return XMLSerializer === undefined ? element.outerHTML : new XMLSerializer().serializeToString(element);
}

/** What no XML file may hold, not even escaped: control characters, and halves of characters. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Between a figure's edge and what is drawn. */
const PADDING = 12;

/** What a notebook's kernel looks for in the value of a cell. */
const display: unique symbol = Symbol.for("Jupyter.display");

/**
 * A figure. It is checked when it is made and drawn when it is asked for: as text, as an element of a page, or by a notebook.
 *
 * The text is the same, byte for byte, for the same numbers. It has a white background of its own, so it can be read in light and in dark
 * viewers, and neither scripts nor style sheets nor style attributes nor ids, so it can stand anywhere, also where a content security policy
 * forbids inline styles (pictures inside, of `image` and its like, are `data:` addresses, which `img-src` must allow where it is set).
 */
export class Figure {
  readonly #title: string;
  readonly #draw: Draw;

  /** @internal The functions of kobai/plot make figures. @param title what screen readers say */
  constructor(title: string, draw: Draw) {
    this.#title = title;
    this.#draw = draw;
  }

  /**
   * The figure as the text of an SVG file.
   *
   * @example
   * import { lines } from "kobai/plot";
   * await writeFile("loss.svg", await lines([2.3, 1.1, 0.7]).svg());
   */
  async svg(): Promise<string> {
    const { element } = await this.#standalone();
    return `${xmlOf(element).replace(NOT_XML, "\ufffd")}\n`;
  }

  /**
   * The figure as a new element of this page, to be put where it belongs.
   *
   * @throws UnsupportedError where there is no page; `svg()` gives text there
   */
  async element(): Promise<SVGSVGElement> {
    if (globalThis.document === undefined) {
      throw new UnsupportedError(
        "figure: there is no page here to make an element for; svg() gives the text of a file",
      );
    }
    return (await this.#standalone()).element as SVGSVGElement;
  }

  /** What Deno's Jupyter kernel shows where a cell ends with a figure. */
  async [display](): Promise<Record<string, string>> {
    return { "image/svg+xml": await this.svg() };
  }

  /**
   * Draws the figure without background, as part of another one.
   * @internal
   */
  draw(drawing: Drawing): Picture | Promise<Picture> {
    return this.#draw(drawing);
  }

  async #standalone(): Promise<Picture> {
    const drawing = await loadDrawing();
    const { document } = drawing;
    const inner = await this.#draw(drawing);
    const [width, height] = [Math.ceil(inner.width) + 2 * PADDING, Math.ceil(inner.height) + 2 * PADDING];
    const element = svgElement(
      document,
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: "img",
        "font-family": fontFamily,
        "font-size": fontSize.tick,
        fill: ink,
        color: ink,
      },
      svgElement(document, "title", {}, this.#title),
      svgElement(document, "rect", {
        x: 0.5,
        y: 0.5,
        width: width - 1,
        height: height - 1,
        rx: 6,
        fill: background,
        stroke: edge,
      }),
      svgElement(document, "g", { transform: `translate(${PADDING},${PADDING})` }, inner.element),
    );
    return { element, width, height };
  }
}
