import { beforeAll, describe, expect, it } from "vitest";
import type { DescribedEdge, DescribedTensor, GraphDescription } from "../../../src/graph/describe.ts";
import {
  binaryCrossEntropy,
  crossEntropy,
  dense,
  dropout,
  constant as filled,
  flatten,
  init,
  layer,
  meanSquaredError,
  model,
  type Network,
  relu,
  sequential,
  sgd,
  sigmoid,
  softmax,
  sumSquaredError,
  tensor,
} from "../../../src/index.ts";
import { add, constant, matmul, multiply, scale, subtract, sum, type Value } from "../../../src/ops.ts";
import { describeGraph } from "../../../src/train/describe/index.ts";

beforeAll(() => init());

const shown = ({ name, shape }: DescribedTensor) => `${name} [${shape.join(", ")}]`;
const labels = ({ nodes }: GraphDescription, ...kinds: string[]) =>
  nodes.filter(({ kind }) => kinds.includes(kind)).map(({ label }) => label);
const edge = ({ edges }: GraphDescription, name: string): DescribedEdge => {
  const found = edges.find(({ value }) => value.name === name);
  if (!found) throw new Error(`no edge ${name} among ${edges.map(({ value }) => value.name).join(", ")}`);
  return found;
};
/** What each node is computed from. */
function structure({ nodes, edges }: GraphDescription): Record<string, string[]> {
  return Object.fromEntries(
    nodes.flatMap(({ kind, label }, index) => {
      const into = edges.filter(({ to }) => to === index).map(({ value }) => String(value.name));
      return kind === "op" || kind === "layer" ? [[label, into]] : [];
    }),
  );
}

function twoLayers(): Network {
  return sequential([dense(50), relu(), dense(10)], { input: [784] });
}

describe("the graph of a model", () => {
  const make = () =>
    model(
      ({ image, extra }, apply) => {
        const shared = dense(3, { bias: false });
        const h = add(apply(shared, image), apply(shared, extra));
        return { kind: h, yes: apply(dense(1, { bias: false }), h) };
      },
      { inputs: { image: [2], extra: [2] } },
    );

  it("has all inputs and outputs by their names; what forks into an output has its gradients added", () => {
    using net = make();
    const graph = describeGraph(net, undefined);
    expect(labels(graph, "input")).toEqual(["image", "extra"]);
    expect(labels(graph, "parameter")).toEqual(["W1", "W2"]);
    expect(labels(graph, "output")).toEqual(["kind", "yes"]);
    expect(labels(graph, "fork")).toHaveLength(2);
    expect(edge(graph, "yes").gradient).toMatchObject({ name: "∂L/∂yes", shape: ["N", 1] });
    const kinds = graph.edges.filter(({ value }) => value.name === "kind");
    expect(kinds.map(({ gradient }) => gradient?.name ?? gradient?.formula)).toEqual([
      "∂L/∂kind",
      "∂L/∂yes·W2ᵀ",
      // What arrives at the output from outside.
      undefined,
    ]);
  });

  it("has the losses of several outputs, weighted and added, and the numbers of a run", () => {
    using net = make();
    const loss = { kind: crossEntropy(), yes: { loss: binaryCrossEntropy(), weight: 0.5 } };
    const x = { image: [[1, 2]], extra: [[3, 4]] };
    const t = { kind: [2], yes: [1] };
    const graph = describeGraph(net, { loss, x, t } as never);
    expect(labels(graph, "op")).toEqual([
      "dot",
      "dot",
      "+",
      "Softmax with Loss",
      "dot",
      "Sigmoid with Loss",
      "× 0.5",
      "+",
    ]);
    expect(labels(graph, "input")).toEqual(["image", "extra", "t.kind", "t.yes"]);
    const total = net.loss(x, t, loss);
    expect(edge(graph, "L").value.numbers?.data[0]).toBe(total);
    const gradients = net.gradient(x, t, loss);
    expect(edge(graph, "W2").gradient?.numbers?.data).toEqual(gradients["dense2.weight"]?.data);
  });
});

describe("the graph of a network with state and random elements", () => {
  const center = layer("center", (x, { training, state }) => {
    const running = state("mean", [2], 0);
    if (training) running.update(running.value);
    return training ? x : subtract(x, running.value);
  });

  it("is that of training, with what is drawn; or that of inference, with what is kept", () => {
    using net = sequential([center, dense(3), dropout()], { input: [2], seed: 2 });
    const training = describeGraph(net, undefined);
    expect(labels(training, "op")).toEqual(["dot", "+", "random", "×"]);
    expect(labels(training, "state")).toEqual([]);
    const inference = describeGraph(net, { training: false });
    expect(labels(inference, "op")).toEqual(["−", "dot", "+"]);
    expect(labels(inference, "state")).toEqual(["mean"]);
    const numbers = describeGraph(net, { x: [[1, 2]] });
    const mask = numbers.edges.find(({ value }) => value.name === "random()")!.value.numbers!;
    expect([...mask.data].every((each) => each === 0 || each === 2)).toBe(true);
    using boxes = sequential([dense(3), dropout()], { input: [2] });
    expect(labels(describeGraph(boxes, { level: "layers" }), "layer")).toHaveLength(2);
  });
});

describe("a network's graph", () => {
  it("has an op for each that the engine differentiates, values and gradients with their shapes", () => {
    using net = twoLayers();
    const graph = describeGraph(net, { loss: crossEntropy() });
    expect(labels(graph, "op")).toEqual(["dot", "+", "ReLU", "dot", "+", "Softmax with Loss"]);
    expect(labels(graph, "input")).toEqual(["X", "t"]);
    expect(labels(graph, "parameter")).toEqual(["W1", "b1", "W2", "b2"]);
    expect(graph.edges.map(({ value, gradient }) => [shown(value), gradient && shown(gradient)])).toEqual([
      ["X [N, 784]", "∂L/∂X [N, 784]"],
      ["W1 [784, 50]", "∂L/∂W1 [784, 50]"],
      ["X·W1 [N, 50]", "∂L/∂(X·W1) [N, 50]"],
      ["b1 [50]", "∂L/∂b1 [50]"],
      ["A1 [N, 50]", "∂L/∂A1 [N, 50]"],
      ["Z1 [N, 50]", "∂L/∂Z1 [N, 50]"],
      ["W2 [50, 10]", "∂L/∂W2 [50, 10]"],
      ["Z1·W2 [N, 10]", "∂L/∂(Z1·W2) [N, 10]"],
      ["b2 [10]", "∂L/∂b2 [10]"],
      ["Y [N, 10]", "∂L/∂Y [N, 10]"],
      ["t [N]", undefined],
      ["L []", "∂L/∂L []"],
    ]);
    expect(edge(graph, "t").value.dtype).toBe("int32");
  });

  it("has a box for each layer, where layers are asked for", () => {
    using net = twoLayers();
    const graph = describeGraph(net, { loss: crossEntropy(), level: "layers" });
    expect(labels(graph, "op")).toEqual([]);
    expect(labels(graph, "layer")).toEqual(["Affine", "ReLU", "Affine", "Softmax with Loss"]);
    expect(graph.nodes.filter(({ kind }) => kind === "layer").map(({ name }) => name)).toEqual([
      "dense1",
      "relu1",
      "dense2",
      "crossEntropy",
    ]);
    expect(graph.edges.map(({ value }) => shown(value))).toEqual([
      "X [N, 784]",
      "W1 [784, 50]",
      "b1 [50]",
      "A1 [N, 50]",
      "Z1 [N, 50]",
      "W2 [50, 10]",
      "b2 [10]",
      "Y [N, 10]",
      "t [N]",
      "L []",
    ]);
  });

  it("tells how each gradient is computed: the book's (5.13), and y − t", () => {
    using net = twoLayers();
    const graph = describeGraph(net, { loss: crossEntropy(), formulas: true });
    const formulas = graph.edges.flatMap(({ gradient }) =>
      gradient ? [`${gradient.name} = ${gradient.formula}`] : [],
    );
    expect(formulas).toEqual([
      "∂L/∂X = ∂L/∂A1·W1ᵀ",
      "∂L/∂W1 = Xᵀ·∂L/∂A1",
      "∂L/∂(X·W1) = ∂L/∂A1",
      "∂L/∂b1 = Σ ∂L/∂A1",
      "∂L/∂A1 = ∂L/∂Z1 × (Z1 > 0)",
      "∂L/∂Z1 = ∂L/∂Y·W2ᵀ",
      "∂L/∂W2 = Z1ᵀ·∂L/∂Y",
      "∂L/∂(Z1·W2) = ∂L/∂Y",
      "∂L/∂b2 = Σ ∂L/∂Y",
      "∂L/∂Y = (softmax(Y) − t) / N",
      "∂L/∂L = 1",
    ]);
    const plain = describeGraph(net, { loss: crossEntropy() });
    expect(plain.edges.filter(({ gradient }) => gradient?.formula !== undefined)).toHaveLength(1);
  });

  it("ends at Y without a loss, where ∂L/∂Y arrives", () => {
    using net = twoLayers();
    const graph = describeGraph(net, { formulas: true });
    const last = graph.edges.at(-1)!;
    expect([shown(last.value), shown(last.gradient!), last.gradient!.formula]).toEqual([
      "Y [N, 10]",
      "∂L/∂Y [N, 10]",
      undefined,
    ]);
    expect(edge(graph, "b2").gradient?.formula).toBe("Σ ∂L/∂Y");
  });

  it("looks through softmax as the loss does, and numbers symbols only where there are several", () => {
    using net = sequential([dense(3, { bias: false }), softmax()], { input: [2] });
    const graph = describeGraph(net, { loss: crossEntropy() });
    expect(structure(graph)).toEqual({ dot: ["X", "W"], "Softmax with Loss": ["A1", "t"] });
    const whole = describeGraph(net, undefined);
    expect(structure(whole)).toEqual({ dot: ["X", "W"], softmax: ["A1"] });
  });

  it("has the batch as it is given, and multiples of it", () => {
    const stretch = layer("stretch", (x) => multiply(x, x));
    using net = sequential([flatten(), stretch], { input: [2, 3] });
    expect(edge(describeGraph(net, { batch: "B" }), "A1").value.shape).toEqual(["B", 6]);
    expect(edge(describeGraph(net, { batch: 5 }), "A1").value.shape).toEqual([5, 6]);
    const twice = (x: Value, y: Value) => matmul(x, y, { transposeA: true });
    const graph = describeGraph(twice, { inputs: { a: ["N", "M"], b: ["N", 4] }, output: "c" });
    expect(edge(graph, "c").value.shape).toEqual(["M", 4]);
  });

  it("has the targets of its loss", () => {
    using net = twoLayers();
    for (const loss of [sumSquaredError(), binaryCrossEntropy()]) {
      const { value } = edge(describeGraph(net, { loss }), "t");
      expect(value).toMatchObject({ shape: ["N", 10], dtype: "float32" });
    }
  });

  it("has no gradients where none are wanted", () => {
    using net = twoLayers();
    const graph = describeGraph(net, { loss: crossEntropy(), gradients: false });
    expect(graph.edges.every(({ gradient }) => gradient === undefined)).toBe(true);
    expect(graph.nodes).toEqual(describeGraph(net, { loss: crossEntropy() }).nodes);
  });

  it("calls what is there by other words", () => {
    using net = twoLayers();
    const words = { X: "入力", W1: "重み", ReLU: "活性化", dot: "内積", L: "損失" };
    const graph = describeGraph(net, { loss: crossEntropy(), labels: words, formulas: true });
    expect(labels(graph, "op")).toEqual(["内積", "+", "活性化", "内積", "+", "Softmax with Loss"]);
    expect(edge(graph, "入力·重み").gradient?.name).toBe("∂損失/∂(入力·重み)");
    expect(edge(graph, "重み").gradient?.formula).toBe("入力ᵀ·∂損失/∂A1");
  });
});

describe("the numbers of a run", () => {
  const x = [
    [0.6, 0.9, -0.3],
    [-1.5, 0.25, 2],
  ];

  it.each(["ops", "layers"] as const)("are the engine's: values and gradients, level %s", (level) => {
    using net = sequential([dense(4, { weight: filled(0.3) }), sigmoid(), dense(3)], { input: [3], seed: 7 });
    const graph = describeGraph(net, { x, t: [2, 0], level });
    const gradients = net.gradient(x, [2, 0]);
    const symbols = { W1: "dense1.weight", b1: "dense1.bias", W2: "dense2.weight", b2: "dense2.bias" };
    for (const [symbol, parameter] of Object.entries(symbols)) {
      const { value, gradient } = edge(graph, symbol);
      expect(value.numbers).toEqual(net.params[parameter]);
      expect(gradient?.numbers).toEqual(gradients[parameter]);
    }
    expect(edge(graph, "Y").value.numbers).toEqual(net.predict(x));
    expect(edge(graph, "L").value.numbers?.data[0]).toBe(net.loss(x, [2, 0]));
    expect(Array.from(edge(graph, "L").gradient!.numbers!.data)).toEqual([1]);
    expect(Array.from(edge(graph, "t").value.numbers!.data)).toEqual([2, 0]);
    for (const { value, gradient } of graph.edges) {
      expect(value.numbers?.shape).toEqual(value.shape);
      if (gradient) expect(gradient.numbers?.shape).toEqual(gradient.shape);
    }
  });

  it("give the book's SimpleNet its loss and its gradient", () => {
    using net = sequential([dense(3, { bias: false })], { input: [2], dtype: "float64" });
    const W = [
      [0.47960288, -0.76193959, 1.8855813],
      [-2.3624579, -0.50910295, 0.16812907],
    ];
    net.params["dense1.weight"] = tensor(W, undefined, "float64");
    const graph = describeGraph(net, { x: [0.6, 0.9], t: [0, 0, 1] });
    // The book adds 10⁻⁷ within its logarithm.
    expect(edge(graph, "L").value.numbers!.data[0]).toBeCloseTo(0.14421326360761949, 6);
    const dW = [0.02291063, 0.05766756, -0.08057819, 0.03436594, 0.08650134, -0.12086728];
    const found = edge(graph, "W").gradient!.numbers!.data;
    for (const [index, value] of dW.entries()) expect(found[index]).toBeCloseTo(value, 7);
  });

  it("take what arrives at an output that is no scalar as ones", () => {
    const product = (a: Value, b: Value) => multiply(a, b);
    const graph = describeGraph(product, { inputs: { a: tensor([2, 3]), b: tensor([4, 5]) } });
    expect(Array.from(edge(graph, "y").gradient!.numbers!.data)).toEqual([1, 1]);
    expect(Array.from(edge(graph, "a").gradient!.numbers!.data)).toEqual([4, 5]);
  });

  it("are those of a layer with fresh parameters, and of samples as bytes", () => {
    const graph = describeGraph(dense(2, { weight: filled(0.5) }), {
      input: [3],
      x: new Uint8Array([1, 2, 3]),
    });
    expect(Array.from(edge(graph, "Y").value.numbers!.data)).toEqual([3, 3]);
    expect(edge(graph, "X").value.shape).toEqual([1, 3]);
  });

  it("are those of predict and loss after a fit: bytes are scaled, and the loss is the fit's", async () => {
    using net = sequential([dense(1)], { input: [2], seed: 3 });
    const x = new Uint8Array([255, 0, 51, 102]);
    const data = { x: tensor(x, [2, 2]), t: tensor([0.5, -1]), scale: 1 / 255 };
    await net.fit(data, { loss: meanSquaredError(), optimizer: sgd({ lr: 0.1 }), batchSize: 2, epochs: 2 });
    const graph = describeGraph(net, { x, t: [0.5, -1] });
    expect(edge(graph, "Y").value.numbers).toEqual(net.predict(x));
    expect(edge(graph, "L").value.numbers?.data[0]).toBe(net.loss(x, [0.5, -1]));
    expect(labels(graph, "op")).toEqual(["dot", "+", "½Σ(y − t)²", "× 2"]);
  });

  it("leave nothing behind in memory, and change nothing in the network", async () => {
    const { memoryReport } = await import("../../../src/index.ts");
    using net = sequential([dense(3)], { input: [2], seed: 1 });
    net.gradient([1, 2], 0);
    const before = { report: memoryReport(), grads: net.grads["dense1.weight"] };
    describeGraph(net, { x: [3, 4], t: 2 });
    describeGraph(dense(2), { input: [3] });
    expect({ report: memoryReport(), grads: net.grads["dense1.weight"] }).toEqual(before);
  });
});

describe("a function's graph", () => {
  const abc = (a: Value, b: Value, c: Value) => add(multiply(a, b), c);

  it("is y = ab + c with its derivatives, as numbers and as formulas", () => {
    const graph = describeGraph(abc, { inputs: { a: [], b: [], c: [] }, formulas: true });
    expect(structure(graph)).toEqual({ "×": ["a", "b"], "+": ["a × b", "c"] });
    expect(graph.edges.map(({ gradient }) => `${gradient?.name} = ${gradient?.formula}`)).toEqual([
      "∂y/∂a = b",
      "∂y/∂b = a",
      "∂y/∂(a × b) = 1",
      "∂y/∂c = 1",
      "∂y/∂y = 1",
    ]);
    const numbers = describeGraph(abc, { inputs: { a: tensor(2), b: tensor(3), c: tensor(4) } });
    const read = (of: DescribedTensor | undefined) => of?.numbers?.data[0];
    expect(numbers.edges.map(({ value, gradient }) => [read(value), read(gradient)])).toEqual([
      [2, 3],
      [3, 2],
      [6, 1],
      [4, 1],
      [10, 1],
    ]);
  });

  it("forks where a value goes several ways, each part of the gradient on its own", () => {
    const graph = describeGraph((x) => multiply(x, x), { inputs: { x: tensor([1, 2, 3]) }, formulas: true });
    const fork = graph.nodes.findIndex(({ kind }) => kind === "fork");
    const parts = graph.edges.filter(({ from }) => from === fork);
    expect(parts.map(({ gradient }) => [gradient?.name, gradient?.formula])).toEqual([
      [undefined, "∂L/∂y × x"],
      [undefined, "∂L/∂y × x"],
    ]);
    expect(parts.map(({ gradient }) => Array.from(gradient!.numbers!.data))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    const whole = graph.edges.find(({ to }) => to === fork)!.gradient!;
    expect(whole.formula).toBe("∂L/∂y × x + ∂L/∂y × x");
    expect(Array.from(whole.numbers!.data)).toEqual([2, 4, 6]);
  });

  it("adds up what one layer reads twice, and has no fork for it", () => {
    const square = layer("square", (x) => multiply(x, x));
    using net = sequential([square], { input: [3] });
    const graph = describeGraph(net, { level: "layers", x: [1, 2, 3] });
    expect(graph.nodes.map(({ kind }) => kind)).toEqual(["input", "layer", "output"]);
    expect(Array.from(edge(graph, "X").gradient!.numbers!.data)).toEqual([2, 4, 6]);
  });

  it("has constants, each at its place, and letters for what would be long", () => {
    const one = constant(1, "float32");
    const f = (x: Value) => add(add(multiply(add(x, one), add(x, one)), add(x, one)), one);
    const graph = describeGraph(f, { inputs: { x: [] } });
    expect(labels(graph, "constant")).toEqual(["1", "1", "1", "1"]);
    expect(graph.edges.map(({ value }) => value.name)).toContain("h1");
    expect(new Set(graph.edges.map(({ value }) => value.name!.length > 18))).toEqual(new Set([false]));
  });

  it("is differentiated by the inputs that are named, or by all that are float", () => {
    const f = (x: Value, t: Value) => sum(multiply(x, t));
    const inputs = { x: ["N", 3], t: ["N", 3] };
    expect(edge(describeGraph(f, { inputs, by: ["x"] }), "t").gradient).toBeUndefined();
    expect(edge(describeGraph(f, { inputs }), "t").gradient).toBeDefined();
  });

  it("may return what it was given, or a constant", () => {
    const same = describeGraph((x) => x, { inputs: { x: [3] } });
    expect(same.edges.map(({ value, gradient }) => [value.name, gradient?.name])).toEqual([["x", "∂L/∂x"]]);
    const none = describeGraph(() => constant(2, "float32"), { inputs: { x: [] } });
    expect(none.edges.map(({ value, gradient }) => [value.name, gradient])).toEqual([["y", undefined]]);
  });

  it("shows ops with attributes", () => {
    const graph = describeGraph((x) => scale(x, -1), { inputs: { x: ["N"] }, formulas: true });
    expect(labels(graph, "op")).toEqual(["× −1"]);
    expect(edge(graph, "x").gradient?.formula).toBe("−∂L/∂y");
  });
});
