import brain from "brain.js";
import { BATCH, LAYERS, LEARNING_RATE, oneHot, scaled } from "./data.js";

const net = new brain.NeuralNetwork({ hiddenLayers: LAYERS.slice(1, -1), activation: "sigmoid" });
const [x, t] = [scaled(), oneHot()];
const samples = Array.from({ length: BATCH }, (_, i) => ({
  input: Array.from(x.subarray(784 * i, 784 * (i + 1))),
  output: Array.from(t.subarray(10 * i, 10 * (i + 1))),
}));
console.log(net.train(samples, { iterations: 1, learningRate: LEARNING_RATE }).error);
