// The figures of examples/figures, as `npm run figures` writes them: what must be in each; and the page that shows them.

import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptOf } from "../../scripts/gallery.ts";
import { functions } from "./figures/functions.ts";
import { gradients } from "./figures/gradients.ts";
import { graphs } from "./figures/graphs.ts";
import { optimizers } from "./figures/optimizers.ts";
import { training } from "./figures/training.ts";

/** Of the trainings, which else take 100 and 10,000. */
const STEPS = 3;
const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "kobai-figures-")));
const [folder] = folders as [string, string];
let printed: string;

beforeAll(async () => {
  const run = (FIGURES: string) =>
    promisify(execFile)(process.execPath, ["scripts/run.js", "scripts/figures.ts", String(STEPS)], {
      env: { ...process.env, FIGURES },
    });
  printed = (await run(folder)).stdout;
  await run(folders[1]!);
}, 180_000);
afterAll(() => folders.forEach((each) => void rmSync(each, { recursive: true, force: true })));

const read = (name: string) => readFileSync(join(folder, `${name}.svg`), "utf8");

/** Each figure by its name: what must be in it. */
const figures = { ...functions, ...gradients, ...training(STEPS), ...graphs, ...optimizers };

describe("npm run figures", () => {
  it("writes a file for each figure, and the page", () => {
    const files = [...Object.keys(figures).map((name) => `${name}.svg`), "index.html"].sort();
    expect(readdirSync(folder).sort()).toEqual(files);
    expect(printed).toContain(`${Object.keys(figures).length} figures in `);
  });

  it("writes the same bytes again", () => {
    for (const file of readdirSync(folder)) {
      expect(readFileSync(join(folders[1]!, file)).equals(readFileSync(join(folder, file))), file).toBe(true);
    }
  });

  it.each(Object.entries(figures))("%s", (name, check) => check(read(name)));

  it("no figure has scripts, styles or small text", () => {
    for (const name of Object.keys(figures)) {
      expect(read(name), name).not.toMatch(/<script|<style|style="|NaN|undefined/);
      const sizes = [...read(name).matchAll(/font-size="([^"]+)"/g)].map(([, size]) => Number(size));
      expect(Math.min(...sizes), name).toBeGreaterThanOrEqual(11);
    }
  });
});

describe("the page of figures", () => {
  const page = () => readFileSync(join(folder, "index.html"), "utf8");

  it("shows each with its code and where it belongs, and needs no network", () => {
    expect(page().match(/<article /g)).toHaveLength(Object.keys(figures).length);
    for (const name of Object.keys(figures)) {
      const [article] = new RegExp(`<article id="${name}".*?</article>`, "s").exec(page())!;
      expect(article).toContain(`<img src="${name}.svg"`);
      expect(article).toMatch(/class="place">(Notebooks? 00[0-4]|Beside the notebooks)/);
      expect(article).toContain("await save(");
      expect(article).toContain(`&quot;${name}&quot;`);
    }
    expect(page()).not.toMatch(/https?:|<script|<link/);
  });

  it("has all scripts of examples/figures, whole", () => {
    const scripts = readdirSync("examples/figures").filter((file) => /^(?!save).*\.ts$/.test(file));
    for (const script of scripts) expect(page()).toContain(`<section id="examples/figures/${script}">`);
    expect(page().match(/<section /g)).toHaveLength(scripts.length);
  });

  it("has the notebooks' sections", () => {
    for (const section of [
      "000 function_2のグラフ",
      "001 4.2.2",
      "002 AdaGrad",
      "003 Softmax",
      "004 準備運動",
    ])
      expect(page()).toContain(section);
  });
});

describe("scriptOf", () => {
  it("cuts a script into its figures", () => {
    const source = [
      "// Two figures (the book's 1).",
      'import { save } from "./save.ts";',
      "// Place: the first.",
      "const a = 1; // not a comment of its own",
      'await save("one", a);',
      "// Other place: the second.",
      "await save(",
      '  "two",',
      "  b(),",
      ");",
      "",
    ].join("\n");
    const { title, figures: shown } = scriptOf("x.ts", source);
    expect(title).toBe("Two figures (the book's 1).");
    expect(shown.map(({ name, place, caption }) => [name, place, caption])).toEqual([
      ["one", "Place", "the first."],
      ["two", "Other place", "the second."],
    ]);
    expect(shown[1]!.code).toBe('// Other place: the second.\nawait save(\n  "two",\n  b(),\n);');
  });

  it("refuses a figure of which nobody says where it belongs", () => {
    expect(() => scriptOf("x.ts", '// Title\nawait save("one", a);\n')).toThrow(
      /x\.ts: no comment above one/,
    );
  });
});
