import { parseHTML } from "linkedom";
import { afterEach, describe, expect, it } from "vitest";
import { DataError, UnsupportedError } from "../../src/errors.ts";
import { Figure } from "../../src/plot/figure.ts";
import { figure, lines } from "../../src/plot/index.ts";
import { drawn, numbers } from "./parse.ts";

const panel = (title: string) => lines([1, 2, 3], { title, width: 200, height: 150 });

describe("a figure", () => {
  it("is one standalone SVG file with a white background, fonts that have Japanese, and a title for screen readers", async () => {
    const { svg, document } = await drawn(panel("損失"));
    expect(svg).toMatch(/^<svg [^>]*>/);
    expect(svg.match(/<svg/g)).toHaveLength(1);
    expect(svg).toMatch(/<\/svg>\n$/);
    const root = document.querySelector("svg")!;
    expect(root.getAttribute("font-family")).toMatch(/Hiragino Sans.*Yu Gothic.*Noto Sans CJK JP/);
    expect(root.getAttribute("role")).toBe("img");
    expect(document.querySelector("title")!.textContent).toBe("損失");
    const rect = document.querySelector("rect")!;
    expect(rect.getAttribute("fill")).toBe("white");
    expect(numbers(rect, "width")[0]! + 1).toBe(numbers(root, "width")[0]);
  });

  it("shows itself in a notebook", async () => {
    const one = panel("a") as unknown as Record<symbol, () => Promise<Record<string, string>>>;
    expect(await one[Symbol.for("Jupyter.display")]!()).toEqual({ "image/svg+xml": await panel("a").svg() });
  });

  it("is an element where there is a page, and says so where there is none", async () => {
    await expect(panel("a").element()).rejects.toThrow(UnsupportedError);
    const page = parseHTML("<!doctype html><html><body></body></html>").document;
    globalThis.document = page as unknown as Document;
    const element = await panel("a").element();
    expect(element.ownerDocument).toBe(page);
    expect(element.tagName.toLowerCase()).toBe("svg");
    expect(await panel("a").element()).not.toBe(element);
  });
  afterEach(() => {
    delete (globalThis as { document?: Document }).document;
  });

  it("escapes what is written", async () => {
    expect(await panel("<script>&").svg()).toContain("&lt;script>&amp;".replace(">", "&gt;"));
  });
});

describe("figure", () => {
  it("puts panels into rows, each with its title, under one for all", async () => {
    const { document, texts } = await drawn(
      figure(["a", "b", "c", "d", "e"].map(panel), { title: "全部", columns: 2 }),
    );
    expect(texts).toEqual(expect.arrayContaining(["全部", "a", "b", "c", "d", "e"]));
    const frames = document.querySelectorAll('[aria-label="frame"]');
    expect(frames).toHaveLength(5);
    const [width, height] = numbers(document.querySelector("svg")!, "width", "height");
    expect(width!).toBeGreaterThan(2 * 200);
    expect(width!).toBeLessThan(3 * 200);
    expect(height!).toBeGreaterThan(3 * 150);
  });

  it("is XML whatever its texts and colors hold", async () => {
    const { svg, texts } = await drawn(
      lines({ y: [1, 2], label: "a < b & c\u00a0d" }, { title: "x & <y>", y: { label: '"<&' } }),
    );
    expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#160;)|&nbsp;|"[^"<>]*<[^"<>]*"/);
    expect(texts).toEqual(expect.arrayContaining(["a < b & c\u00a0d", "x & <y>"]));
    expect(texts).toContain('↑ "<&');
  });

  it("has a mark for what no XML file may hold", async () => {
    const { texts } = await drawn(lines([1, 2], { title: "a\u0000b\u001b\ud800c\uffff 😀" }));
    expect(texts).toContain("a\ufffdb\ufffd\ufffdc\ufffd 😀");
  });

  it("takes figures of panels as panels", async () => {
    const { texts } = await drawn(figure([figure([panel("a")], { title: "b" }), panel("c")]));
    expect(texts).toEqual(expect.arrayContaining(["a", "b", "c"]));
  });

  it("makes room for a title that is wider than the panels", async () => {
    const title = "とても長い題名".repeat(6);
    const { document } = await drawn(figure([panel("a")], { title }));
    expect(numbers(document.querySelector("svg")!, "width")[0]!).toBeGreaterThan(15 * title.length);
  });

  it("refuses no panels, and what is none", () => {
    expect(() => figure([])).toThrow(/there are no panels/);
    expect(() => figure([panel("a"), "b" as never])).toThrow(/panel 1 is not a figure/);
    expect(() => figure([panel("a").svg()] as never)).toThrow(DataError);
    expect(() => figure([panel("a")], { columns: 0 })).toThrow(/columns must be a whole number/);
    expect(panel("a")).toBeInstanceOf(Figure);
  });
});
