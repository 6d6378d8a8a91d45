// Training by backpropagation (the book's 5.7.4): the run itself, and looks into the network that came out of it.
// Run it with: node scripts/run.js examples/figures/backpropagation.ts [steps, 10000 by default]

import { crossEntropy, dense, init, normal, relu, sequential, sgd } from "kobai";
import { mnist, takeBatch } from "kobai/data";
import {
  activationHistograms,
  confusionMatrix,
  firstLayerWeights,
  lossAndAccuracyFigure,
  misclassified,
} from "kobai/plot";
import { save } from "./save.ts";

await init();

// Notebook 003 逆誤差伝播を用いた学習の実装, book 5.7.4: the loss by step, the accuracies by epoch.
const { train, test } = await mnist();
const weight = normal({ std: 0.01 });
const net = sequential([dense(50, { weight }), relu(), dense(10, { weight })], { input: [784] });
const history = await net.fit(train, {
  loss: crossEntropy(),
  optimizer: sgd({ lr: 0.1 }),
  batchSize: 100,
  steps: Number(process.argv[2] ?? 10_000),
  sampling: "replacement",
  evaluate: { data: { train, test }, metrics: ["accuracy"] },
});
await save("backpropagation-training", lossAndAccuracyFigure(history, "784-50-10, SGD 0.1"));

// Beside the notebooks: the weights of its 50 hidden units as pictures.
await save("first-layer-weights", firstLayerWeights(net, { title: "W1", colorBar: true }));

// Beside the notebooks, book 6.2: what comes out of its layers for 1,000 digits.
const [digits] = takeBatch(test, 0, 1000);
await save("activation-histograms", activationHistograms(net, digits, { title: "Outputs of each layer" }));

// Beside the notebooks: which of the 10,000 test digits it takes for which.
const [x, t] = takeBatch(test, 0, 10_000);
const y = net.predict(x);
await save("confusion-matrix", confusionMatrix(t, y, { title: "Digits" }));

// Beside the notebooks: the first digits that it takes for something else.
await save("misclassified", misclassified(x, t, y, { title: "True → taken for" }));
