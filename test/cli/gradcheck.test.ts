import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { dense, init, normal, sequential, tanh, tensor } from "../../src/index.ts";
import { saveSafetensors } from "../../src/io/index.ts";
import { temporaryFolder } from "../data/idx-files.ts";
import { kobai } from "./command.ts";

beforeAll(() => init());

/** The mean difference and the largest relative error, by parameter. */
function figures(stdout: string): Record<string, [number, number]> {
  const rows = stdout.split("\n").filter((line) => /^dense\d\./.test(line));
  return Object.fromEntries(
    rows.map((row) => {
      const [name, mean, error] = row.split(/\s+/);
      return [name, [Number(mean), Number(error)]];
    }),
  );
}

describe("kobai gradcheck", () => {
  it("shows the book's network agreeing to the notebook's magnitudes", async () => {
    const { code, stdout, stderr } = await kobai(["gradcheck"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("network   784-50-10 relu, float64, seed 1\nsamples   the first 3; h 0.0001; ");
    const found = figures(stdout);
    // Notebook: W1 2.6e-13, b1 1.2e-12, W2 8.7e-13, b2 1.2e-10.
    expect(found["dense1.weight"]![0]).toBeLessThan(2.6e-13);
    expect(found["dense1.bias"]![0]).toBeLessThan(1.2e-12);
    expect(found["dense2.weight"]![0]).toBeLessThan(8.7e-13);
    expect(found["dense2.bias"]![0]).toBeLessThan(1.3e-10);
  });

  it("checks a saved network, with the activation that the file names", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "weights.safetensors");
    const net = sequential([dense(6, { weight: normal({ std: 0.1 }) }), tanh(), dense(10)], { input: [784] });
    await saveSafetensors(file, net.params, { network: "784-6-10 tanh" });
    const { code, stdout } = await kobai(["gradcheck", file, "--samples", "2", "--h", "1e-3"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`network   784-6-10 tanh, float64, ${file}\nsamples   the first 2; h 0.001; `);
    expect(stdout).not.toContain("kink");
    for (const [mean, error] of Object.values(figures(stdout))) {
      expect(mean).toBeLessThan(1e-6);
      expect(error).toBeLessThan(1e-3);
    }
  });

  it("says what is wrong with a file", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "weights.safetensors");
    const check = async () => {
      const { code, stdout, stderr } = await kobai(["gradcheck", file, "--samples", "1"]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      return stderr;
    };
    const ones = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
    await saveSafetensors(file, {
      "dense1.weight": ones(784, 5),
      "dense1.bias": ones(5),
      "dense2.weight": ones(4, 10),
      "dense2.bias": ones(10),
    });
    expect(await check()).toBe(
      `kobai: ${file}: it is no network of dense layers: dense2.weight is [4, 10] and dense2.bias [10], behind 5 units; ` +
        "weights must be [inputs, units], biases [units]\n",
    );
    await saveSafetensors(file, { "conv1.weight": ones(3), "conv1.bias": ones(3) });
    expect(await check()).toBe(`kobai: ${file}: it holds no parameters dense1.weight and dense1.bias\n`);
    await saveSafetensors(file, {});
    expect(await check()).toBe(`kobai: ${file}: it holds no parameters dense1.weight and dense1.bias\n`);
    await saveSafetensors(file, { "dense1.weight": ones(784, 0), "dense1.bias": ones(0) });
    expect(await check()).toContain("dense1.weight is [784, 0] and dense1.bias [0]; ");
    const layer = { "dense1.weight": ones(784, 10), "dense1.bias": ones(10) };
    await saveSafetensors(file, { "dense1.weight": ones(784, 10) });
    expect(await check()).toContain("dense1.weight is [784, 10] and dense1.bias absent; ");
    await saveSafetensors(file, { ...layer, step: ones(1), "\x1b[31mred": ones(1) });
    expect(await check()).toBe(
      `kobai: ${file}: load: the network has no parameter "step", "\\u001b[31mred"; there are "dense1.weight", "dense1.bias"\n`,
    );
    await saveSafetensors(file, { ...layer, "dense3.weight": ones(10, 10), "dense3.bias": ones(10) });
    expect(await check()).toContain('the network has no parameter "dense3.weight", "dense3.bias"; ');
    await saveSafetensors(file, { ...layer, "dense1.bias": tensor(new Float32Array(10).fill(Number.NaN)) });
    expect(await check()).toMatch(/: dense1\.bias: .*NaN/);
    await saveSafetensors(file, { "dense1.weight": ones(7, 10), "dense1.bias": ones(10) });
    expect(await check()).toContain("x is [1, 784]; the network takes one sample [7]");
    await writeFile(file, "hello");
    expect(await check()).toMatch(/^kobai: [^\n]+\n$/);
  });

  it.each([
    [
      "--h 0",
      "kobai: option '--h <step>' argument '0' is invalid. It must be a number above 0, such as 1e-4.\n",
    ],
    ["--samples 0", "It must be a whole number from 1 to 10000."],
    ["--activation step", "Allowed choices are relu, sigmoid, tanh."],
    ["--epochs 1", "kobai: unknown option '--epochs'"],
  ])("refuses %s", async (args, message) => {
    const { code, stderr } = await kobai(["gradcheck", ...args.split(" ")]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
