import convnetjs from "convnetjs";
import { BATCH, LAYERS, LEARNING_RATE, labels, scaled } from "./data.js";

const { Net, Trainer, Vol } = convnetjs;
const [inputs, hidden, classes] = LAYERS;
const net = new Net();
net.makeLayers([
  { type: "input", out_sx: 1, out_sy: 1, out_depth: inputs },
  { type: "fc", num_neurons: hidden, activation: "relu" },
  { type: "softmax", num_classes: classes },
]);
const trainer = new Trainer(net, { learning_rate: LEARNING_RATE, momentum: 0, batch_size: BATCH });
const x = scaled();
let loss = 0;
for (let i = 0; i < BATCH; i++) {
  const image = new Vol(1, 1, inputs, 0);
  image.w.set(x.subarray(inputs * i, inputs * (i + 1)));
  loss += trainer.train(image, labels[i]).cost_loss / BATCH;
}
console.log(loss);
