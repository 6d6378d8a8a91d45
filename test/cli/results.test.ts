// Results go into the run's folder, or as near as they can; nothing is overwritten, and nothing half done stays.

import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Result, ResultWriter } from "../../src/cli/results.ts";
import { RunFolder } from "../../src/cli/run-folder.ts";
import { temporaryFolder } from "../data/idx-files.ts";

const first: Result = { name: "weights.bin", content: () => new Uint8Array([1, 2, 3]) };
const second: Result = { name: "history.json", content: async () => "{}" };
const results = [first, second] as const;
const leftover = ".weights.bin.0123456789abcdef01234567.tmp";

afterEach(() => {
  vi.unstubAllEnvs();
});

async function inFolder() {
  const folder = await temporaryFolder();
  vi.stubEnv("TMPDIR", join(folder, "tmp"));
  await mkdir(join(folder, "tmp"));
  return folder;
}

const textOf = (path: string) => readFile(path, "latin1");
const messages = (failures: readonly unknown[]) => failures.map((error) => (error as Error).message);

describe("the folder of a run", () => {
  it("is made when there is something to put into it, and those above it", async () => {
    const folder = await inFolder();
    const path = join(folder, "a", "b");
    const run = new RunFolder(path);
    expect(await readdir(folder)).toEqual(["tmp"]);
    const { paths, failures } = await new ResultWriter(run).write(results);
    expect({ paths, failures }).toEqual({
      paths: [join(path, "weights.bin"), join(path, "history.json")],
      failures: [],
    });
    expect((await readdir(path)).sort()).toEqual(["history.json", "weights.bin"]);
  });

  it("gets no file of which it turns out that there is nothing to write", async () => {
    const folder = join(await inFolder(), "run");
    const nothing = { name: "mistakes.svg", content: () => undefined };
    const { paths, failures } = await new ResultWriter(new RunFolder(folder)).write([first, nothing, second]);
    expect(paths.map((path) => path.slice(folder.length + 1))).toEqual(["weights.bin", "history.json"]);
    expect(failures).toEqual([]);
  });

  it("may be there if it is empty, and stays", async () => {
    const folder = await inFolder();
    await mkdir(join(folder, "mine"));
    const run = new RunFolder(join(folder, "mine"));
    await run.make();
    await new ResultWriter(run).giveUp();
    expect((await readdir(folder)).sort()).toEqual(["mine", "tmp"]);
    await new ResultWriter(run).write(results);
    expect((await readdir(join(folder, "mine"))).sort()).toEqual(["history.json", "weights.bin"]);
  });

  it("may hold what a killed run left, which goes, but nothing else", async () => {
    const folder = await inFolder();
    const path = join(folder, "run");
    await mkdir(path);
    await writeFile(join(path, leftover), "half");
    const writer = new ResultWriter(new RunFolder(path));
    // That of another run, which is writing.
    const alive = leftover.replace("0", "f");
    await writeFile(join(path, alive), "half");
    await writer.write(results);
    expect((await readdir(path)).sort()).toEqual([alive, "history.json", "weights.bin"]);
    expect(() => new RunFolder(path)).toThrow(
      `${path}: already exists and is not empty; name a new folder, nothing is overwritten`,
    );
  });

  it("does not lose a temporary file that somebody still writes", async () => {
    const folder = await inFolder();
    await writeFile(join(folder, "tmp", leftover), "half");
    const run = new RunFolder(join(folder, "tmp"));
    await utimes(join(folder, "tmp", leftover), new Date(), new Date(Date.now() + 5000));
    await new ResultWriter(run).write(results);
    expect(await readdir(join(folder, "tmp"))).toContain(leftover);
  });

  it("is called by the time where it has no name; folders in which runs were killed go when they are old", async () => {
    const folder = await inFolder();
    const before = process.cwd();
    const [old, young, mine, full] = [
      "2020-01-01T00-00-00",
      "2020-01-01T00-00-00-2",
      "mine",
      "2020-01-02T00-00-00",
    ];
    for (const name of [old, young, mine, full]) await mkdir(join(folder, "runs", name), { recursive: true });
    await writeFile(join(folder, "runs", old, leftover), "half");
    await writeFile(join(folder, "runs", full, "notes"), "precious");
    for (const name of [old, mine, full]) await utimes(join(folder, "runs", name), 0, 0);
    try {
      process.chdir(folder);
      const [one, other] = [new RunFolder(), new RunFolder()];
      const written = await Promise.all([one, other].map((run) => new ResultWriter(run).write(results)));
      const names = await readdir("runs");
      expect(names).toEqual(expect.arrayContaining([young, mine, full]));
      expect(names.length).toBe(5);
      expect(await readdir(join("runs", full))).toEqual(["notes"]);
      const files = written.flatMap(({ paths }) => paths);
      expect(new Set(files).size).toBe(4);
      for (const path of files) expect(path).toMatch(/^runs.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(-2)?.\w+\.\w+$/);
    } finally {
      process.chdir(before);
    }
  });
});

describe("nothing is overwritten", () => {
  it("where something appears meanwhile: all of the results get a number", async () => {
    const folder = await inFolder();
    const path = join(folder, "run");
    const writer = new ResultWriter(new RunFolder(path));
    await mkdir(path);
    await writeFile(join(path, "history.json"), "precious");
    await writeFile(join(path, "weights-2.bin"), "precious");
    await writeFile(join(path, "notes"), "precious");
    const { paths } = await writer.write(results);
    expect(paths).toEqual([join(path, "weights-3.bin"), join(path, "history-3.json")]);
    for (const name of ["history.json", "weights-2.bin", "notes"])
      expect(await textOf(join(path, name))).toBe("precious");
  });

  it("where several runs end in one folder at once: the results of each stay together", async () => {
    const folder = await inFolder();
    const path = join(folder, "run");
    const runs = Array.from({ length: 6 }, (_, i) => {
      const writer = new ResultWriter(new RunFolder(path));
      return writer.write([
        { name: "weights.bin", content: () => `weights ${i}` },
        { name: "history.json", content: () => `history ${i}` },
      ]);
    });
    const written = await Promise.all(runs);
    expect(written.flatMap(({ failures }) => failures)).toEqual([]);
    expect((await readdir(path)).length).toBe(12);
    for (const [i, { paths }] of written.entries()) {
      expect(await Promise.all(paths.map(textOf))).toEqual([`weights ${i}`, `history ${i}`]);
    }
  });
});

describe("a file that cannot be written", () => {
  it("leaves the others, and says which it was", async () => {
    const folder = await inFolder();
    const path = join(folder, "run");
    const { paths, failures } = await new ResultWriter(new RunFolder(path)).write([
      first,
      { name: `${"long".repeat(100)}.json`, content: () => "{}" },
      second,
    ]);
    expect(paths).toEqual([join(path, "weights.bin"), join(path, "history.json")]);
    expect(messages(failures)).toEqual([expect.stringMatching(/long.*: cannot be written: ENAMETOOLONG/)]);
    expect((await readdir(path)).sort()).toEqual(["history.json", "weights.bin"]);
  });

  it("goes into the folder for temporary files, if it is the first", async () => {
    const folder = await inFolder();
    const path = join(folder, "run");
    const writer = new ResultWriter(new RunFolder(path));
    await writeFile(path, "a file where the folder was to be");
    const { paths, failures } = await writer.write(results);
    expect(messages(failures)).toEqual([
      `${path}: cannot be made or written to: EEXIST: file already exists`,
    ]);
    expect(paths).toEqual([expect.stringMatching(/^.*tmp.kobai-\w+.weights\.bin$/)]);
    expect(paths[0]!.startsWith(tmpdir())).toBe(true);
    expect(await textOf(paths[0]!)).toBe("\x01\x02\x03");
  });

  it("leaves no folder behind where nothing was written at all", async () => {
    const folder = await inFolder();
    vi.stubEnv("TMPDIR", join(folder, "none"));
    const name = "long".repeat(100);
    const { paths, failures } = await new ResultWriter(new RunFolder(join(folder, "a", "b"))).write([
      { name, content: () => "" },
    ]);
    expect(paths).toEqual([]);
    expect(messages(failures)).toEqual([
      expect.stringContaining("ENAMETOOLONG"),
      expect.stringContaining("ENOENT"),
    ]);
    expect(await readdir(folder)).toEqual(["tmp"]);
  });
});

describe("giving up", () => {
  it.each([0, 1, 2, 3, 5, 8])("leaves whole files only, after %s ms", async (milliseconds) => {
    const folder = await inFolder();
    const path = join(folder, "a", "run");
    const writer = new ResultWriter(new RunFolder(path));
    const content = () => new Uint8Array(2 ** 21);
    const names = ["a", "b", "c", "d"] as const;
    const written = writer.write(names.map((name) => ({ name, content })) as unknown as [Result]);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await writer.giveUp();
    const after = await readdir(path).catch(() => []);
    for (const name of after) {
      expect(names).toContain(name);
      expect((await readFile(join(path, name))).length).toBe(2 ** 21);
    }
    await written;
    expect(await readdir(path).catch(() => [])).toEqual(after);
    expect(await readdir(folder)).toEqual(after.length > 0 ? ["a", "tmp"] : ["tmp"]);
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  });
});
