// The losses with their gradients (assembly/loss.ts) in plain TypeScript.

import { precisionOf, zerosLike } from "./elementwise.ts";
import { exp, log, log1p, sigmoid } from "./math.ts";
import type { Floats } from "./matmul.ts";
import { rowSum } from "./reduce.ts";
import { rowExp, rowMax } from "./softmax.ts";

/** What a loss op makes: the mean over the rows, its gradient by the first operand, and each row's loss. */
type LossOutputs = [loss: Floats, gradient: Floats, rows: Floats];

function withMean(gradient: Floats, rows: Floats): LossOutputs {
  const loss = zerosLike(rows, 1);
  loss[0] = rowSum(rows, 0, rows.length) / rows.length;
  return [loss, gradient, rows];
}

/** Labels as class indices: row losses −log softmax(x)ₜ, gradient (softmax(x) − e_t) / m. */
function ofLabels(x: Floats, labels: Int32Array, m: number, n: number): LossOutputs {
  const precision = precisionOf(x);
  const { round } = precision;
  const gradient = zerosLike(x, x.length);
  const rows = zerosLike(x, m);
  for (let row = 0; row < m; row++) {
    const at = row * n;
    const target = at + labels[row]!;
    const largest = rowMax(x, at, n);
    const total = rowExp(gradient, x, at, n, largest);
    rows[row] = log(total, precision) - round(x[target]! - largest);
    for (let j = at; j < at + n; j++) {
      const y = round(gradient[j]! / total);
      gradient[j] = (j === target ? round(y - 1) : y) / m;
    }
  }
  return withMean(gradient, rows);
}

/** Labels as distributions t: row losses Σ t·(−log softmax(x)), gradient (softmax(x)·Σt − t) / m. */
function ofDistributions(x: Floats, t: Floats, m: number, n: number): LossOutputs {
  const precision = precisionOf(x);
  const { round } = precision;
  const gradient = zerosLike(x, x.length);
  const rows = zerosLike(x, m);
  const terms = zerosLike(x, n);
  for (let row = 0; row < m; row++) {
    const at = row * n;
    const largest = rowMax(x, at, n);
    const total = rowExp(gradient, x, at, n, largest);
    const logTotal = log(total, precision);
    for (let j = 0; j < n; j++) terms[j] = t[at + j]! * round(logTotal - round(x[at + j]! - largest));
    rows[row] = rowSum(terms, 0, n);
    const weight = rowSum(t, at, n);
    for (let j = at; j < at + n; j++) {
      gradient[j] = round(round(round(gradient[j]! / total) * weight) - t[j]!) / m;
    }
  }
  return withMean(gradient, rows);
}

/** @param labels class indices [m], or rows [m, n] */
export function softmaxCrossEntropy(x: Floats, labels: Int32Array | Floats, m: number): LossOutputs {
  const n = x.length / m;
  return labels instanceof Int32Array ? ofLabels(x, labels, m, n) : ofDistributions(x, labels, m, n);
}

/** Row losses ½·Σ (y − t)², gradient (y − t) / m. */
export function sumSquaredError(y: Floats, t: Floats, m: number): LossOutputs {
  const { round } = precisionOf(y);
  const n = y.length / m;
  const gradient = zerosLike(y, y.length);
  const rows = zerosLike(y, m);
  const squares = zerosLike(y, n);
  for (let row = 0; row < m; row++) {
    const at = row * n;
    for (let j = 0; j < n; j++) {
      const difference = round(y[at + j]! - t[at + j]!);
      squares[j] = difference * difference;
      gradient[at + j] = difference / m;
    }
    rows[row] = 0.5 * rowSum(squares, 0, n);
  }
  return withMean(gradient, rows);
}

/** Row losses Σ (max(y, 0) − y·t + log1p(e^−|y|)) / n, gradient (σ(y) − t) / (m·n). */
export function binaryCrossEntropy(y: Floats, t: Floats, m: number): LossOutputs {
  const precision = precisionOf(y);
  const { round } = precision;
  const n = y.length / m;
  const gradient = zerosLike(y, y.length);
  const rows = zerosLike(y, m);
  const terms = zerosLike(y, n);
  for (let row = 0; row < m; row++) {
    for (let j = 0; j < n; j++) {
      const [x, target] = [y[row * n + j]!, t[row * n + j]!];
      const missing = log1p(exp(-Math.abs(x), precision), precision);
      terms[j] = round(Math.max(x, 0) - round(x * target)) + missing;
      gradient[row * n + j] = round(sigmoid(x, precision) - target) / round(m * n);
    }
    rows[row] = rowSum(terms, 0, n) / n;
  }
  return withMean(gradient, rows);
}
