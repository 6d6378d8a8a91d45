// Networks whose inputs are indices: an embedding by `gather`, and rows by `oneHot`.

import { beforeAll, describe, expect, test } from "vitest";
import {
  adam,
  checkpoint,
  crossEntropy,
  type Dataset,
  type DTypeName,
  dense,
  flatten,
  gradientCheck,
  init,
  layer,
  model,
  NotFiniteError,
  normal,
  restore,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";
import { sha256 } from "../../src/io/index.ts";
import { add, gather, oneHot } from "../../src/ops.ts";
import { train } from "../reference/training.ts";
import { expectSameBits } from "../same-bits.ts";

beforeAll(() => init());

const WORDS = 11;
const LENGTH = 4;

const embedding = (words = WORDS, features = 3) =>
  layer("embedding", (x, { parameter }) =>
    gather(parameter("table", [words, features], normal({ std: 0.5 })), x),
  );
const layers = () => [embedding(), flatten(), dense(2, { weight: normal({ std: 0.5 }) })];

/** Sentences, most of them of the word 0; the label says whether the word 7 is among them. */
function sentences(n: number, dtype: DTypeName): Dataset {
  const words = Array.from({ length: n * LENGTH }, (_, i) => (i % 3 ? 0 : (i * 5 + (i >> 4)) % WORDS));
  const t = Int32Array.from({ length: n }, (_, i) =>
    words.slice(i * LENGTH, (i + 1) * LENGTH).includes(7) ? 1 : 0,
  );
  return { x: tensor(words, [n, LENGTH], dtype), t: tensor(t) };
}

const options = { loss: crossEntropy(), optimizer: sgd({ lr: 0.3 }), batchSize: 9, steps: 40 };

describe("an embedding of a network's input", () => {
  test.each<["float32" | "float64", DTypeName]>([
    ["float32", "int32"],
    ["float32", "uint8"],
    ["float32", "float32"],
    ["float64", "int32"],
    ["float64", "float32"],
  ])("in %s trains on words in %s to the reference's bits, and is no product", async (dtype, of) => {
    const data = sentences(30, of);
    using net = sequential(layers(), { input: [LENGTH], seed: 4, dtype });
    const history = await net.fit(data, options);
    const expected = train({ ...options, layers: layers(), input: [LENGTH], seed: 4, dtype, data });
    expect(history.loss).toEqual(expected.losses);
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0]! / 2);
    for (const [name, values] of Object.entries(expected.params)) {
      expectSameBits(net.params[name]!.data, values, name);
    }
    // Most words are 0, and yet the samples are not held as the rows of a product.
    expect(net.summary()).not.toContain("compressed");
  });

  test("gradients agree with differences", () => {
    using net = sequential(layers(), { input: [LENGTH], seed: 4, dtype: "float64" });
    const { x, t } = sentences(6, "int32");
    for (const { maxRelativeError } of Object.values(gradientCheck(net, x, t))) {
      expect(maxRelativeError).toBeLessThan(1e-6);
    }
    const table = net.gradient(x, t)["embedding1.table"]!;
    const seen = new Set(x.data);
    for (let word = 0; word < WORDS; word++) {
      const row = table.data.subarray(3 * word, 3 * word + 3);
      expect(row.every((element) => element === 0)).toBe(!seen.has(word));
    }
  });

  test("predicts from numbers of any form alike", () => {
    using net = sequential([embedding()], { input: [LENGTH], seed: 4 });
    const { data } = net.params["embedding1.table"]!;
    const rows = [3, 0, 10, 3].flatMap((word) => [...data.subarray(3 * word, 3 * word + 3)]);
    for (const x of [
      [[3, 0, 10, 3]],
      tensor(Int32Array.of(3, 0, 10, 3), [1, 4]),
      tensor(Uint8Array.of(3, 0, 10, 3), [1, 4]),
      tensor(Float64Array.of(3, 0, 10, 3), [1, 4]),
    ]) {
      expect([...net.predict(x).data]).toEqual(rows);
    }
  });

  test("stands beside other inputs, of which one is scaled", async () => {
    const net = () =>
      model(
        ({ words, pixels }, apply) =>
          apply(dense(2), add(apply(flatten(), apply(embedding(WORDS, 2), words)), pixels)),
        { inputs: { words: [LENGTH], pixels: [2 * LENGTH] }, seed: 2 },
      );
    const { x: words, t } = sentences(20, "int32");
    const pixels = tensor(new Uint8Array(20 * 2 * LENGTH).fill(51), [20, 2 * LENGTH]);
    const data = { x: { words, pixels }, t, scale: { words: 1, pixels: 1 / 255 } };
    using whole = net();
    const history = await whole.fit(data, { ...options, optimizer: adam() });
    expect(history.steps).toBe(40);
    using cut = net();
    await cut.fit(data, { ...options, optimizer: adam(), steps: 23 });
    using again = net();
    await restore(again, checkpoint(cut));
    await again.fit(data, { ...options, optimizer: adam(), steps: 17 });
    expect(await sha256(again.params)).toBe(await sha256(whole.params));
  });

  test("stops with an error where there is no such word, as where a scale has made fractions of them", async () => {
    using net = sequential(layers(), { input: [LENGTH] });
    const { x, t } = sentences(30, "int32");
    await expect(net.fit({ x, t, scale: 1 / 255 }, options)).rejects.toThrow(NotFiniteError);
    using small = sequential([embedding(7), flatten(), dense(2)], { input: [LENGTH] });
    await expect(small.fit({ x, t }, options)).rejects.toThrow(NotFiniteError);
    expect([...sequential([embedding(7)], { input: [1] }).predict([[7]]).data]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });
});

test.each(["float32", "float64"] as const)("rows of a network's input, in %s", async (dtype) => {
  const own = () => [layer("oneHot", (x) => oneHot(x, WORDS)), flatten(), dense(2)];
  using net = sequential(own(), { input: [LENGTH], seed: 1, dtype });
  const data = sentences(30, "uint8");
  const history = await net.fit(data, options);
  expect(history.loss).toEqual(
    train({ ...options, layers: own(), input: [LENGTH], seed: 1, dtype, data }).losses,
  );
});
