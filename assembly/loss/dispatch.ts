import { Op } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { accuracy, binaryCrossEntropy, softmaxCrossEntropy, sumSquaredError } from "./losses";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case Op.softmaxCrossEntropy:
      return softmaxCrossEntropy<T>(i, lane, lanes);
    case Op.sumSquaredError:
      return sumSquaredError<T>(i, lane, lanes);
    case Op.binaryCrossEntropy:
      return binaryCrossEntropy<T>(i, lane, lanes);
    case Op.accuracy:
      return accuracy<T>(i, lane);
    default:
      unknownOpcode();
  }
}
