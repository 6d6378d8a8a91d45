import { Maximum, Minimum } from "../elementwise/extension";
import { ExtensionOp } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { argmax, extremes } from "./extremes";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.max: return extremes<T, Maximum>(i, lane, lanes);
    case ExtensionOp.min: return extremes<T, Minimum>(i, lane, lanes);
    case ExtensionOp.argmax: return argmax<T>(i, lane, lanes);
    default: unknownOpcode();
  }
}
