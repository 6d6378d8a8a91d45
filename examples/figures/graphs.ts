// Computational graphs (the book's chapter 5): values above the arrows, gradients below, as the engine computes them.
// Run it with: node scripts/run.js examples/figures/graphs.ts

import { crossEntropy, dense, init, relu, sequential, tensor } from "kobai";
import * as ops from "kobai/ops";
import { graph } from "kobai/plot";
import { save } from "./save.ts";

await init();

// Notebook 003 Affineレイヤ, book 5.6.1: an affine layer for one sample.
await save("graph-affine", graph(dense(3), { input: [2], batch: 1, formulas: true, title: "Affine レイヤ" }));

// Notebook 003 ミニバッチ版Affineレイヤ, book 5.6.2: the same for a batch of N.
await save(
  "graph-affine-batch",
  graph(dense(3), { input: [2], formulas: true, title: "バッチ版 Affine レイヤ" }),
);

// Notebook 003 今回実装するNNの全貌, book 5.7.1: the network of two layers with its loss, layer by layer.
const net = sequential([dense(50), relu(), dense(10)], { input: [784] });
await save("graph-two-layers", graph(net, { loss: crossEntropy(), level: "layers" }));

// Notebook 003 今回実装するNNの全貌, book 5.7.1: the same, op by op.
await save("graph-two-layers-ops", graph(net, { loss: crossEntropy() }));

// Notebook 003 Softmax with Lossレイヤ, book 5.6.3: softmax and cross-entropy, op by op.
function softmaxWithLoss(a: ops.Value, t: ops.Value) {
  const e = ops.exp(a);
  const y = ops.divide(e, ops.sum(e, { axis: 1, keepAxis: true }));
  return ops.scale(ops.sum(ops.multiply(t, ops.log(y))), -1);
}
await save(
  "graph-softmax-with-loss",
  graph(softmaxWithLoss, {
    inputs: { a: [1, 3], t: [1, 3] },
    by: ["a"],
    output: "L",
    formulas: true,
    labels: { "exp(a)": "e", "Σ e": "S", "e / S": "y" },
    title: "Softmax with Loss レイヤ",
  }),
);

// Notebook 000 4.4.2 ニューラルネットワークに対する勾配, book 4.4.2: SimpleNet with its numbers.
const simpleNet = sequential([dense(3, { bias: false })], { input: [2], dtype: "float64" });
simpleNet.params["dense1.weight"] = tensor([
  [0.47960288, -0.76193959, 1.8855813],
  [-2.3624579, -0.50910295, 0.16812907],
]);
await save(
  "graph-simple-net",
  graph(simpleNet, { x: [0.6, 0.9], t: [0, 0, 1], formulas: true, title: "SimpleNet" }),
);

// Notebook 004 誤差逆伝搬法, book 5.1: y = ab + c, with the derivative by each on the arrows.
const f = (a: ops.Value, b: ops.Value, c: ops.Value) => ops.add(ops.multiply(a, b), c);
await save(
  "graph-product-sum",
  graph(f, {
    inputs: { a: [], b: [], c: [] },
    formulas: true,
    labels: { "a × b": "A" },
    title: "y = ab + c",
  }),
);

// Notebook 004 誤差逆伝搬法, book 5.1: the same with numbers.
await save(
  "graph-product-sum-numbers",
  graph(f, { inputs: { a: tensor(2), b: tensor(3), c: tensor(4) }, title: "y = ab + c, 2·3 + 4" }),
);

// Notebook 004 活性関数の逆伝搬 ReLU, book 5.5.1: ReLU.
await save("graph-relu", graph(ops.relu, { inputs: { x: ["N"] }, formulas: true, title: "ReLU" }));

// Notebook 004 活性関数の逆伝搬 シグモイド関数, book 5.5.2: sigmoid as one op.
await save("graph-sigmoid", graph(ops.sigmoid, { inputs: { x: [] }, formulas: true, title: "sigmoid" }));

// Notebook 004 活性関数の逆伝搬 シグモイド関数, book 5.5.2: sigmoid taken apart, C = −x, B = exp C, A = 1 + B, y = 1 / A.
const one = ops.constant(1, "float32");
await save(
  "graph-sigmoid-steps",
  graph((x) => ops.divide(one, ops.add(one, ops.exp(ops.scale(x, -1)))), {
    inputs: { x: [] },
    formulas: true,
    labels: { "−x": "C", "exp(C)": "B", "1 + B": "A" },
    title: "y = 1 / (1 + exp(−x))",
  }),
);
