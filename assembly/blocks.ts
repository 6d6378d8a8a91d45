// What lies in linear memory besides instructions and numbers: the header of a program, the state of a run, what a sweep or a lane is told.
// Both compilers read this file, as they read isa.ts. Fields are 32-bit words; the enums give their indices.

/** A sweep over an affine layer: word indices. All tensors are float64. */
export enum SweepField {
  m,
  /** 1 for a bias */
  k,
  n,
  /** [m, k]; absent for a bias, whose input is 1 */
  x,
  /** [m, n] */
  pre,
  /** an Activation: identity, relu, sigmoid or tanh */
  activation,
  /** [m, n]; pre itself for identity */
  z,
  /** [n, p], optional */
  nextWeight,
  p,
  /** [m, p] */
  out,
  /** a SweepLoss */
  loss,
  /** of the loss: int32 [m], or float64 [m, p] */
  targets,
  /** SweepLoss.program: the rest of the network as a program from `out` to the loss */
  program,
  /** SweepLoss.program: where it leaves the loss */
  lossCell,
  /** address of a float64 */
  h,
  /** scratch of one lane after another, `scratchBytes` each: see sweepScratchBytes */
  scratch,
  scratchBytes,
}
export const SWEEP_BYTES = 128;

/** What follows `out`: a loss that is known to be a mean over rows, or the rest of the network as a program. */
export enum SweepLoss {
  crossEntropyLabels,
  crossEntropyRows,
  sumSquaredError,
  program,
}

/** A program: word indices of its header. */
export enum ProgramField {
  /** address of the first instruction */
  instructions,
  /** how many */
  count,
  /** address of the RunField block */
  state,
  /** how many times to run the list in one call */
  steps,
}
export const PROGRAM_BYTES = 64;

/** The state of a run, shared by the programs that take turns in it: word indices. */
export enum RunField {
  /** steps done since the start of training */
  step,
  /** the step that element 0 of the losses and row 0 of coefficients belong to */
  firstStep,
  seedLow,
  seedHigh,
  /** float64, one for each step of a call; optional */
  losses,
  /** rows of COEFFICIENTS, of the type that is trained; for each step of a call as many as `rows` says */
  coefficients,
  rows,
  /** what the step is ahead of the place in the sequence of epochs: a fit may begin its own at any step */
  ahead,
  /** the number of the first of these epochs: no two of a network's have one order */
  epoch,
}
export const RUN_BYTES = 64;

/** What `run` returns. */
export enum Status {
  done,
  /** recordLoss met a loss that is not finite; RunField.step is the step it happened in, before its update */
  lossNotFinite,
  /** a lane failed, or was at work for longer than LanesField.patience allows; LanesField.lost says which */
  laneLost,
}

// Lanes are threads that share the work of single instructions (assembly/lanes.ts). Lane 0 runs programs and offers the others a part of
// each instruction that is worth it. They know of each other by a block of lines of LANE_BYTES: lane 0's, then one for each other lane.

/** A cache line or more, so that lanes do not disturb each other by writing to their own. */
export const LANE_BYTES = 64;
export const MOST_LANES = 64;

// The first 64 KiB are the modules': at 0 nothing, since that address says that something is absent; then what the core itself needs (texts of
// its assertions, in the wide build constants), the lanes' block, and what the extension itself needs. scripts/build.js checks both.

/** Where the lanes' block lies. */
export const LANES_BLOCK = 28672;
/** Where the extension's own data lie: behind the lanes' block. */
export const EXTENSION_DATA = 32768;
/** Where the heap begins. */
export const HEAP_BASE = 65536;

/** Lane 0's line: word indices. */
export enum LanesField {
  /** how many lanes there are; at 1, or 0, lane 0 does everything */
  lanes,
  /** how long lane 0 waits for a lane that is at work after it has done its own part, in milliseconds */
  patience,
  /** the lane that was given up, or 0 */
  lost,
  /** microseconds of shared instructions in this run that lane 0 has not woken sleeping lanes for */
  owed,
}

/** Another lane's line: word indices. */
export enum LaneField {
  /** a LaneState, or the address of the instruction that it is offered a part of */
  state,
  /** 1 while the lane sleeps, waiting for something to do */
  asleep,
  /** 1 while lane 0 sleeps, waiting for the lane */
  awaited,
}

/** What is no address: those are multiples of 64. */
export enum LaneState {
  idle,
  atWork,
  /** it threw */
  failed,
}
