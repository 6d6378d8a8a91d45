import { init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { BATCH, LAYERS, LEARNING_RATE, oneHot, scaled } from "./data.js";

const [inputs, hidden, classes] = LAYERS;
await init("wasm");
const random = (...shape) => {
  const data = Float32Array.from({ length: shape[0] * shape[1] }, () => 0.02 * (Math.random() - 0.5));
  return np.array(data).reshape(shape);
};
const [x, t] = [np.array(scaled()).reshape([BATCH, inputs]), np.array(oneHot()).reshape([BATCH, classes])];
const lossOf = ([w1, b1, w2, b2], x, t) => {
  const scores = np.matmul(nn.relu(np.matmul(x, w1).add(b1)), w2).add(b2);
  return t.mul(nn.logSoftmax(scores)).sum(1).mean().mul(-1);
};
const step = jit((params, x, t) => {
  const [loss, grads] = valueAndGrad(lossOf)(
    params.map((p) => p.ref),
    x,
    t,
  );
  return [loss, ...params.map((p, i) => p.sub(grads[i].mul(LEARNING_RATE)))];
});
const params = [random(inputs, hidden), np.zeros([hidden]), random(hidden, classes), np.zeros([classes])];
const [loss, ...moved] = step(params, x, t);
const [value] = loss.dataSync();
for (const p of moved) p.dataSync();
console.log(value);
