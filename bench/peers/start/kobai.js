import { crossEntropy, dense, init, relu, sequential, sgd } from "../../../dist/index.js";
import { BATCH, images, LAYERS, LEARNING_RATE, labels } from "./data.js";

await init();
const [inputs, hidden, classes] = LAYERS;
const net = sequential([dense(hidden), relu(), dense(classes)], { input: [inputs], seed: 42 });
const data = {
  x: { data: images, shape: [BATCH, inputs], dtype: "uint8" },
  t: { data: labels, shape: [BATCH], dtype: "uint8" },
  scale: 1 / 255,
};
const options = { loss: crossEntropy(), optimizer: sgd({ lr: LEARNING_RATE }), batchSize: BATCH, steps: 1 };
const { loss } = await net.fit(data, options);
console.log(loss[0]);
