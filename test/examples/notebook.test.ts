// The example notebook in Deno's Jupyter kernel, in a project in which kobai is installed as it comes: every cell runs, and its figures are, byte
// for byte, those in the file. (KOBAI_ACCEPT=1 writes them into it.) The kernel is asked as Jupyter asks it.
//
// `npm ci --prefix test/runtimes` installs Deno, `apt-get install python3-jupyter-client` the client; .ci/run does both.

import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { installPacked } from "../package/install.ts";
import { runtime, skip } from "../runtimes/runtime.ts";

interface Cell {
  readonly cell_type: string;
  readonly outputs?: readonly { readonly output_type: string; readonly data?: Record<string, unknown> }[];
}

/** Debian's, which has Jupyter's client as a package. */
const python = "/usr/bin/python3";
const run = promisify(execFile);
const file = resolve("examples/notebook/circle.ipynb");
let folder: string | undefined;

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const cellsOf = (notebook: string) => (JSON.parse(notebook) as { cells: Cell[] }).cells;

it("runs, and shows its figures", async (context) => {
  const [deno] = runtime("deno", context);
  await run(python, ["-c", "import jupyter_client"]).catch(() => {
    skip(context, "jupyter_client is not installed (apt-get install python3-jupyter-client)");
  });
  folder = installPacked();
  copyFileSync(file, join(folder, "circle.ipynb"));
  const kernel = join(folder, "jupyter", "kernels", "deno");
  mkdirSync(kernel, { recursive: true });
  writeFileSync(
    join(kernel, "kernel.json"),
    JSON.stringify({
      argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
    }),
  );
  const { stdout } = await run(
    python,
    [resolve("test/examples/execute-notebook.py"), "circle.ipynb", "deno"],
    {
      cwd: folder,
      maxBuffer: 2 ** 26,
      env: {
        ...process.env,
        JUPYTER_PATH: join(folder, "jupyter"),
        JUPYTER_RUNTIME_DIR: join(folder, "jupyter", "runtime"),
        DENO_DIR: join(folder, "deno"),
        DENO_NO_UPDATE_CHECK: "1",
      },
    },
  );
  if (process.env.KOBAI_ACCEPT) writeFileSync(file, stdout);
  const found = cellsOf(stdout).flatMap(({ outputs = [] }) => outputs);
  const types = found.map(({ output_type, data = {} }) => [output_type, ...Object.keys(data)]);
  expect(types).toEqual([
    ["execute_result", "text/plain"],
    ["execute_result", "image/svg+xml"],
    ["execute_result", "image/svg+xml"],
    ["execute_result", "image/svg+xml"],
    ["execute_result", "text/plain"],
  ]);
  expect(found).toEqual(cellsOf(readFileSync(file, "utf8")).flatMap(({ outputs = [] }) => outputs));
}, 180_000);
