// Elementwise kernels of one operand: out[i] = f(a[i]), i < n (UnaryArg). `out` may be `a`.

import { Op, UnaryArg } from "./isa";
import { exp } from "./math/exp";
import { log } from "./math/log";
import { sigmoid } from "./math/sigmoid";
import { tanh } from "./math/tanh";
import { arg, chunkStart, pointer, storePart, vectorLength } from "./memory";

/** f(x), where `op` is a constant at compile time. relu is x < 0 ? 0 : x, which keeps NaN and −0. */
@inline
function apply<T>(op: Op, x: v128, factor: v128): v128 {
  if (op == Op.relu) return v128.pmax<T>(x, v128.splat<T>(0));
  if (op == Op.sigmoid) return sigmoid<T>(x);
  if (op == Op.tanh) return tanh<T>(x);
  if (op == Op.exp) return exp<T>(x);
  if (op == Op.log) return log<T>(x);
  if (op == Op.sqrt) return v128.sqrt<T>(x);
  return v128.mul<T>(x, factor);
}

@inline
function map<T>(op: Op, out: usize, a: usize, n: i32, factor: v128): void {
  for (; n > 0; n -= vectorLength<T>()) {
    const y = apply<T>(op, v128.load(a), factor);
    if (n >= vectorLength<T>()) v128.store(out, y);
    else storePart<T>(out, y, n);
    a += 16;
    out += 16;
  }
}

/** The elementwise kernel of `op`: relu, sigmoid, tanh, exp, log, sqrt or scale. */
export function unary<T>(op: Op, i: usize, lane: i32, lanes: i32): void {
  const all = arg(i, UnaryArg.n);
  const unit = 64 / <i32>sizeof<T>();
  const begin = chunkStart(all, unit, lane, lanes);
  const n = chunkStart(all, unit, lane + 1, lanes) - begin;
  const offset = <usize>begin * sizeof<T>();
  const a = pointer(i, UnaryArg.a) + offset;
  const out = pointer(i, UnaryArg.out) + offset;
  const zero = v128.splat<T>(0);
  switch (op) {
    case Op.relu:
      return map<T>(Op.relu, out, a, n, zero);
    case Op.sigmoid:
      return map<T>(Op.sigmoid, out, a, n, zero);
    case Op.tanh:
      return map<T>(Op.tanh, out, a, n, zero);
    case Op.exp:
      return map<T>(Op.exp, out, a, n, zero);
    case Op.log:
      return map<T>(Op.log, out, a, n, zero);
    case Op.sqrt:
      return map<T>(Op.sqrt, out, a, n, zero);
    case Op.scale:
      return map<T>(Op.scale, out, a, n, v128.splat<T>(<T>load<f64>(pointer(i, UnaryArg.factor))));
  }
}
