// The package as a user gets it: packed, installed in an empty project, compiled against, run.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPacked, npm } from "./install.ts";

const project = process.cwd();
const compiler = join(project, "node_modules/typescript/bin/tsc");
let folder: string;

beforeAll(() => {
  folder = installPacked();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function node(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  // The compiler writes what it has to say to stdout.
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return stdout;
}

it("compiles and runs in a project of its own", () => {
  writeFileSync(
    join(folder, "main.ts"),
    `import { adam, crossEntropy, dense, he, init, layer, relu, sequential, type Tensor, tensor } from "kobai";
import { type Dataset, takeBatch } from "kobai/data";
import { parse, serialize } from "kobai/io";
import { multiply } from "kobai/ops";
import { lossAndAccuracyFigure } from "kobai/plot";

await init();
const square = layer("square", (x) => multiply(x, x));
using net = sequential([dense(16, { weight: he() }), relu(), square, dense(2)], { input: [2], seed: 1 });
const data: Dataset = { x: tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), t: tensor(new Uint8Array([0, 1, 1, 0])) };
const { loss }: { loss: number[] } = await net.fit(data, { loss: crossEntropy(), optimizer: adam({ lr: 0.1 }), steps: 500 });
const output: Tensor = net.predict(takeBatch(data, 1, 2)[0]);
console.log(net.accuracy(data.x, data.t), loss.length, output.shape, Object.keys(parse(serialize(net.params)).tensors).length, typeof lossAndAccuracyFigure);
`,
  );
  const options = {
    compilerOptions: {
      module: "NodeNext",
      target: "ES2022",
      lib: ["ES2023", "ESNext.Disposable", "DOM"],
      strict: true,
    },
    include: ["main.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  node(compiler, "-p", ".");
  expect(node("main.js")).toBe("1 500 [ 1, 2 ] 4 function\n");
});

describe("the declarations, checked as well,", () => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: object };
  const entries = Object.keys(exports).filter((name) => !/wasm|json/.test(name));
  const using = (entry: string, i: number) =>
    `export * as entry${i} from ${JSON.stringify(entry.replace(".", "kobai"))};\n`;

  /** Compiles a project that says nothing of `skipLibCheck`, in a folder of its own. */
  function compile(text: string, lib: string[]): void {
    const project = mkdtempSync(join(folder, "declarations-"));
    const compilerOptions = {
      module: "NodeNext",
      target: "ES2022",
      types: [],
      strict: true,
      noEmit: true,
      lib,
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    writeFileSync(join(project, "main.mts"), text);
    node(compiler, "-p", project);
  }

  it.each(entries)("compile where there is ES2022 only: %s", (entry) => {
    compile(using(entry, 0), ["ES2022"]);
  });

  it.each(["data", "io", "index"])("compile where no package has brought Node's types: %s", (entry) => {
    const source = join(project, "dist/types/src", entry === "index" ? "index.js" : `${entry}/index.js`);
    compile(`export * from ${JSON.stringify(source)};\n`, ["ES2022"]);
  });

  it("compile where there is a page's library as well", () => {
    compile(entries.map(using).join(""), ["ES2022", "DOM"]);
  });

  it("compile with the settings of `tsc --init`", () => {
    const project = mkdtempSync(join(folder, "declarations-"));
    execFileSync(process.execPath, [compiler, "--init"], { cwd: project });
    const settings = join(project, "tsconfig.json");
    const text = readFileSync(settings, "utf8");
    expect(text).toContain('"skipLibCheck": true');
    writeFileSync(settings, text.replace('"skipLibCheck": true', '"skipLibCheck": false'));
    writeFileSync(join(project, "main.mts"), entries.map(using).join(""));
    node(compiler, "-p", project, "--noEmit");
  });
});

it("has source maps that hold their sources, and name no files that are not there", () => {
  const maps = readdirSync("dist", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".map"),
  );
  expect(maps.length).toBeGreaterThan(10);
  for (const name of maps) {
    const { sourceRoot, sources, sourcesContent } = JSON.parse(readFileSync(join("dist", name), "utf8")) as {
      sourceRoot: string;
      sources: string[];
      sourcesContent: unknown[];
    };
    expect(sourceRoot).toBe("kobai:///");
    expect(sourcesContent.map((text) => typeof text)).toEqual(sources.map(() => "string"));
  }
});

it("gives the file of the wasm by its subpath", () => {
  const script = `
    import { readFileSync } from "node:fs";
    import { init, memoryReport } from "kobai";
    await init({ wasm: readFileSync(new URL(import.meta.resolve("kobai/wasm"))) });
    console.log(memoryReport().held);`;
  expect(node("--input-type=module", "-e", script)).toBe("0\n");
});

it("installs the kobai command", () => {
  const version = (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;
  expect(npm(folder, "exec", "--offline", "--", "kobai", "--version").trim()).toBe(version);
});

it("says nowhere where it was built", () => {
  const files = readdirSync("dist", { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(20);
  for (const entry of files) {
    const text = readFileSync(join(entry.parentPath, entry.name), "latin1");
    expect(text.includes(project), `${entry.name} holds ${project}`).toBe(false);
    expect(text, entry.name).not.toMatch(/["'(](\/home\/|\/Users\/|\/root\/|\/tmp\/|file:\/\/\/|[A-Z]:\\\\)/);
  }
});
