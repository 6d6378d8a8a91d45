// One instruction: its family's kernels.

import { RunField, Status } from "./blocks";
import * as data from "./data/dispatch";
import { gather } from "./data/gather";
import * as elementwise from "./elementwise/dispatch";
import { matmul } from "./gemm";
import { DType, Family, FAMILY_SHIFT, FIRST_EXTENSION_OP, Op } from "./isa";
import { AccumulateArg, RecordLossArg } from "./isa/run";
import * as loss from "./loss/dispatch";
import { arg, dtypeOf, opcode, pointer, unknownOpcode } from "./memory";
import * as optimizer from "./optimizer/dispatch";
import * as random from "./random/dispatch";
import { sum } from "./reduce/sum";
import * as softmax from "./softmax/dispatch";
import * as sparse from "./sparse/dispatch";
import { sweepAffine, sweepElements } from "./sweep/sweep";

/** Runs an instruction of the extension, or a lane's part of it. */
@external("extension", "execute")
declare function extension(i: usize, lane: i32, lanes: i32): void;

/** Runs one instruction, or a lane's part of it. Returns a Status. */
export function execute(i: usize, lane: i32, lanes: i32): i32 {
  if (opcode(i) >= FIRST_EXTENSION_OP) {
    extension(i, lane, lanes);
    return Status.done;
  }
  const dtype = dtypeOf(i);
  if (opcode(i) == Op.recordLoss) {
    return dtype == DType.float32 ? recordLoss<f32>(i) : recordLoss<f64>(i);
  }
  if (dtype == DType.float32) dispatch<f32>(i, lane, lanes);
  else if (dtype == DType.float64) dispatch<f64>(i, lane, lanes);
  else {
    assert(dtype == DType.int32 && opcode(i) == Op.gather, "only gather works on integers");
    gather<i32>(i, lane, lanes);
  }
  return Status.done;
}

function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i) >> FAMILY_SHIFT) {
    case Family.gemm:
      return matmul<T>(i, lane, lanes);
    case Family.elementwise:
      return elementwise.dispatch<T>(i, lane, lanes);
    case Family.reduce:
      return sum<T>(i, lane, lanes);
    case Family.softmax:
      return softmax.dispatch<T>(i, lane, lanes);
    case Family.loss:
      return loss.dispatch<T>(i, lane, lanes);
    case Family.random:
      return random.dispatch<T>(i, lane, lanes);
    case Family.data:
      return data.dispatch<T>(i, lane, lanes);
    case Family.sparse:
      return sparse.dispatch<T>(i, lane, lanes);
    case Family.optimizer:
      return optimizer.dispatch<T>(i, lane, lanes);
    case Family.sweep:
      if (opcode(i) == Op.sweepAffine) return sweepAffine(i, lane, lanes);
      return sweepElements(i, lane);
    case Family.run:
      return accumulate<T>(i, lane);
    default:
      unknownOpcode();
  }
}

/** Writes the loss down, and stops the run where it is not finite. */
function recordLoss<T>(i: usize): i32 {
  const state = pointer(i, RecordLossArg.state);
  const loss = <f64>load<T>(pointer(i, RecordLossArg.loss));
  const losses = pointer(state, RunField.losses);
  const row = arg(state, RunField.step) - arg(state, RunField.firstStep);
  store<f64>(losses + ((<usize>row) << 3), loss);
  return isFinite(loss) ? Status.done : Status.lossNotFinite;
}

function accumulate<T>(i: usize, lane: i32): void {
  if (lane != 0) return;
  const out = pointer(i, AccumulateArg.out);
  const term = <f64>load<T>(pointer(i, AccumulateArg.a)) * arg(i, AccumulateArg.weight);
  store<f64>(out, load<f64>(out) + term);
}
