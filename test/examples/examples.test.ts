// Runs every example as the comment at its top says, and looks for what the notebooks print.

import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

async function run(name: string, ...args: string[]): Promise<string> {
  const command = ["scripts/run.js", `examples/${name}.ts`, ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd: root });
  expect(stderr).toBe("");
  return stdout;
}

/** By example: what to run it with, if anything, and what it must print. */
const examples: Record<string, { args?: string[]; prints: (string | RegExp)[] }> = {
  "custom-layer": {
    prints: [/swish1\.logSlope mean difference \d\.\de-1\d\n/, /1\.0000 after 2000 steps\nat 0\.5: -0\.25/],
  },
  perceptron: {
    prints: ["0  0    0   1    0  0\n1  0    0   1    1  1\n0  1    0   1    1  1\n1  1    1   0    1  0\n"],
  },
  activations: { prints: ["step     [0. 0. 0. 1. 1. 1. 1.]", "0.73105858 0.88079708]"] },
  softmax: {
    prints: [
      "[0.01821127 0.24519181 0.73659691]",
      "its sum                     1\n",
      "[9.99954600e-01 4.5397868",
    ],
  },
  "loss-functions": {
    prints: [
      /Correct: {2}0\.0975\d*\nError {2}: {2}0\.6475/,
      /Correct: {2}0\.5108\d*\nError {2}: {2}2\.9957\d*\nby label: 0\.5108/,
      "x_train (60000, 784), t_train (60000, 10)",
    ],
  },
  "numerical-differentiation": {
    prints: [
      "f'(5) = 0.1999999999990898; tangent: y = 0.200000x - 0.250000",
      "f'(10) = 0.2999999999986347; tangent: y = 0.300000x - 1.000000",
      "df/dx0 at (3, 4): 6.00000000000378\ndf/dx1 at (3, 4): 7.999999999999119",
    ],
  },
  gradient: {
    prints: ["at (3, 4): [6. 8.]", "at (0, 2): [0. 4.]", "at (3, 0): [6. 0.]", "gradients at 324 points"],
  },
  "gradient-descent": {
    prints: [
      "[-6.11110793e-10  8.14814391e-10]\n  descended",
      "[-2.58983747e+13 -1.29524862e+12]\n  diverged",
      "[-2.99999994  3.99999992]\n  stalled",
    ],
  },
  "simple-net": {
    prints: [
      "[[ 0.47960288 -0.76193959  1.8855813 ]\n [-2.3624579  -0.50910295  0.16812907]]\n[-1.83845038 -0.9153564",
      "\n2\n0.14421326",
      "[[ 0.02291063  0.05766756 -0.08057819]\n [ 0.03436594  0.08650134 -0.12086728]]\n",
    ],
  },
  "two-layer-net": { prints: ["W1 (784, 100)\nb1 (100)\nW2 (100, 10)\nb2 (10)\n", "y (100, 10)"] },
  "mini-batch-training": { args: ["2"], prints: [/^\n2 iterations in [\d.]+ s; test accuracy 0\.\d+\n/] },
  "network-of-any-shape": { prints: [/before .* 2\.\d{6}\nafter .* cross-entropy 0\.0\d{5}\n/] },
  layers: { prints: ["price 715.0000000000001", "their number 110.00000000000001", /(0\.\d+) {2,}\1\n$/] },
  "gradient-check": {
    prints: [/^W1:[\d.]+e-1[34]\n/, /\nb1:[\d.]+e-13\n/, /\nW2:[\d.]+e-13\n/, /\nb2:1\.\d+e-10\n/],
  },
  "backpropagation-training": {
    args: ["601"],
    prints: [/^60000\n0\.1\d+ 0\.\d+\n0\.9\d+ 0\.9\d+\n601 iterations/],
  },
  optimizers: {
    prints: ["-6.334999999999862,  -5.7331749999996955", "-0.387174580942181,   -0.350392995752689"],
  },
  "simple-conv-net": {
    args: ["20"],
    prints: ["conv2d1     [24, 24, 30]         780", /\nstep 20: test accuracy 0\.[5-9]\d*, .*\n20 steps in/],
  },
  "deep-conv-net": {
    args: ["2", "200"],
    prints: [/\ndense1 +\[50\] +51,250 /, /\nstep 2: test accuracy 0\.\d.*\n2 steps in/],
  },
  "batch-normalization": {
    args: ["5"],
    prints: [/\n1 {6}0\.\d{3} {7}NaN /, /\n0\.1 {4}\S+ +\S+ +0\.[5-9]\d+ +0\.[12]\d+\n0\.01 /],
  },
  overfitting: {
    args: ["150"],
    prints: [/\nnothing {12}(0\.9|1)\S+ .*\nweight decay 0\.1 .*\ndropout 0\.2 /],
  },
  "two-inputs": { args: ["20"], prints: ["\nrows        [28]", /\n20 steps in .* test accuracy 0\.[5-9]/] },
  residual: { args: ["5"], prints: [/\nresidual4 +\[7, 7, 32\] /, /\n5 steps in .* test accuracy 0\.\d/] },
};

describe("examples", () => {
  it.each(Object.entries(examples))(
    "%s prints what its notebook prints",
    async (name, { args = [], prints }) => {
      const output = await run(name, ...args);
      for (const expected of prints) {
        if (typeof expected === "string") expect(output).toContain(expected);
        else expect(output).toMatch(expected);
      }
    },
  );

  it("are all here, each with its command, and import kobai as its users do", async () => {
    const scripts = (await readdir(`${root}/examples`)).filter((file) => file.endsWith(".ts"));
    expect(scripts.sort()).toEqual([...Object.keys(examples).map((name) => `${name}.ts`), "show.ts"].sort());
    const figures = (await readdir(`${root}/examples/figures`)).filter((file) => file.endsWith(".ts"));
    for (const file of [...scripts, ...figures.map((figure) => `figures/${figure}`)]) {
      if (/(show|save)\.ts$/.test(file)) continue;
      const source = await readFile(`${root}/examples/${file}`, "utf8");
      expect(source).toContain(`// Run it with: node scripts/run.js examples/${file}`);
      for (const [, from] of source.matchAll(/from "([^"]+)"/g))
        expect(from).toMatch(/^(kobai(\/\w+)?|\.\/(show|save)\.ts|node:fs\/promises)$/);
    }
  });
});
