// What a matmul does to its sums before they leave the cache: adds the bias, applies an activation, or multiplies by the
// derivative of the activation that produced y.

import { Activation } from "../isa/gemm";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";
import { storePair, storePart, vectorLength } from "../memory";

/** One vector of the result, from the sums s and the outputs y of the forward pass. */
@inline
function activate<T>(activation: i32, s: v128, y: v128): v128 {
  const zero = v128.splat<T>(<T>0);
  const one = v128.splat<T>(<T>1);
  // pmax(s, 0) is s < 0 ? 0 : s, so it keeps NaN and −0.
  if (activation == Activation.relu) return v128.pmax<T>(s, zero);
  if (activation == Activation.sigmoid) return sigmoid<T>(s);
  if (activation == Activation.tanh) return tanh<T>(s);
  if (activation == Activation.reluGradient) return v128.and(s, v128.gt<T>(y, zero));
  if (activation == Activation.sigmoidGradient) return v128.mul<T>(v128.mul<T>(s, y), v128.sub<T>(one, y));
  if (activation == Activation.tanhGradient) return v128.mul<T>(s, v128.sub<T>(one, v128.mul<T>(y, y)));
  return s;
}

@inline
function finishAs<T>(
  activation: i32, c: usize, strideC: usize, m: i32, n: i32, bias: usize, output: usize, strideOutput: usize,
): void {
  const length = vectorLength<T>();
  const gradient = activation >= Activation.reluGradient;
  for (; m > 0; m--) {
    let to = c;
    let from = bias;
    let y = output;
    let left = n;
    if (WIDE) {
      for (; left >= 2 * length; left -= 2 * length) {
        let s0 = v128.load(to), s1 = v128.load(to, 16);
        if (bias) {
          s0 = v128.add<T>(s0, v128.load(from));
          s1 = v128.add<T>(s1, v128.load(from, 16));
          from += 32;
        }
        s0 = activate<T>(activation, s0, gradient ? v128.load(y) : s0);
        s1 = activate<T>(activation, s1, gradient ? v128.load(y, 16) : s1);
        storePair(to, s0, s1);
        to += 32;
        if (gradient) y += 32;
      }
    }
    for (; left > 0; left -= length) {
      let s = v128.load(to);
      if (bias) {
        s = v128.add<T>(s, v128.load(from));
        from += 16;
      }
      s = activate<T>(activation, s, gradient ? v128.load(y) : s);
      if (left >= length) v128.store(to, s);
      else storePart<T>(to, s, left);
      to += 16;
      if (gradient) y += 16;
    }
    c += strideC;
    output += strideOutput;
  }
}

// One function for each activation: within one, Binaryen finds their loops alike and makes one of them, in which it is a variable.

function finishIdentity<T>(c: usize, strideC: usize, m: i32, n: i32, bias: usize, output: usize, strideOutput: usize): void {
  finishAs<T>(Activation.identity, c, strideC, m, n, bias, output, strideOutput);
}

function finishRelu<T>(c: usize, strideC: usize, m: i32, n: i32, bias: usize, output: usize, strideOutput: usize): void {
  finishAs<T>(Activation.relu, c, strideC, m, n, bias, output, strideOutput);
}

function finishSigmoid<T>(c: usize, strideC: usize, m: i32, n: i32, bias: usize, output: usize, strideOutput: usize): void {
  finishAs<T>(Activation.sigmoid, c, strideC, m, n, bias, output, strideOutput);
}

function finishTanh<T>(c: usize, strideC: usize, m: i32, n: i32, bias: usize, output: usize, strideOutput: usize): void {
  finishAs<T>(Activation.tanh, c, strideC, m, n, bias, output, strideOutput);
}

function finishReluGradient<T>(c: usize, strideC: usize, m: i32, n: i32, bias: usize, output: usize, strideOutput: usize): void {
  finishAs<T>(Activation.reluGradient, c, strideC, m, n, bias, output, strideOutput);
}

function finishSigmoidGradient<T>(c: usize, strideC: usize, m: i32, n: i32, bias: usize, output: usize, strideOutput: usize): void {
  finishAs<T>(Activation.sigmoidGradient, c, strideC, m, n, bias, output, strideOutput);
}

function finishTanhGradient<T>(c: usize, strideC: usize, m: i32, n: i32, bias: usize, output: usize, strideOutput: usize): void {
  finishAs<T>(Activation.tanhGradient, c, strideC, m, n, bias, output, strideOutput);
}

/**
 * c[m, n] = activation(c + bias), in place; `bias` is [n] or absent, `output` is y[m, n] for the `…Gradient` activations.
 * Strides are bytes between rows.
 */
export function finish<T>(
  activation: i32, c: usize, strideC: usize, m: i32, n: i32, bias: usize, output: usize, strideOutput: usize,
): void {
  switch (activation) {
    case Activation.relu:
      return finishRelu<T>(c, strideC, m, n, bias, output, strideOutput);
    case Activation.sigmoid:
      return finishSigmoid<T>(c, strideC, m, n, bias, output, strideOutput);
    case Activation.tanh:
      return finishTanh<T>(c, strideC, m, n, bias, output, strideOutput);
    case Activation.reluGradient:
      return finishReluGradient<T>(c, strideC, m, n, bias, output, strideOutput);
    case Activation.sigmoidGradient:
      return finishSigmoidGradient<T>(c, strideC, m, n, bias, output, strideOutput);
    case Activation.tanhGradient:
      return finishTanhGradient<T>(c, strideC, m, n, bias, output, strideOutput);
    default:
      if (bias) finishIdentity<T>(c, strideC, m, n, bias, output, strideOutput);
  }
}
