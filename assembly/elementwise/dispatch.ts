// The elementwise ops, each a formula and its case. `a` is the operand and `b` a parameter, or both are operands; for the gradients a is the
// gradient arriving at y, and b is y.

import { Op } from "../isa";
import { exp } from "../math/exp";
import { log } from "../math/log";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";
import { opcode } from "../memory";
import { combine, map } from "./loops";

@inline
function zero<T>(): v128 {
  return v128.splat<T>(<T>0);
}

@inline
function one<T>(): v128 {
  return v128.splat<T>(<T>1);
}

/** x < 0 ? 0 : x, which keeps NaN and −0 */
class Relu { @inline of<T>(a: v128, b: v128): v128 { return v128.pmax<T>(a, zero<T>()); } }
class Sigmoid { @inline of<T>(a: v128, b: v128): v128 { return sigmoid<T>(a); } }
class Tanh { @inline of<T>(a: v128, b: v128): v128 { return tanh<T>(a); } }
class Exp { @inline of<T>(a: v128, b: v128): v128 { return exp<T>(a); } }
class Log { @inline of<T>(a: v128, b: v128): v128 { return log<T>(a); } }
class Sqrt { @inline of<T>(a: v128, b: v128): v128 { return v128.sqrt<T>(a); } }
class Add { @inline of<T>(a: v128, b: v128): v128 { return v128.add<T>(a, b); } }
class Subtract { @inline of<T>(a: v128, b: v128): v128 { return v128.sub<T>(a, b); } }
class Multiply { @inline of<T>(a: v128, b: v128): v128 { return v128.mul<T>(a, b); } }
class Divide { @inline of<T>(a: v128, b: v128): v128 { return v128.div<T>(a, b); } }
/** g where y > 0, else 0: at x = 0 the derivative is taken as 0, as in the book (5.5.1). */
class ReluGradient { @inline of<T>(g: v128, y: v128): v128 { return v128.and(g, v128.gt<T>(y, zero<T>())); } }
/** (g·y)·(1 − y) (book 5.5.2) */
class SigmoidGradient { @inline of<T>(g: v128, y: v128): v128 { return v128.mul<T>(v128.mul<T>(g, y), v128.sub<T>(one<T>(), y)); } }
/** g·(1 − y²) */
class TanhGradient { @inline of<T>(g: v128, y: v128): v128 { return v128.mul<T>(g, v128.sub<T>(one<T>(), v128.mul<T>(y, y))); } }

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case Op.relu: return map<T, Relu>(i, lane, lanes);
    case Op.sigmoid: return map<T, Sigmoid>(i, lane, lanes);
    case Op.tanh: return map<T, Tanh>(i, lane, lanes);
    case Op.exp: return map<T, Exp>(i, lane, lanes);
    case Op.log: return map<T, Log>(i, lane, lanes);
    case Op.sqrt: return map<T, Sqrt>(i, lane, lanes);
    case Op.scale: return map<T, Multiply>(i, lane, lanes);
    case Op.add: return combine<T, Add>(i, lane, lanes);
    case Op.subtract: return combine<T, Subtract>(i, lane, lanes);
    case Op.multiply: return combine<T, Multiply>(i, lane, lanes);
    case Op.divide: return combine<T, Divide>(i, lane, lanes);
    case Op.reluGradient: return combine<T, ReluGradient>(i, lane, lanes);
    case Op.sigmoidGradient: return combine<T, SigmoidGradient>(i, lane, lanes);
    case Op.tanhGradient: return combine<T, TanhGradient>(i, lane, lanes);
  }
}
