// Running a list of instructions, as often as asked, without leaving wasm.

import * as binary from "./binary";
import { gather } from "./gather";
import { matmul } from "./gemm";
import { ProgramField, RunField, Status } from "./blocks";
import { AccumulateArg, DType, INSTRUCTION_BYTES, Op, RecordLossArg } from "./isa";
import { checkFinite } from "./finite";
import { share } from "./lanes";
import { accuracy, binaryCrossEntropy, softmaxCrossEntropy, sumSquaredError } from "./loss";
import { arg, dtypeOf, opcode, pointer, sharedMicroseconds } from "./memory";
import { addErrors, collectScores, countConfusion, countRanks } from "./metrics";
import * as optimizer from "./optimizer";
import { sampleIndices, shuffleIndices } from "./random/indices";
import { randomNormal } from "./random/normal";
import { randomUniform } from "./random/uniform";
import { sum } from "./reduce";
import { logSoftmax, logSoftmaxGradient, softmax, softmaxGradient } from "./softmax";
import { compressRows, countNonZeros } from "./sparse/compress";
import { sparseMatmul, sparseMatmulGradient } from "./sparse/matmul";
import { gatherRows } from "./sparse/rows";
import { sweepAffine, sweepElements } from "./sweep";
import { unary } from "./unary";

/**
 * Runs a program's list `steps` times on lane 0, counting RunField.step up after each; the other lanes take part in the instructions that
 * lanes share. Which part depends on lane and number of lanes alone, and no sum depends on either. Returns a Status.
 */
export function run(program: usize): i32 {
  const first = pointer(program, ProgramField.instructions);
  const end = first + <usize>arg(program, ProgramField.count) * INSTRUCTION_BYTES;
  const state = pointer(program, ProgramField.state);
  for (let left = arg(program, ProgramField.steps); left > 0; left--) {
    for (let i = first; i < end; i += INSTRUCTION_BYTES) {
      const status = sharedMicroseconds(i) ? share(i) : execute(i, 0, 1);
      if (status != Status.done) return status;
    }
    store<i32>(state + (RunField.step << 2), load<i32>(state + (RunField.step << 2)) + 1);
  }
  return Status.done;
}

/** Runs one instruction, or a lane's part of it. */
export function execute(i: usize, lane: i32, lanes: i32): i32 {
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
  switch (opcode(i)) {
    case Op.matmul:
      return matmul<T>(i, lane, lanes);
    case Op.relu:
    case Op.sigmoid:
    case Op.tanh:
    case Op.exp:
    case Op.log:
    case Op.sqrt:
    case Op.scale:
      return unary<T>(opcode(i), i, lane, lanes);
    case Op.add:
      return binary.add<T>(i, lane, lanes);
    case Op.subtract:
      return binary.subtract<T>(i, lane, lanes);
    case Op.multiply:
      return binary.multiply<T>(i, lane, lanes);
    case Op.divide:
      return binary.divide<T>(i, lane, lanes);
    case Op.reluGradient:
      return binary.reluGradient<T>(i, lane, lanes);
    case Op.sigmoidGradient:
      return binary.sigmoidGradient<T>(i, lane, lanes);
    case Op.tanhGradient:
      return binary.tanhGradient<T>(i, lane, lanes);
    case Op.sum:
      return sum<T>(i, lane, lanes);
    case Op.softmax:
      return softmax<T>(i, lane, lanes);
    case Op.logSoftmax:
      return logSoftmax<T>(i, lane, lanes);
    case Op.softmaxGradient:
      return softmaxGradient<T>(i, lane, lanes);
    case Op.logSoftmaxGradient:
      return logSoftmaxGradient<T>(i, lane, lanes);
    case Op.softmaxCrossEntropy:
      return softmaxCrossEntropy<T>(i, lane, lanes);
    case Op.sumSquaredError:
      return sumSquaredError<T>(i, lane, lanes);
    case Op.binaryCrossEntropy:
      return binaryCrossEntropy<T>(i, lane, lanes);
    case Op.accuracy:
      return accuracy<T>(i, lane);
    case Op.countConfusion:
      return countConfusion<T>(i);
    case Op.countRanks:
      return countRanks<T>(i);
    case Op.collectScores:
      return collectScores<T>(i);
    case Op.addErrors:
      return addErrors<T>(i);
    case Op.randomUniform:
      return randomUniform<T>(i, lane, lanes);
    case Op.randomNormal:
      return randomNormal<T>(i, lane, lanes);
    case Op.sampleIndices:
      return sampleIndices(i, lane, lanes);
    case Op.shuffleIndices:
      return shuffleIndices(i, lane, lanes);
    case Op.gather:
      return gather<T>(i, lane, lanes);
    case Op.checkFinite:
      return checkFinite<T>(i, lane);
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
    case Op.sgd:
      return optimizer.sgd<T>(i, lane, lanes);
    case Op.momentum:
      return optimizer.momentum<T>(i, lane, lanes);
    case Op.adaGrad:
      return optimizer.adaGrad<T>(i, lane, lanes);
    case Op.adam:
      return optimizer.adam<T>(i, lane, lanes);
    case Op.sweepAffine:
      return sweepAffine(i, lane, lanes);
    case Op.sweepElements:
      return sweepElements(i, lane);
    case Op.accumulate:
      return accumulate<T>(i, lane);
    default:
      assert(false, "unknown opcode");
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
