import { ExtensionOp } from "../isa";
import { opcode } from "../memory";
import { addErrors, collectScores, countConfusion, countRanks } from "./metrics";

export function dispatch<T>(i: usize): void {
  switch (opcode(i)) {
    case ExtensionOp.countConfusion:
      return countConfusion<T>(i);
    case ExtensionOp.countRanks:
      return countRanks<T>(i);
    case ExtensionOp.collectScores:
      return collectScores<T>(i);
    case ExtensionOp.addErrors:
      return addErrors<T>(i);
    default:
      assert(false, "unknown opcode");
  }
}
