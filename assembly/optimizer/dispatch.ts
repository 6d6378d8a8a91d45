import { Op } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { adaGrad, adam, momentum, sgd } from "./updates";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case Op.sgd:
      return sgd<T>(i, lane, lanes);
    case Op.momentum:
      return momentum<T>(i, lane, lanes);
    case Op.adaGrad:
      return adaGrad<T>(i, lane, lanes);
    case Op.adam:
      return adam<T>(i, lane, lanes);
    default:
      unknownOpcode();
  }
}
