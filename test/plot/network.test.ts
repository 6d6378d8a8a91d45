import { beforeAll, describe, expect, it } from "vitest";
import { DataError, OptionError, ShapeError, StateError } from "../../src/errors.ts";
import {
  dense,
  flatten,
  init,
  layer,
  type Network,
  relu,
  sequential,
  softmax,
  tensor,
} from "../../src/index.ts";
import {
  activationHistograms,
  confusionMatrix,
  firstLayerWeights,
  misclassified,
} from "../../src/plot/index.ts";
import { layerOutputs } from "../../src/train/layer-outputs.ts";
import { drawn } from "./parse.ts";

let net: Network;
beforeAll(async () => {
  await init();
  net = sequential([dense(3), relu(), dense(2), softmax()], { input: [4], seed: 1 });
});

describe("firstLayerWeights", () => {
  it("draws a picture for each unit", async () => {
    const chart = await drawn(firstLayerWeights(net, { title: "重み" }));
    expect(chart.texts).toContain("重み");
    expect(chart.document.querySelectorAll("image")).toHaveLength(3);
    expect(
      (await drawn(firstLayerWeights(net, { count: 2 }))).document.querySelectorAll("image"),
    ).toHaveLength(2);
  });

  it("finds the shape of pictures, also behind flatten", async () => {
    const wide = sequential([flatten(), dense(2)], { input: [2, 3] });
    const [picture] = (await drawn(firstLayerWeights(wide))).document.querySelectorAll("image");
    expect(Number(picture!.getAttribute("height")) / Number(picture!.getAttribute("width"))).toBeCloseTo(
      2 / 3,
      1,
    );
  });

  it("refuses a network without such weights, and inputs that are no square", () => {
    expect(() => firstLayerWeights(sequential([relu()], { input: [4] }))).toThrow(
      /has no weight \[4, units\]/,
    );
    expect(() => firstLayerWeights(sequential([dense(2)], { input: [5] }))).toThrow(
      /a row of 5 numbers, which is no square/,
    );
    expect(() => firstLayerWeights(net, { labels: ["a"] } as never)).toThrow(OptionError);
  });
});

describe("activationHistograms", () => {
  it("draws the outputs of each layer", async () => {
    const x = tensor([
      [1, 2, 3, 4],
      [0, 0, 0, 1],
    ]);
    const chart = await drawn(activationHistograms(net, x, { bins: 5 }));
    expect(chart.texts).toEqual(expect.arrayContaining(["dense1", "relu1", "dense2", "softmax1"]));
    expect(chart.marks("rect", "rect")).toHaveLength(4 * 5);
  });

  it("refuses what does not fit the network, and a network that is gone", () => {
    expect(() => activationHistograms(net, [1, 2, 3])).toThrow(ShapeError);
    expect(() => activationHistograms(net, [Number.NaN, 0, 0, 0])).toThrow(DataError);
    const gone = sequential([relu()], { input: [1] });
    gone.dispose();
    expect(() => activationHistograms(gone, [1])).toThrow(StateError);
  });
});

describe("layerOutputs", () => {
  it("gives what each layer gives the next, the last as predict does", () => {
    const x = tensor([
      [1, 2, 3, 4],
      [-1, 0, 5, 1],
    ]);
    const outputs = layerOutputs("test", net, x);
    expect(Object.keys(outputs)).toEqual(["dense1", "relu1", "dense2", "softmax1"]);
    expect(outputs.softmax1).toEqual(net.predict(x));
    expect(outputs.relu1!.data).toEqual(outputs.dense1!.data.map((value: number) => Math.max(0, value)));
    expect(outputs.dense1!.shape).toEqual([2, 3]);
  });

  it("of layers that hand on what they are given", () => {
    const same = layer("same", (x) => x);
    const outputs = layerOutputs("test", sequential([same, same], { input: [2] }), [3, 4]);
    expect(Object.values(outputs).map(({ data }) => Array.from(data))).toEqual([
      [3, 4],
      [3, 4],
    ]);
  });
});

describe("confusionMatrix", () => {
  it("counts which class was taken for which", async () => {
    const chart = await drawn(confusionMatrix([0, 0, 1, 1, 2], [0, 1, 1, 1, 0], { title: "混同行列" }));
    expect(chart.texts).toEqual(expect.arrayContaining(["混同行列", "predicted →", "↓ true"]));
    const cells = chart.marks("cells", "rect").map((rect) => rect.getAttribute("fill"));
    expect(cells).toHaveLength(9);
    expect(chart.marks("cells", "text").map((text) => text.textContent)).toEqual(["1", "1", "2", "1"]);
    expect(cells.filter((fill) => fill === "white")).toHaveLength(5);
  });

  it("takes one-hot rows and outputs, of which the largest counts", async () => {
    const svg = await confusionMatrix([0, 1, 2], [2, 1, 0]).svg();
    const t = tensor([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const y = [
      [0, 0.1, 0.9],
      [0.2, 0.7, 0.1],
      [0.5, 0.5, 0],
    ];
    expect(await confusionMatrix(t, y).svg()).toBe(svg);
    expect(await confusionMatrix(new Uint8Array([0, 1, 2]), tensor(y)).svg()).toBe(svg);
  });

  it("draws the counts of the metric of that name", async () => {
    const svg = await confusionMatrix([0, 0, 1, 1, 2], [0, 1, 1, 1, 0], { title: "3" }).svg();
    const counts = [
      [1, 1, 0],
      [0, 2, 0],
      [1, 0, 0],
    ];
    expect(await confusionMatrix(counts, { title: "3" }).svg()).toBe(svg);
    expect(await confusionMatrix(tensor(counts), { title: "3", classes: 3 }).svg()).toBe(svg);
    expect((await drawn(confusionMatrix([[5]]))).texts).toContain("5");
  });

  it("refuses what are no counts", () => {
    expect(() => confusionMatrix([[1, 2, 3]])).toThrow(/counts must be whole .* they are \[1, 3\]/);
    expect(() => confusionMatrix([[0.5]])).toThrow(/element 0 is 0.5; of labels and predictions, give both/);
    expect(() => confusionMatrix([[1]], { classes: 2 })).toThrow(/classes is 2, but the counts are of 1/);
    expect(() => confusionMatrix([[1]], { labels: ["a", "b"] })).toThrow(/labels has 2 names for 1 classes/);
    expect(() => confusionMatrix(tensor(new Uint8Array(101 * 101), [101, 101]))).toThrow(
      /101 classes are more/,
    );
    expect(() => confusionMatrix([0, 1] as never)).toThrow(/counts: must be rows of numbers/);
  });

  it("names classes and axes in any language", async () => {
    const options = { labels: ["猫", "犬"], rowLabel: "正解", columnLabel: "予測" };
    const { texts } = await drawn(confusionMatrix([0], [1], options));
    expect(texts).toEqual(expect.arrayContaining(["猫", "犬", "↓ 正解", "予測 →"]));
  });

  it("refuses what are no classes", () => {
    expect(() => confusionMatrix([0, 1], [0])).toThrow(/t has 2, y has 1/);
    expect(() => confusionMatrix([0.5], [0])).toThrow(/t: element 0 is 0.5; labels are whole numbers/);
    expect(() => confusionMatrix([0], [-1])).toThrow(DataError);
    expect(() => confusionMatrix([0], [[Number.NaN, 1]])).toThrow(/row 0 has a NaN/);
    expect(() => confusionMatrix([5], [0], { classes: 3 })).toThrow(/classes is 3, but there is a label 5/);
    expect(() => confusionMatrix([0], [2], { labels: ["a", "b"] })).toThrow(
      /labels has 2 names for 3 classes/,
    );
    expect(() => confusionMatrix([1000], [0])).toThrow(/1001 classes are more than a picture can show/);
  });
});

describe("misclassified", () => {
  it("draws what was taken for something else, with both labels", async () => {
    const x = tensor([
      [0, 1, 1, 0],
      [1, 1, 1, 1],
      [0, 0, 0, 1],
    ]);
    const chart = await drawn(misclassified(x, [4, 5, 6], [9, 5, 0], { title: "間違い" }));
    expect(chart.texts).toEqual(["間違い", "4 → 9", "6 → 0"]);
    expect(chart.document.querySelectorAll("image")).toHaveLength(2);
    const named = await drawn(misclassified(x, [0, 0, 0], [1, 1, 0], { labels: ["猫", "犬"], count: 1 }));
    expect(named.texts).toEqual(["猫 → 犬"]);
  });

  it("refuses lengths that differ, and says where nothing was mistaken", () => {
    expect(() => misclassified([[[1]]], [1, 2], [1, 2])).toThrow(/x has 1, t has 2, y has 2/);
    expect(() => misclassified([[[1]]], [1], [1])).toThrow(/all 1 samples are classified right/);
  });
});
