import { Op } from "../isa";
import { opcode } from "../memory";
import * as binary from "./binary";
import { unary } from "./unary";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case Op.add:
      return binary.add<T>(i, lane, lanes);
    case Op.subtract:
      return binary.subtract<T>(i, lane, lanes);
    case Op.multiply:
      return binary.multiply<T>(i, lane, lanes);
    case Op.divide:
      return binary.divide<T>(i, lane, lanes);
    case Op.reluGradient:
      return binary.reluGradient<T>(i, lane, lanes);
    case Op.sigmoidGradient:
      return binary.sigmoidGradient<T>(i, lane, lanes);
    case Op.tanhGradient:
      return binary.tanhGradient<T>(i, lane, lanes);
    default:
      return unary<T>(opcode(i), i, lane, lanes);
  }
}
