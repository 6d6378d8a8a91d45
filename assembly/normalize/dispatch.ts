import { ExtensionOp } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import { batchNormGradient, channelAffine, channelGradient, channelMean, channelVariance } from "./channels";
import { columnProducts, columnSquares, columnSums } from "./columns";
import { groupNorm, groupNormGradient } from "./groups";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.columnSums:
      return columnSums<T>(i, lane, lanes);
    case ExtensionOp.columnSquares:
      return columnSquares<T>(i, lane, lanes);
    case ExtensionOp.columnProducts:
      return columnProducts<T>(i, lane, lanes);
    case ExtensionOp.channelMean:
      return channelMean<T>(i, lane);
    case ExtensionOp.channelVariance:
      return channelVariance<T>(i, lane);
    case ExtensionOp.channelGradient:
      return channelGradient<T>(i, lane);
    case ExtensionOp.channelAffine:
      return channelAffine<T>(i, lane, lanes);
    case ExtensionOp.batchNormGradient:
      return batchNormGradient<T>(i, lane, lanes);
    case ExtensionOp.groupNorm:
      return groupNorm<T>(i, lane, lanes);
    case ExtensionOp.groupNormGradient:
      return groupNormGradient<T>(i, lane, lanes);
    default:
      unknownOpcode();
  }
}
