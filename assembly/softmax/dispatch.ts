import { Op } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { logSoftmax, logSoftmaxGradient, softmax, softmaxGradient } from "./softmax";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case Op.softmax:
      return softmax<T>(i, lane, lanes);
    case Op.logSoftmax:
      return logSoftmax<T>(i, lane, lanes);
    case Op.softmaxGradient:
      return softmaxGradient<T>(i, lane, lanes);
    case Op.logSoftmaxGradient:
      return logSoftmaxGradient<T>(i, lane, lanes);
    default:
      unknownOpcode();
  }
}
