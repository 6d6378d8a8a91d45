// The extension's elementwise ops, each a formula and its case, as in dispatch.ts.

import { ExtensionOp } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { combine, map } from "./loops";

@inline
function zero<T>(): v128 {
  return v128.splat<T>(<T>0);
}

class Abs { @inline of<T>(a: v128, b: v128): v128 { return v128.abs<T>(a); } }
/** g where x > 0, −g where x < 0, else 0 */
class AbsGradient { @inline of<T>(g: v128, x: v128): v128 { return v128.sub<T>(v128.and(g, v128.gt<T>(x, zero<T>())), v128.and(g, v128.lt<T>(x, zero<T>()))); } }

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.abs: return map<T, Abs>(i, lane, lanes);
    case ExtensionOp.absGradient: return combine<T, AbsGradient>(i, lane, lanes);
    default: unknownOpcode();
  }
}
