import * as tf from "@tensorflow/tfjs";
import { BATCH, LAYERS, LEARNING_RATE, oneHot, scaled } from "./data.js";

const [inputs, hidden, classes] = LAYERS;

/** The first step, on the backend that is set. */
export async function step() {
  await tf.ready();
  const [w1, w2] = [
    tf.variable(tf.randomNormal([inputs, hidden], 0, 0.01)),
    tf.variable(tf.randomNormal([hidden, classes], 0, 0.01)),
  ];
  const [b1, b2] = [tf.variable(tf.zeros([hidden])), tf.variable(tf.zeros([classes]))];
  const [x, t] = [tf.tensor2d(scaled(), [BATCH, inputs]), tf.tensor2d(oneHot(), [BATCH, classes])];
  const loss = tf.train.sgd(LEARNING_RATE).minimize(
    () => {
      const z = tf.fused.matMul({ a: x, b: w1, bias: b1, activation: "relu" });
      const scores = tf.fused.matMul({ a: z, b: w2, bias: b2 });
      return tf.neg(tf.mean(tf.sum(tf.mul(t, tf.logSoftmax(scores)), 1)));
    },
    true,
    [w1, b1, w2, b2],
  );
  console.log(loss.dataSync()[0]);
}
