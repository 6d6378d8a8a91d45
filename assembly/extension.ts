// The second module: the kernels of what a network of dense layers does without. The core calls it for opcodes from FIRST_EXTENSION_OP on. It
// shares the core's memory, has data of its own (EXTENSION_DATA), and knows nothing of programs and lanes.

import * as conv from "./conv/dispatch";
import * as elementwise from "./elementwise/extension";
import * as indexing from "./indexing/extension";
import { DType, ExtensionFamily, FAMILY_SHIFT } from "./isa";
import { dtypeOf, opcode, unknownOpcode } from "./memory";
import * as metric from "./metric/extension";
import * as normalize from "./normalize/dispatch";
import * as pool from "./pool/dispatch";
import * as optimizer from "./optimizer/extension";
import * as random from "./random/extension";
import * as reduce from "./reduce/extension";

/** Runs one instruction, or a lane's part of it. */
export function execute(i: usize, lane: i32, lanes: i32): void {
  const dtype = dtypeOf(i);
  if (dtype == DType.float32) dispatch<f32>(i, lane, lanes);
  else if (dtype == DType.float64) dispatch<f64>(i, lane, lanes);
  else assert(false, "no kernel works on integers");
}

function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i) >> FAMILY_SHIFT) {
    case ExtensionFamily.elementwise:
      return elementwise.dispatch<T>(i, lane, lanes);
    case ExtensionFamily.pool:
      return pool.dispatch<T>(i, lane, lanes);
    case ExtensionFamily.normalize:
      return normalize.dispatch<T>(i, lane, lanes);
    case ExtensionFamily.random:
      return random.dispatch<T>(i, lane, lanes);
    case ExtensionFamily.reduce:
      return reduce.dispatch<T>(i, lane, lanes);
    case ExtensionFamily.indexing:
      return indexing.dispatch<T>(i, lane, lanes);
    case ExtensionFamily.metric:
      return metric.dispatch<T>(i);
    case ExtensionFamily.optimizer:
      return optimizer.dispatch<T>(i, lane, lanes);
    case ExtensionFamily.conv:
      return conv.dispatch<T>(i, lane, lanes);
    default:
      unknownOpcode();
  }
}

/** Whether this is the extension of the relaxed build. */
export function relaxedExtension(): bool {
  return ASC_FEATURE_RELAXED_SIMD;
}
