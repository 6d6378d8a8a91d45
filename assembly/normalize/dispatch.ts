import { Op } from "../isa";
import { opcode } from "../memory";
import { batchNormGradient, channelAffine, channelGradient, channelMean, channelVariance } from "./channels";
import { columnProducts, columnSquares, columnSums } from "./columns";
import { groupNorm, groupNormGradient } from "./groups";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case Op.columnSums:
      return columnSums<T>(i, lane, lanes);
    case Op.columnSquares:
      return columnSquares<T>(i, lane, lanes);
    case Op.columnProducts:
      return columnProducts<T>(i, lane, lanes);
    case Op.channelMean:
      return channelMean<T>(i, lane);
    case Op.channelVariance:
      return channelVariance<T>(i, lane);
    case Op.channelGradient:
      return channelGradient<T>(i, lane);
    case Op.channelAffine:
      return channelAffine<T>(i, lane, lanes);
    case Op.batchNormGradient:
      return batchNormGradient<T>(i, lane, lanes);
    case Op.groupNorm:
      return groupNorm<T>(i, lane, lanes);
    case Op.groupNormGradient:
      return groupNormGradient<T>(i, lane, lanes);
    default:
      assert(false, "unknown opcode");
  }
}
