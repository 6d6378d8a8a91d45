import { ExtensionOp } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { copy, fill } from "./copy";
import { gatherAxis, oneHot, scatterAxis } from "./gather";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.copy: return sizeof<T>() == 8 ? copy<u64>(i, lane, lanes) : copy<u32>(i, lane, lanes);
    case ExtensionOp.fill: return sizeof<T>() == 8 ? fill<u64>(i, lane, lanes) : fill<u32>(i, lane, lanes);
    case ExtensionOp.gatherAxis: return gatherAxis<T>(i, lane, lanes);
    case ExtensionOp.scatterAxis: return scatterAxis<T>(i, lane, lanes);
    case ExtensionOp.oneHot: return oneHot<T>(i, lane, lanes);
    default: unknownOpcode();
  }
}
