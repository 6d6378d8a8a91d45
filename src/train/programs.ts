// The programs of a network: what is composed for a batch size, and run as often as needed.

import { RUN_BYTES } from "../../assembly/blocks.ts";
import { CheckFiniteArg } from "../../assembly/isa/data.ts";
import { Op } from "../../assembly/isa/index.ts";
import { AccuracyArg } from "../../assembly/isa/loss.ts";
import { UpdateArg } from "../../assembly/isa/optimizer.ts";
import { IndicesArg } from "../../assembly/isa/random.ts";
import { AccumulateArg, RecordLossArg } from "../../assembly/isa/run.ts";
import { COMPRESSED_ROW_BYTES, CompressRowsArg } from "../../assembly/isa/sparse.ts";
import { gradients } from "../graph/autodiff.ts";
import type { Placement } from "../graph/plan.ts";
import type { Value } from "../graph/value.ts";
import type { Loss } from "../nn/losses.ts";
import { type Optimizer, updateInstruction } from "../nn/optimizers.ts";
import { Composer } from "../runtime/composer.ts";
import { dtypeCodes, type Instruction, instruction, type Program } from "../runtime/instructions.ts";
import type { Disposable } from "../runtime/resources.ts";
import { bytesPerElement, type DTypeName, size, type TypedArray } from "../tensor.ts";
import { compressedBytes } from "./compressed.ts";
import { type BuiltLoss, build, buildLoss, type Core, setStep, type TargetType } from "./core.ts";
import type { Metric } from "./evaluate.ts";
import { gather } from "./gather.ts";
import type { StoredDataset } from "./store.ts";
import { composeSweeps } from "./sweep.ts";
import { thresholdOf } from "./targets.ts";

/** How samples are given: in which type, what to multiply them by, and whether to skip their zeros. */
export interface Given {
  readonly dtype: DTypeName;
  readonly scale: number;
  readonly sparse: boolean;
}

/** Views of what it reads and writes. */
export interface PredictProgram extends Program {
  /** the samples, as they are given */
  x(): TypedArray;
  /** one number: NaN where one of their elements was not finite */
  finite(): Float64Array;
  output(): TypedArray;
}

/** x → output */
export function composePredict(core: Core, batch: number, given: Given): PredictProgram {
  return Composer.compose(core, (composer) => {
    const built = build(core, batch);
    const { dtype } = given;
    const x = composer.allocate(size(built.x.shape) * bytesPerElement(dtype));
    const finite = composer.allocate(8);
    const output = composer.room(built.output);
    composer.graph(
      [{ value: built.output, address: output }],
      [givenInput(composer, built.x, { ...given, x, finite })],
    );
    const { heap } = core.engine;
    return {
      ...composer.finish(),
      x: heap.lastingView(dtype, x, size(built.x.shape)),
      finite: heap.lastingView("float64", finite, 1),
      output: heap.lastingView(core.dtype, output, size(built.output.shape)),
    };
  });
}

/** Writes the instructions that check samples at `x`, and make them what a graph reads them as. */
export function givenInput(
  composer: Composer,
  leaf: Value,
  { dtype, scale, sparse, x, finite }: Given & { readonly x: number; readonly finite: number },
): Placement {
  const [m, ...sample] = leaf.shape as [number, ...number[]];
  const width = size(sample);
  const source = dtypeCodes[dtype];
  const checks = dtype === "float32" || dtype === "float64";
  const check = (a: number, n: number) => composer.push(checkFinite(dtype, finite, a, n));
  if (sparse) {
    const stride = compressedBytes(width, dtype);
    const rows = composer.allocate(m * COMPRESSED_ROW_BYTES);
    const out = composer.allocate(m * stride);
    // Each row's elements are checked as they pass, all that remains to be checked is one number of each.
    const ofRows = checks ? composer.allocate(m * bytesPerElement(dtype)) : 0;
    const operands = {
      [CompressRowsArg.rows]: rows,
      [CompressRowsArg.out]: out,
      [CompressRowsArg.stride]: stride,
      [CompressRowsArg.data]: x,
      [CompressRowsArg.source]: source,
      [CompressRowsArg.m]: m,
      [CompressRowsArg.width]: width,
      [CompressRowsArg.finite]: ofRows,
    };
    composer.push(instruction<CompressRowsArg>(Op.compressRows, leaf.dtype, operands, 0.25 * m * width));
    if (checks) check(ofRows, m);
    return { value: leaf, address: 0, compressed: { rows, source, scale: factor(composer, scale) } };
  }
  if (checks) check(x, m * width);
  if (dtype === leaf.dtype && scale === 1) return { value: leaf, address: x };
  const out = composer.room(leaf);
  composer.push(
    gather(leaf.dtype, { out, data: x, source: dtype, m, width, scale: factor(composer, scale) }),
  );
  return { value: leaf, address: out };
}

/** The address of a number. */
function factor(composer: Composer, value: number): number {
  const address = composer.allocate(8);
  composer.write("float64", address, [value]);
  return address;
}

/** Asks whether all parameters are finite. */
export interface FiniteCheck extends Disposable {
  areFinite(): boolean;
}

export function composeFiniteCheck({ parameters, dtype, ...core }: Core): FiniteCheck {
  return Composer.compose(core, (composer) => {
    const cell = composer.allocate(8);
    composer.push(checkFinite(dtype, cell, parameters.address, parameters.length));
    const program = composer.finish();
    return {
      areFinite() {
        program.run(1);
        return !Number.isNaN(core.engine.heap.view("float64", cell, 1)[0]);
      },
      dispose: () => program.dispose(),
    };
  });
}

/** The instruction that looks whether `n` numbers at `a` are finite. */
export function checkFinite(dtype: DTypeName, out: number, a: number, n: number): Instruction {
  return instruction<CheckFiniteArg>(Op.checkFinite, dtype, {
    [CheckFiniteArg.out]: out,
    [CheckFiniteArg.a]: a,
    [CheckFiniteArg.n]: n,
  });
}

/** Where its samples and targets go in. */
export interface NumericalProgram extends Program {
  readonly x: number;
  readonly t: number;
}

/** How a step's gradient is had: by backpropagation, or by central differences (book chapters 5 and 4). */
export type GradientMethod = "backprop" | "numerical";

/** The same with what it takes: central differences, of a network that computes in float64, have a width. */
export type Differentiation = "backprop" | { readonly h: number };

/** (x, t) → loss, and its gradients by central differences into their region; `core` computes in float64. */
export function composeNumericalGradient(
  core: Core,
  batch: number,
  loss: Loss,
  target: TargetType,
  h: number,
): NumericalProgram {
  return Composer.compose(core, (composer) => {
    const built = buildLoss(core, batch, loss, target);
    const [x, t, cell] = [composer.room(built.x), composer.room(built.t), composer.room(built.loss)];
    const inputs = [
      { value: built.x, address: x },
      { value: built.t, address: t },
    ];
    differentiate(composer, core, built, { inputs, cell, by: { h } });
    return { ...composer.finish(), x, t };
  });
}

/** Writes the loss into `cell`, and its gradients into their region. */
function differentiate(
  composer: Composer,
  core: Core,
  built: BuiltLoss,
  { inputs, cell, by }: { inputs: readonly Placement[]; cell: number; by: Differentiation },
): void {
  if (by !== "backprop") {
    composeSweeps(composer, core, built, inputs, { lossCell: cell, h: by.h });
    return;
  }
  const { parameters } = core;
  const byParameter = gradients(built.loss, parameters.values);
  composer.graph(
    [{ value: built.loss, address: cell }, ...parameters.gradientPlacements(byParameter)],
    inputs,
  );
}

/** Never reached by a count of steps: an evaluation's batches follow each other without starting again. */
const ONE_EPOCH = 2 ** 31 - 1;

export interface EvaluationProgram extends Program {
  /** Starts at the batch with this number. */
  seek(batch: number): void;
}

/** Adds `m` samples' losses and hits, as asked for, to `totals` (two float64); batch i begins at sample i · stride. */
export function composeEvaluation(
  core: Core,
  data: StoredDataset,
  loss: Loss,
  { m, stride, totals, metrics }: { m: number; stride: number; totals: number; metrics: ReadonlySet<Metric> },
): EvaluationProgram {
  return Composer.compose(core, (composer) => {
    const built = buildLoss(core, m, loss, data.targetFor(core.dtype));
    const state = composer.allocate(RUN_BYTES);
    const inputs = data.fetch(composer, built, { indices: 0, state, stepsPerEpoch: ONE_EPOCH, stride });
    const placed = (value: Value): Placement => ({ value, address: composer.room(value) });
    const cell = metrics.has("loss") ? placed(built.loss) : undefined;
    const output = metrics.has("accuracy") ? placed(built.output) : undefined;
    composer.graph(
      [cell, output].filter((placement) => placement !== undefined),
      inputs,
    );
    if (cell) {
      composer.push(
        instruction<AccumulateArg>(Op.accumulate, core.dtype, {
          [AccumulateArg.out]: totals,
          [AccumulateArg.a]: cell.address,
          [AccumulateArg.weight]: m,
        }),
      );
    }
    if (output) {
      composer.push(
        instruction<AccuracyArg>(Op.accuracy, core.dtype, {
          [AccuracyArg.counter]: totals + 8,
          [AccuracyArg.scores]: output.address,
          [AccuracyArg.labels]: inputs[1]!.address,
          [AccuracyArg.oneHot]: built.t.dtype === "int32" ? 0 : 1,
          [AccuracyArg.m]: m,
          [AccuracyArg.n]: size(built.output.shape.slice(1)),
          [AccuracyArg.threshold]:
            loss.targets === "binary" ? factor(composer, thresholdOf(built.output)) : 0,
        }),
      );
    }
    return { ...composer.finish(state), seek: (batch) => setStep(core.engine, state, batch) };
  });
}

/** How a step's batch is drawn: whole epochs shuffled, or each batch with replacement, as the book does. */
export type Sampling = "shuffle" | "replacement";

export interface TrainingSpec {
  readonly loss: Loss;
  /** the optimizer's instruction */
  readonly op: Optimizer["op"];
  readonly sampling: Sampling;
  /** samples of a step */
  readonly m: number;
  /** samples of a full step: less than m only in the last step of a shuffled epoch */
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  /** address of the RunField block */
  readonly state: number;
  /** address of the row indices: uint32, as many as samples when shuffling, else as the batch */
  readonly indices: number;
  /** address of the optimizer's state */
  readonly slots: number;
  readonly by: Differentiation;
  /** the network that is differentiated: the trained one, or for the numerical gradient its float64 twin */
  readonly differentiated: Core;
}

/** One training step: draw, gather, forward, loss, gradients, update. */
export function composeTraining(core: Core, data: StoredDataset, spec: TrainingSpec): Program {
  const { m, state, indices, stepsPerEpoch, sampling, batchSize, differentiated } = spec;
  const { dtype, parameters } = core;
  return Composer.compose(differentiated, (composer) => {
    const built = buildLoss(differentiated, m, spec.loss, data.targetFor(differentiated.dtype));
    const cell = composer.room(built.loss);
    const stride = sampling === "shuffle" ? batchSize : 0;
    composer.push(drawing(data.n, spec));
    const inputs = data.fetch(composer, built, { indices, state, stepsPerEpoch, stride });
    const twin = differentiated !== core;
    if (twin) composer.push(...conversions(composer, core, differentiated, "values"));
    differentiate(composer, differentiated, built, { inputs, cell, by: spec.by });
    if (twin) composer.push(...conversions(composer, differentiated, core, "gradients"));
    // Before the update: a loss that is not finite must leave the parameters as they are.
    composer.push(
      instruction<RecordLossArg>(Op.recordLoss, differentiated.dtype, {
        [RecordLossArg.loss]: cell,
        [RecordLossArg.state]: state,
      }),
    );
    composer.push(
      updateInstruction(spec.op, dtype, parameters.length, {
        [UpdateArg.w]: parameters.address,
        [UpdateArg.g]: parameters.gradientAddress,
        [UpdateArg.s1]: spec.slots,
        [UpdateArg.s2]: spec.slots + parameters.bytes,
        [UpdateArg.state]: state,
      }),
    );
    return composer.finish(state);
  });
}

/** Instructions that copy every parameter, or every gradient, from one network to its twin in another dtype. */
function conversions(
  composer: Composer,
  from: Core,
  to: Core,
  region: "values" | "gradients",
): Instruction[] {
  const scale = factor(composer, 1);
  const targets = to.parameters.placements(region);
  return from.parameters.placements(region).map(({ value, address }, index) =>
    gather(to.dtype, {
      out: targets[index]!.address,
      data: address,
      source: from.dtype,
      m: 1,
      width: size(value.shape),
      scale,
    }),
  );
}

/** The instruction that chooses a step's rows. */
export function drawing(n: number, { sampling, indices, state, m, stepsPerEpoch }: TrainingSpec) {
  return sampling === "shuffle"
    ? instruction<IndicesArg>(Op.shuffleIndices, "float32", {
        [IndicesArg.out]: indices,
        [IndicesArg.state]: state,
        [IndicesArg.n]: n,
        [IndicesArg.m]: stepsPerEpoch,
      })
    : instruction<IndicesArg>(Op.sampleIndices, "float32", {
        [IndicesArg.out]: indices,
        [IndicesArg.state]: state,
        [IndicesArg.n]: n,
        [IndicesArg.m]: m,
      });
}
