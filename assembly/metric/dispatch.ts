import { Op } from "../isa";
import { opcode } from "../memory";
import { addErrors, collectScores, countConfusion, countRanks } from "./metrics";

export function dispatch<T>(i: usize): void {
  switch (opcode(i)) {
    case Op.countConfusion:
      return countConfusion<T>(i);
    case Op.countRanks:
      return countRanks<T>(i);
    case Op.collectScores:
      return collectScores<T>(i);
    case Op.addErrors:
      return addErrors<T>(i);
    default:
      assert(false, "unknown opcode");
  }
}
