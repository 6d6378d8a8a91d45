import { ExtensionOp } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { randomBernoulli } from "./bernoulli";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.randomBernoulli:
      return randomBernoulli<T>(i, lane, lanes);
    default:
      unknownOpcode();
  }
}
