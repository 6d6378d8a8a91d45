// The extension's elementwise ops, each a formula and its case, as in dispatch.ts.

import { ExtensionOp } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { combine, map } from "./loops";
import { powerReal, powerWhole } from "./power";
import { where } from "./where";

@inline
function zero<T>(): v128 {
  return v128.splat<T>(<T>0);
}

@inline
function one<T>(): v128 {
  return v128.splat<T>(<T>1);
}

class Abs { @inline of<T>(a: v128, b: v128): v128 { return v128.abs<T>(a); } }
/** g where x > 0, −g where x < 0, else 0 */
class AbsGradient { @inline of<T>(g: v128, x: v128): v128 { return v128.sub<T>(v128.and(g, v128.gt<T>(x, zero<T>())), v128.and(g, v128.lt<T>(x, zero<T>()))); } }

class PowerWhole { @inline of<T>(a: v128, b: v128): v128 { return powerWhole<T>(a, b); } }
class PowerReal { @inline of<T>(a: v128, b: v128): v128 { return powerReal<T>(a, b); } }
/** NaN where either is; +0 is above −0. */
export class Maximum { @inline of<T>(a: v128, b: v128): v128 { return v128.max<T>(a, b); } }
export class Minimum { @inline of<T>(a: v128, b: v128): v128 { return v128.min<T>(a, b); } }
class Greater { @inline of<T>(a: v128, b: v128): v128 { return v128.and(one<T>(), v128.gt<T>(a, b)); } }
class GreaterEqual { @inline of<T>(a: v128, b: v128): v128 { return v128.and(one<T>(), v128.ge<T>(a, b)); } }
class Less { @inline of<T>(a: v128, b: v128): v128 { return v128.and(one<T>(), v128.lt<T>(a, b)); } }
class LessEqual { @inline of<T>(a: v128, b: v128): v128 { return v128.and(one<T>(), v128.le<T>(a, b)); } }
class Equal { @inline of<T>(a: v128, b: v128): v128 { return v128.and(one<T>(), v128.eq<T>(a, b)); } }
class NotEqual { @inline of<T>(a: v128, b: v128): v128 { return v128.and(one<T>(), v128.ne<T>(a, b)); } }

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.abs: return map<T, Abs>(i, lane, lanes);
    case ExtensionOp.absGradient: return combine<T, AbsGradient>(i, lane, lanes);
    case ExtensionOp.powerWhole: return map<T, PowerWhole>(i, lane, lanes);
    case ExtensionOp.powerReal: return map<T, PowerReal>(i, lane, lanes);
    case ExtensionOp.maximum: return combine<T, Maximum>(i, lane, lanes);
    case ExtensionOp.minimum: return combine<T, Minimum>(i, lane, lanes);
    case ExtensionOp.greater: return combine<T, Greater>(i, lane, lanes);
    case ExtensionOp.greaterEqual: return combine<T, GreaterEqual>(i, lane, lanes);
    case ExtensionOp.less: return combine<T, Less>(i, lane, lanes);
    case ExtensionOp.lessEqual: return combine<T, LessEqual>(i, lane, lanes);
    case ExtensionOp.equal: return combine<T, Equal>(i, lane, lanes);
    case ExtensionOp.notEqual: return combine<T, NotEqual>(i, lane, lanes);
    case ExtensionOp.where: return where<T>(i, lane, lanes);
    default: unknownOpcode();
  }
}
