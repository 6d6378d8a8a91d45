import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mnist } from "../../src/data/index.ts";
import { crossEntropy, dense, init, momentum, normal, sequential, tanh } from "../../src/index.ts";
import { loadSafetensors, sha256 } from "../../src/io/index.ts";
import { folderOf, idx, smallMnist, temporaryFolder } from "../data/idx-files.ts";
import { numbers, parsed } from "../plot/parse.ts";
import { kobai } from "./command.ts";

const RESULTS = ["curves.svg", "history.json", "weights.safetensors"];

/** 200 training samples, so that a batch of 20 makes 10 steps an epoch. */
const smallData = () => folderOf(smallMnist(200, 50));

function digestIn(stdout: string): string | undefined {
  return /^weights {3}SHA-256 ([0-9a-f]{64})$/m.exec(stdout)?.[1];
}

describe("kobai train", () => {
  it("prints plain lines without a terminal, and writes weights, history and curves", async () => {
    const out = join(await temporaryFolder(), "new", "run");
    const args = ["train", "--data", await smallData(), "--out", out, "--batch", "20", "--iterations", "25"];
    const { code, stdout, stderr } = await kobai([...args, "--hidden", "8,4", "--seed", "3"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\x9b]/);
    const digest = digestIn(stdout);
    const accuracy = String.raw`train [01]\.\d{4}  test [01]\.\d{4}`;
    expect(stdout).toMatch(
      new RegExp(
        [
          "^data      200 training and 50 test samples of 6 values, 10 classes",
          "network   6-8-4-10 relu, float32, weights normal:0\\.01, seed 3",
          "training  25 steps of 20 samples, drawn with replacement; sgd, learning rate 0\\.1",
          `epoch  0  ${accuracy}`,
          `epoch  1  ${accuracy}`,
          `epoch  2  ${accuracy}`,
          `epoch 2\\.50  ${accuracy}`,
          "trained   25 steps in \\d+\\.\\d s",
          `weights   SHA-256 ${digest}`,
          "written   .*weights\\.safetensors, .*history\\.json, .*curves\\.svg\n$",
        ].join("\n"),
      ),
    );

    expect((await readdir(out)).sort()).toEqual(RESULTS);
    const { tensors, metadata } = await loadSafetensors(join(out, "weights.safetensors"));
    expect(Object.values(tensors).map(({ shape }) => shape)).toEqual([
      [6, 8],
      [8],
      [8, 4],
      [4],
      [4, 10],
      [10],
    ]);
    expect(metadata.network).toBe("6-8-4-10 relu");
    expect(await sha256(tensors)).toBe(digest);
    const history = JSON.parse(await readFile(join(out, "history.json"), "utf8"));
    expect(history).toMatchObject({
      sha256: digest,
      steps: 25,
      ended: "completed",
      run: { seed: 3, batch: 20, lr: 0.1 },
    });
    expect(history.loss).toHaveLength(25);
    expect(history.evaluations.map(({ step }: { step: number }) => step)).toEqual([0, 10, 20, 25]);
    expect(await readFile(join(out, "curves.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  it("--figures also draws the first layer, the confusion matrix and what is misclassified", async () => {
    const out = join(await temporaryFolder(), "run");
    const args = ["train", "--data", await smallData(), "--out", out, "--batch", "20", "--iterations", "25"];
    const { code, stdout, stderr } = await kobai([...args, "--hidden", "8", "--figures"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const figures = ["first-layer-weights.svg", "confusion-matrix.svg", "misclassified.svg"];
    expect((await readdir(out)).sort()).toEqual([...RESULTS, ...figures].sort());
    expect(stdout).toMatch(/written {3}.*weights\.safetensors, .*curves\.svg, .*first-layer-weights\.svg, /);
    const [weights, confusion, mistakes] = await Promise.all(
      figures.map(async (name) => parsed(await readFile(join(out, name), "utf8"))),
    );
    // Images of 2 × 3 pixels, one for each of 8 units.
    const tiles = [...weights!.document.querySelectorAll("image")];
    expect(tiles).toHaveLength(8);
    const [width, height] = numbers(tiles[0]!, "width", "height");
    expect(width! / height!).toBeCloseTo(3 / 2, 1);
    const counts = confusion!.marks("cells", "text").map(({ textContent }) => Number(textContent));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(50);
    const shown = mistakes!.texts.filter((text) => /^\d → \d$/.test(text));
    expect(shown.length).toBe(mistakes!.document.querySelectorAll("image").length);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.every((text) => text[0] !== text.at(-1))).toBe(true);
  });

  it("--figures has no misclassified images where there are none", async () => {
    // The image of a label is one white pixel.
    const labels = Array.from({ length: 50 }, (_, i) => i % 10);
    const images = labels.flatMap((label) => Array.from({ length: 10 }, (_, j) => (j === label ? 255 : 0)));
    const files = ["train", "t10k"].map((part) => [
      [`${part}-images-idx3-ubyte`, idx(8, [50, 2, 5], images)],
      [`${part}-labels-idx1-ubyte`, idx(8, [50], labels)],
    ]);
    const out = join(await temporaryFolder(), "run");
    const args = [
      "train",
      "--data",
      await folderOf(Object.fromEntries(files.flat())),
      "--out",
      out,
      "--figures",
    ];
    const { code, stdout } = await kobai([
      ...args,
      ...["--optimizer", "adam", "--lr", "0.05", "--iterations", "200", "--batch", "50"],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/test 1\.0000\ntrained/);
    expect(await readdir(out)).toContain("confusion-matrix.svg");
    expect(await readdir(out)).not.toContain("misclassified.svg");
  });

  it("takes threads, as many as there are cores with auto, and gives the same weights", async () => {
    const data = await smallData();
    const run = async (...args: string[]) => {
      const cwd = await temporaryFolder();
      const command = [
        "train",
        "--data",
        data,
        "--out",
        "run",
        "--iterations",
        "20",
        "--hidden",
        "300",
        ...args,
      ];
      const { stdout, stderr } = await kobai(command, { cwd });
      const { run } = JSON.parse(await readFile(join(cwd, "run/history.json"), "utf8"));
      return {
        digest: digestIn(stdout),
        threads: run.threads,
        said: /; (\d+) threads$/m.exec(stdout)?.[1],
        stderr,
      };
    };
    const one = await run();
    expect(one).toMatchObject({ threads: 1, said: undefined, stderr: "" });
    expect(await run("--threads", "3")).toEqual({ ...one, threads: 3, said: "3" });
    expect(await run("--threads", "auto")).toMatchObject({
      digest: one.digest,
      threads: Math.min(availableParallelism(), 64),
    });
  });

  it("gives the same weights for the same seed, and others for another seed, sampling or optimizer", async () => {
    const data = await smallData();
    const cwd = await temporaryFolder();
    const run = async (...args: string[]) => {
      const { code, stdout } = await kobai(
        ["train", "--data", data, "--batch", "20", "--epochs", "2", ...args],
        { cwd },
      );
      expect(code).toBe(0);
      expect(stdout).toContain("\ntraining  20 steps of 20 samples, ");
      return digestIn(stdout);
    };
    const digests = [
      await run(),
      await run("--seed", "1"),
      await run("--shuffle"),
      await run("--optimizer", "adam"),
      await run("--dtype", "float64"),
      await run("--init", "he"),
      await run("--activation", "tanh"),
    ];
    expect(new Set(digests).size).toBe(7);
    expect(await run()).toBe(digests[0]);
    // Each went into a folder of its own.
    const runs = await readdir(join(cwd, "runs"));
    expect(runs).toHaveLength(8);
    for (const name of runs) expect((await readdir(join(cwd, "runs", name))).sort()).toEqual(RESULTS);
  }, 60_000);

  it("stops at Ctrl-C, keeps what was trained, and exits with 130", async () => {
    const out = join(await temporaryFolder(), "run");
    let interrupted = false;
    const { code, stdout, stderr } = await kobai(
      ["train", "--data", await smallData(), "--out", out, "--batch", "20", "--epochs", "1000000"],
      {
        onOutput(text, interrupt) {
          if (interrupted || !text.includes("epoch  1")) return;
          interrupted = true;
          interrupt("SIGINT");
        },
      },
    );
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
    expect(stdout).toMatch(/^stopped {3}after \d+ of 10000000 steps in \d+\.\d s$/m);
    expect((await readdir(out)).sort()).toEqual(RESULTS);
    const { tensors } = await loadSafetensors(join(out, "weights.safetensors"));
    expect(await sha256(tensors)).toBe(digestIn(stdout));
    const history = JSON.parse(await readFile(join(out, "history.json"), "utf8"));
    expect(history.ended).toBe("aborted");
    expect(history.steps).toBeGreaterThanOrEqual(10);
    expect(history.loss).toHaveLength(history.steps);
  });

  describe("where the loss is not finite any more, exits with 1 and", () => {
    /** A run that grows until numbers end, and the weights that its network has after so many steps. */
    const run = async (lr: string, steps: number) => {
      const [out, data] = [join(await temporaryFolder(), "run"), await folderOf(smallMnist(200, 5))];
      const { code, stdout, stderr } = await kobai([
        ...["train", "--data", data, "--out", out, "--batch", "20", "--iterations", "400", "--hidden", "5"],
        ...["--activation", "tanh", "--optimizer", "momentum", "--lr", lr],
      ]);
      const [[, lossy] = []] = stderr.matchAll(/^kobai: fit: the loss of step (\d+) is Infinity; .*\n$/g);
      expect({ code, lossy }).toEqual({ code: 1, lossy: expect.any(String) });
      const { train } = await mnist({ dir: data });
      await init();
      const weight = normal({ std: 0.01 });
      using net = sequential([dense(5, { weight }), tanh(), dense(10, { weight })], { input: [6] });
      const optimizer = momentum({ lr: Number(lr) });
      const sampling = "replacement";
      if (steps > 0)
        await net.fit(train, { loss: crossEntropy(), optimizer, batchSize: 20, steps, sampling });
      return { out, stdout, failed: Number(lossy), digest: await sha256(net.params) };
    };

    it.each([
      // The last evaluation; the step before the failing one, where its loss on the test data is no worse; the beginning.
      ["2e36", 70, 78],
      ["2.5e36", 43, 43],
      ["4e37", 0, 2],
    ])(
      "keeps the last good weights, marked so: at %s those after %i of %i steps",
      async (lr, kept, steps) => {
        const { out, stdout, failed, digest } = await run(lr, kept);
        expect(failed).toBe(steps + 1);
        expect(stdout).toMatch(new RegExp(`^stopped {3}after ${steps} of 400 steps in`, "m"));
        expect(stdout).toContain(`\nkept      the weights after ${kept} steps, the last good ones\n`);
        expect(digestIn(stdout)).toBe(digest);
        expect((await readdir(out)).sort()).toEqual([
          "curves.svg",
          "history.json",
          "last-good-weights.safetensors",
        ]);
        const { tensors, metadata } = await loadSafetensors(join(out, "last-good-weights.safetensors"));
        const stopped = `the loss of step ${failed} was Infinity`;
        expect(await sha256(tensors)).toBe(digest);
        expect(metadata).toMatchObject({ steps: String(kept), stopped });
        const history = JSON.parse(await readFile(join(out, "history.json"), "utf8"));
        expect(history).toMatchObject({ steps, stopped, sha256: digest });
        expect(history.loss.length).toBe(steps);
      },
    );

    it("writes nothing if that is so from the beginning", async () => {
      const parent = await temporaryFolder();
      const args = [
        "train",
        "--data",
        await smallData(),
        "--batch",
        "20",
        "--init",
        "normal:1e37",
        "--hidden",
        "5",
      ];
      const { code, stdout, stderr } = await kobai([...args, "--out", join(parent, "a", "run")]);
      expect(code).toBe(1);
      expect(stdout).toContain("\nstopped   before the first step was done; nothing is written\n");
      expect(stderr).toMatch(/^kobai: fit: the loss of step 1 is .*\n$/);
      expect(await readdir(parent)).toEqual([]);
      // A folder that was there before stays.
      await mkdir(join(parent, "mine"));
      expect((await kobai([...args, "--out", join(parent, "mine")])).code).toBe(1);
      expect(await readdir(parent)).toEqual(["mine"]);
    });
  });

  describe("does not lose a run", () => {
    const short = ["--batch", "20", "--iterations", "25", "--hidden", "5"];

    it("to a full disk: says which files are missing, and leaves the others", async () => {
      const [out, data] = [join(await temporaryFolder(), "run"), await smallData()];
      // Files of at most 4096 bytes: the weights and the history fit, the picture does not.
      const { code, stdout, stderr } = await kobai(
        ["train", "--data", data, "--out", out, "--batch", "20", "--iterations", "5", "--hidden", "2"],
        { before: "ulimit -f 4" },
      );
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `kobai: ${join(out, "curves.svg")}: cannot be written: EFBIG: file too large\n`,
      });
      const [weights, history] = [join(out, "weights.safetensors"), join(out, "history.json")];
      expect(stdout).toContain(`\nwritten   ${weights}, ${history}\n`);
      expect((await readdir(out)).sort()).toEqual(["history.json", "weights.safetensors"]);
      expect(await sha256((await loadSafetensors(weights)).tensors)).toBe(digestIn(stdout));
    });

    it("to a disk without any room: names all files, and leaves nothing behind", async () => {
      const [folder, data] = [await temporaryFolder(), await smallData()];
      const { code, stderr } = await kobai(
        ["train", "--data", data, "--out", join(folder, "a", "run"), ...short],
        { before: "ulimit -f 0", env: { TMPDIR: folder } },
      );
      expect(code).toBe(1);
      const lines = stderr.trimEnd().split("\n");
      expect(
        lines.map((line) => /([\w.]+): cannot be written: EFBIG: file too large$/.exec(line)?.[1]),
      ).toEqual(["weights.safetensors", "weights.safetensors", "history.json", "curves.svg"]);
      expect(await readdir(folder)).toEqual([]);
    });

    it("to a folder that is gone in the end: the weights go where temporary files do", async () => {
      const [folder, data] = [await temporaryFolder(), await smallData()];
      const out = join(folder, "run");
      let occupied = false;
      const { code, stdout, stderr } = await kobai(
        ["train", "--data", data, "--out", out, "--batch", "20", "--epochs", "1000000", "--hidden", "5"],
        {
          env: { TMPDIR: folder },
          onOutput(text, send) {
            if (occupied || !text.includes("epoch  1")) return;
            occupied = true;
            void writeFile(out, "precious").then(() => send("SIGTERM"));
          },
        },
      );
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `kobai: ${out}: cannot be made or written to: EEXIST: file already exists\n`,
      });
      const path = /^written {3}(.*)$/m.exec(stdout)![1]!;
      expect(path.startsWith(join(folder, "kobai-"))).toBe(true);
      expect(await sha256((await loadSafetensors(path)).tensors)).toBe(digestIn(stdout));
      expect(await readFile(out, "utf8")).toBe("precious");
    });

    it("to standard output on a full disk, or to a reader who stops reading", async () => {
      const [folder, data] = [await temporaryFolder(), await smallData()];
      const run = (name: string, before: string) =>
        kobai(["train", "--data", data, "--out", join(folder, name), ...short], { before });
      expect(await run("full", "exec > /dev/full")).toEqual({
        code: 0,
        stdout: "",
        stderr:
          "kobai: standard output: ENOSPC: no space left on device, write; the run goes on without it\n",
      });
      expect(await run("closed", "exec > >(true); sleep 0.1")).toEqual({ code: 0, stdout: "", stderr: "" });
      expect((await run("both", "exec > /dev/full 2> /dev/full")).code).toBe(0);
      for (const name of ["full", "closed", "both"])
        expect((await readdir(join(folder, name))).sort()).toEqual(RESULTS);
    });

    it("to another that ends in the same folder", async () => {
      const [out, data] = [join(await temporaryFolder(), "run"), await smallData()];
      const run = (seed: string) => kobai(["train", "--data", data, "--out", out, ...short, "--seed", seed]);
      const outcomes = await Promise.all([run("1"), run("2")]);
      const digests = await Promise.all(
        outcomes.map(async ({ code, stdout, stderr }) => {
          if (code !== 0) {
            // It began when the other had ended.
            expect(stderr).toContain("already exists and is not empty");
            return undefined;
          }
          const [weights, history] = /^written {3}(.*)$/m.exec(stdout)![1]!.split(", ") as [string, string];
          const digest = digestIn(stdout);
          expect(await sha256((await loadSafetensors(weights)).tensors)).toBe(digest);
          expect(JSON.parse(await readFile(history, "utf8")).sha256).toBe(digest);
          return digest;
        }),
      );
      const ended = digests.filter((digest) => digest !== undefined).length;
      expect(ended).toBeGreaterThan(0);
      expect((await readdir(out)).length).toBe(3 * ended);
    });
  });

  it("prints nothing that a terminal obeys, whatever files are called", async () => {
    const folder = await temporaryFolder();
    const evil = "\x1b]0;title\x07\x9b31m\n";
    const out = join(folder, evil);
    const { code, stdout } = await kobai([
      ...["train", "--data", await smallData(), "--out", out],
      ...["--batch", "20", "--iterations", "5", "--hidden", "5"],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("\\u{1b}]0;title\\u{7}\\u{9b}31m\\u{a}/weights.safetensors, ");
    const wrong = [
      await kobai(["train", "--data", join(folder, "none", evil)]),
      await kobai(["train", "--data", await smallData(), "--out", out]),
      await kobai(["gradcheck", join(folder, "none", evil)]),
      await kobai(["train", "--hidden", evil]),
      await kobai([evil]),
    ];
    for (const outcome of [...wrong.map(({ stderr }) => stderr), stdout]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
      expect(outcome).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    }
    for (const { stderr } of wrong) expect(stderr).toMatch(/^kobai: [^\n]+\n$/);
  });

  describe("refuses with one line and exit code 1, and makes no folder,", () => {
    const files = smallMnist(200, 50);
    it.each<[string, Record<string, Uint8Array | null>, RegExp]>([
      ["missing data", { "t10k-labels-idx1-ubyte": null }, /: there is no t10k-labels-idx1-ubyte, .*$/],
      [
        "truncated data",
        { "train-images-idx3-ubyte": files["train-images-idx3-ubyte"]!.subarray(0, 1000) },
        /train-images-idx3-ubyte: truncated: its header says \[200, 2, 3\], which takes 1216 bytes, the file has 1000$/,
      ],
      [
        "a wrong magic number",
        { "train-labels-idx1-ubyte": new TextEncoder().encode("<html>") },
        /train-labels-idx1-ubyte: not an IDX file: it begins with 0x3c68746d, .*$/,
      ],
      [
        "counts that differ",
        { "train-labels-idx1-ubyte": idx(8, [3], [1, 2, 3]) },
        /train-images-idx3-ubyte holds 200 images, but .*train-labels-idx1-ubyte holds 3 labels$/,
      ],
    ])("%s", async (_, changes, message) => {
      const cwd = await temporaryFolder();
      const { code, stdout, stderr } = await kobai(["train"], {
        cwd,
        env: { KOBAI_DATA: await folderOf({ ...files, ...changes }) },
      });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/^kobai: [^\n]+\n$/);
      expect(stderr.trimEnd()).toMatch(message);
      expect(await readdir(cwd)).toEqual([]);
    });

    it("a batch larger than the data", async () => {
      const cwd = await temporaryFolder();
      expect(await kobai(["train", "--data", await smallData(), "--batch", "201"], { cwd })).toEqual({
        code: 1,
        stdout: "",
        stderr: "kobai: --batch 201 is more than the 200 training samples there are\n",
      });
      expect(await readdir(cwd)).toEqual([]);
    });
  });

  it("never overwrites: a folder that holds something, a file, a folder below a file", async () => {
    const data = await smallData();
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, "full"));
    await writeFile(join(cwd, "full", "weights.safetensors"), "precious");
    await writeFile(join(cwd, "file"), "precious");
    await symlink("nothing", join(cwd, "link"));
    for (const [out, message] of [
      ["full", "full: already exists and is not empty; name a new folder, nothing is overwritten"],
      ["file", "file: cannot be made or written to: ENOTDIR: not a directory"],
      ["link", "link: cannot be made or written to: ENOENT: no such file or directory"],
      [
        join("file", "below"),
        `${join("file", "below")}: cannot be made or written to: ENOTDIR: not a directory`,
      ],
    ] as const) {
      const outcome = await kobai(["train", "--data", data, "--out", out, "--iterations", "5"], { cwd });
      expect(outcome).toEqual({ code: 1, stdout: "", stderr: `kobai: ${message}\n` });
    }
    expect(await readFile(join(cwd, "full", "weights.safetensors"), "utf8")).toBe("precious");
    expect(await readdir(join(cwd, "full"))).toEqual(["weights.safetensors"]);
    expect(await readFile(join(cwd, "file"), "utf8")).toBe("precious");
  });
});
