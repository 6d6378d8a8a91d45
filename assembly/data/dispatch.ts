import { Op } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { checkFinite } from "./finite";
import { gather } from "./gather";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case Op.gather:
      return gather<T>(i, lane, lanes);
    case Op.checkFinite:
      return checkFinite<T>(i, lane);
    default:
      unknownOpcode();
  }
}
