// Elementwise kernels of one operand: out[i] = f(a[i]), i < n (UnaryArg). `out` may be `a`.

import { UnaryArg } from "../isa/elementwise";
import { ExtensionOp, Op } from "../isa";
import { exp } from "../math/exp";
import { log } from "../math/log";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";
import { arg, chunkStart, pointer, storePair, storePart, vectorLength } from "../memory";

/** f(x), where `op` is a constant at compile time. relu is x < 0 ? 0 : x, which keeps NaN and −0. */
@inline
function apply<T>(op: i32, x: v128, factor: v128): v128 {
  if (op == Op.relu) return v128.pmax<T>(x, v128.splat<T>(0));
  if (op == Op.sigmoid) return sigmoid<T>(x);
  if (op == Op.tanh) return tanh<T>(x);
  if (op == Op.exp) return exp<T>(x);
  if (op == Op.log) return log<T>(x);
  if (op == Op.sqrt) return v128.sqrt<T>(x);
  if (op == ExtensionOp.abs) return v128.abs<T>(x);
  return v128.mul<T>(x, factor);
}

@inline
function map<T>(op: i32, i: usize, lane: i32, lanes: i32): void {
  const n = arg(i, UnaryArg.n);
  const unit = 64 / <i32>sizeof<T>();
  const begin = chunkStart(n, unit, lane, lanes);
  const end = chunkStart(n, unit, lane + 1, lanes);
  const offset = <usize>begin * sizeof<T>();
  let a = pointer(i, UnaryArg.a) + offset;
  let out = pointer(i, UnaryArg.out) + offset;
  let factor = v128.splat<T>(0);
  if (op == Op.scale) factor = v128.splat<T>(<T>load<f64>(pointer(i, UnaryArg.factor)));
  let rest = end - begin;
  if (WIDE) {
    for (; rest >= 2 * vectorLength<T>(); rest -= 2 * vectorLength<T>()) {
      storePair(out, apply<T>(op, v128.load(a), factor), apply<T>(op, v128.load(a, 16), factor));
      a += 32;
      out += 32;
    }
  }
  for (; rest > 0; rest -= vectorLength<T>()) {
    const y = apply<T>(op, v128.load(a), factor);
    if (rest >= vectorLength<T>()) v128.store(out, y);
    else storePart<T>(out, y, rest);
    a += 16;
    out += 16;
  }
}

// One function for each op: within one, Binaryen finds their loops alike and makes one of them, in which the op is a variable.

function mapRelu<T>(i: usize, lane: i32, lanes: i32): void {
  map<T>(Op.relu, i, lane, lanes);
}

function mapSigmoid<T>(i: usize, lane: i32, lanes: i32): void {
  map<T>(Op.sigmoid, i, lane, lanes);
}

function mapTanh<T>(i: usize, lane: i32, lanes: i32): void {
  map<T>(Op.tanh, i, lane, lanes);
}

function mapExp<T>(i: usize, lane: i32, lanes: i32): void {
  map<T>(Op.exp, i, lane, lanes);
}

function mapLog<T>(i: usize, lane: i32, lanes: i32): void {
  map<T>(Op.log, i, lane, lanes);
}

function mapSqrt<T>(i: usize, lane: i32, lanes: i32): void {
  map<T>(Op.sqrt, i, lane, lanes);
}

function mapScale<T>(i: usize, lane: i32, lanes: i32): void {
  map<T>(Op.scale, i, lane, lanes);
}

/** The elementwise kernel of `op`: relu, sigmoid, tanh, exp, log, sqrt or scale. */
export function unary<T>(op: Op, i: usize, lane: i32, lanes: i32): void {
  switch (op) {
    case Op.relu:
      return mapRelu<T>(i, lane, lanes);
    case Op.sigmoid:
      return mapSigmoid<T>(i, lane, lanes);
    case Op.tanh:
      return mapTanh<T>(i, lane, lanes);
    case Op.exp:
      return mapExp<T>(i, lane, lanes);
    case Op.log:
      return mapLog<T>(i, lane, lanes);
    case Op.sqrt:
      return mapSqrt<T>(i, lane, lanes);
    case Op.scale:
      return mapScale<T>(i, lane, lanes);
  }
}

// Of the extension.

export function abs<T>(i: usize, lane: i32, lanes: i32): void {
  map<T>(ExtensionOp.abs, i, lane, lanes);
}
