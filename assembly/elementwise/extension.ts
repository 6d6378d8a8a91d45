import { ExtensionOp } from "../isa";
import { opcode } from "../memory";
import { absGradient } from "./binary";
import { abs } from "./unary";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.abs:
      return abs<T>(i, lane, lanes);
    case ExtensionOp.absGradient:
      return absGradient<T>(i, lane, lanes);
    default:
      assert(false, "unknown opcode");
  }
}
