import { Matrix } from "ml-matrix";
import { BATCH, LAYERS, LEARNING_RATE, oneHot, scaled } from "./data.js";

const [inputs, hidden, classes] = LAYERS;
const random = (rows, columns) => Matrix.rand(rows, columns).sub(0.5).mul(0.02);
const [x, t] = [Matrix.from1DArray(BATCH, inputs, scaled()), Matrix.from1DArray(BATCH, classes, oneHot())];
const [w1, w2] = [random(inputs, hidden), random(hidden, classes)];
const [b1, b2] = [new Array(hidden).fill(0), new Array(classes).fill(0)];
const z = x.mmul(w1).addRowVector(b1);
for (let i = 0; i < BATCH; i++) for (let j = 0; j < hidden; j++) z.set(i, j, Math.max(0, z.get(i, j)));
const y = Matrix.exp(z.mmul(w2).addRowVector(b2));
y.divColumnVector(y.sum("row"));
const loss = -Matrix.mul(t, Matrix.log(y)).sum() / BATCH;
const g2 = Matrix.sub(y, t).div(BATCH);
const g1 = g2.mmul(w2.transpose());
for (let i = 0; i < BATCH; i++) for (let j = 0; j < hidden; j++) if (z.get(i, j) <= 0) g1.set(i, j, 0);
w1.sub(x.transpose().mmul(g1).mul(LEARNING_RATE));
w2.sub(z.transpose().mmul(g2).mul(LEARNING_RATE));
for (const [b, g] of [
  [b1, g1],
  [b2, g2],
]) {
  for (const [j, slope] of g.sum("column").entries()) b[j] -= LEARNING_RATE * slope;
}
console.log(loss);
