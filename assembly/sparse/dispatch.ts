import { Op } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { compressRows, countNonZeros } from "./compress";
import { sparseMatmulGradient } from "./gradient";
import { sparseMatmul } from "./matmul";
import { gatherRows } from "./rows";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case Op.countNonZeros:
      return countNonZeros(i, lane);
    case Op.compressRows:
      return compressRows(i, lane, lanes);
    case Op.gatherRows:
      return gatherRows(i, lane, lanes);
    case Op.sparseMatmul:
      return sparseMatmul<T>(i, lane, lanes);
    case Op.sparseMatmulGradient:
      return sparseMatmulGradient<T>(i, lane, lanes);
    default:
      unknownOpcode();
  }
}
