import { ExtensionOp } from "../isa";
import { opcode } from "../memory";
import { convolve, convolveInputGradient } from "./product";
import { convolveWeightGradient } from "./weight-gradient";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.convolve:
      return convolve<T>(i, lane, lanes);
    case ExtensionOp.convolveInputGradient:
      return convolveInputGradient<T>(i, lane, lanes);
    case ExtensionOp.convolveWeightGradient:
      return convolveWeightGradient<T>(i, lane, lanes);
    default:
      assert(false, "unknown opcode");
  }
}
