import { ExtensionOp } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { interpolate, interpolateGradient } from "./interpolate";
import { maxPool, maxPoolGradient, sumPool, sumPoolGradient } from "./windows";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.maxPool:
      return maxPool<T>(i, lane, lanes);
    case ExtensionOp.maxPoolGradient:
      return maxPoolGradient<T>(i, lane, lanes);
    case ExtensionOp.sumPool:
      return sumPool<T>(i, lane, lanes);
    case ExtensionOp.sumPoolGradient:
      return sumPoolGradient<T>(i, lane, lanes);
    case ExtensionOp.interpolate:
      return interpolate<T>(i, lane, lanes);
    case ExtensionOp.interpolateGradient:
      return interpolateGradient<T>(i, lane, lanes);
    default:
      unknownOpcode();
  }
}
