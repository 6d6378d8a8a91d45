import { Op } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { sampleIndices, shuffleIndices } from "./indices";
import { randomNormal } from "./normal";
import { randomUniform } from "./uniform";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case Op.randomUniform:
      return randomUniform<T>(i, lane, lanes);
    case Op.randomNormal:
      return randomNormal<T>(i, lane, lanes);
    case Op.sampleIndices:
      return sampleIndices(i, lane, lanes);
    case Op.shuffleIndices:
      return shuffleIndices(i, lane, lanes);
    default:
      unknownOpcode();
  }
}
