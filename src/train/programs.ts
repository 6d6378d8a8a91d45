// The programs of a network: what is composed for a batch size, and run as often as needed.

import { Op } from "../../assembly/isa/index.ts";
import { UpdateArg } from "../../assembly/isa/optimizer.ts";
import { IndicesArg } from "../../assembly/isa/random.ts";
import { RecordLossArg } from "../../assembly/isa/run.ts";
import { gradients } from "../graph/autodiff.ts";
import type { Placement } from "../graph/plan.ts";
import type { Value } from "../graph/value.ts";
import type { Update } from "../nn/optimizers/optimizer.ts";
import { Composer } from "../runtime/composer.ts";
import { instruction, type Program } from "../runtime/instructions.ts";
import type { Disposable } from "../runtime/resources.ts";
import { type DTypeName, size, type TypedArray } from "../tensor.ts";
import {
  type BuiltLoss,
  build,
  buildLoss,
  buildTargets,
  type Core,
  inference,
  setStep,
  type TargetType,
} from "./core.ts";
import type { Sum } from "./evaluate.ts";
import type { Objective } from "./face.ts";
import { gather } from "./gather.ts";
import { checkFinite, factor, type Given, type GivenInputs, givenInputs } from "./given-inputs.ts";
import type { Mode } from "./pass.ts";
import type { StoredDataset } from "./store.ts";
import { composeSweeps } from "./sweep.ts";
import type { Region } from "./variables.ts";
import type { HeldWeights } from "./weights.ts";

/** Views of what it reads and writes. */
export interface PredictProgram extends Program, Pick<GivenInputs, "xs" | "finite"> {
  readonly outputs: readonly (() => TypedArray)[];
}

/** inputs → outputs */
export function composePredict(core: Core, batch: number, given: readonly Given[]): PredictProgram {
  return Composer.compose(core, (composer) => {
    const { xs: leaves, outputs } = build(core, batch, inference);
    const { placements, xs, finite } = givenInputs(composer, leaves, given);
    const places = outputs.map((value): Placement => ({ value, address: composer.room(value) }));
    composer.graph(places, placements);
    return {
      ...composer.finish(),
      xs,
      finite,
      outputs: places.map(({ value, address }) => composer.view(core.dtype, address, size(value.shape))),
    };
  });
}

/** Asks whether all parameters, and all state, are finite. */
export interface FiniteCheck extends Disposable {
  areFinite(): boolean;
}

export function composeFiniteCheck(core: Core): FiniteCheck {
  return Composer.compose(core, (composer) => {
    const held = [core.parameters, core.state].filter(({ length }) => length > 0);
    const cells = held.map(({ address, length }) => {
      const cell = composer.allocate(8);
      composer.push(checkFinite(core.dtype, cell, address, length));
      return core.engine.heap.lastingView("float64", cell, 1);
    });
    const program = composer.finish();
    return {
      areFinite() {
        program.run(1);
        return cells.every((cell) => !Number.isNaN(cell()[0]));
      },
      dispose: () => program.dispose(),
    };
  });
}

/** Where its samples and targets go in, and what random elements are drawn by. */
export interface NumericalProgram extends Program {
  readonly state: number;
  readonly xs: readonly number[];
  readonly ts: readonly number[];
}

/** How a step's gradient is had: by backpropagation, or by central differences (book chapters 5 and 4). */
export type GradientMethod = "backprop" | "numerical";

/** The same with what it takes: central differences, of a network that computes in float64, have a width. */
export type Differentiation = "backprop" | { readonly h: number };

/** (x, t) → loss, and its gradients by central differences into their region; `core` computes in float64. */
export function composeNumericalGradient(
  core: Core,
  batch: number,
  objective: Objective,
  targets: readonly TargetType[],
  { h, mode }: { h: number; mode: Mode },
): NumericalProgram {
  return Composer.compose(core, (composer) => {
    const built = buildLoss(core, batch, objective, targets, mode);
    const placed = (value: Value): Placement => ({ value, address: composer.room(value) });
    const [xs, ts] = [built.xs.map(placed), built.pairs.map(({ t }) => placed(t))];
    const cell = composer.room(built.loss);
    differentiate(composer, core, built, { inputs: [...xs, ...ts], cell, by: { h } });
    const address = (placement: Placement) => placement.address;
    return { ...composer.finish(), state: composer.run, xs: xs.map(address), ts: ts.map(address) };
  });
}

/** Writes the loss into `cell`, and its gradients by the parameters that are trained into their region; besides, other values that are wanted. */
function differentiate(
  composer: Composer,
  core: Core,
  built: BuiltLoss,
  {
    inputs,
    cell,
    by,
    trains,
    besides = [],
  }: {
    inputs: readonly Placement[];
    cell: number;
    by: Differentiation;
    trains?: ((name: string) => boolean) | undefined;
    besides?: readonly Placement[];
  },
): void {
  if (by !== "backprop") {
    composeSweeps(composer, core, built, inputs, { lossCell: cell, h: by.h, besides, trains });
    return;
  }
  const places = core.parameters.placements("gradients", trains);
  const byParameter = gradients(
    built.loss,
    places.map(({ value }) => value),
  );
  const outputs = byParameter.map((value, index) => ({ value, address: places[index]!.address }));
  composer.graph([{ value: built.loss, address: cell }, ...outputs, ...besides], inputs);
}

/** Never reached by a count of steps: an evaluation's batches follow each other without starting again. */
const ONE_EPOCH = 2 ** 31 - 1;

export interface EvaluationProgram extends Program {
  /** Starts at the batch with this number. */
  seek(batch: number): void;
}

/** Adds up `sums` over `m` samples; batch i begins at sample i · stride. */
export function composeEvaluation(
  core: Core,
  data: StoredDataset,
  objective: Objective,
  sums: readonly Sum[],
  { m, stride }: { m: number; stride: number },
): EvaluationProgram {
  return Composer.compose(core, (composer) => {
    const built = buildTargets(core, m, objective, data.targetsFor(core.dtype), inference);
    const state = composer.run;
    const inputs = data.fetch(composer, built, { indices: 0, state, stepsPerEpoch: ONE_EPOCH, stride });
    const read = sums.map((sum) => {
      const pair = built.pairs[sum.term]!;
      return { ...sum, pair, value: sum.statistic.value(pair) };
    });
    const places = new Map<Value, Placement>();
    for (const { value } of read)
      if (!places.has(value)) places.set(value, { value, address: composer.room(value) });
    composer.graph([...places.values()], inputs);
    for (const { statistic, address, term, pair, value } of read) {
      const targets = inputs[built.xs.length + term]!.address;
      statistic.add(composer, {
        built: pair,
        totals: address,
        value: places.get(value)!.address,
        targets,
        m,
      });
    }
    return { ...composer.finish(), seek: (batch) => setStep(core.engine, state, batch) };
  });
}

/** How a step's batch is drawn: whole epochs shuffled, or each batch with replacement, as the book does. */
export type Sampling = "shuffle" | "replacement";

export interface TrainingSpec {
  readonly objective: Objective;
  readonly update: Update;
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
  /** how much each sample counts, where not all count alike */
  readonly weights: readonly HeldWeights[];
  /** address of the optimizer's state */
  readonly slots: number;
  readonly by: Differentiation;
  /** the network that is differentiated: the trained one, or for the numerical gradient its float64 twin */
  readonly differentiated: Core;
}

/** How a step goes through the layers: those that an update leaves alone infer. */
export const trainingOf = ({ infers }: Update): Mode => ({ training: true, infers });

/** One training step: draw, gather, forward, loss, gradients, update. */
export function composeTraining(core: Core, data: StoredDataset, spec: TrainingSpec): Program {
  const { m, state, indices, stepsPerEpoch, sampling, batchSize, differentiated } = spec;
  const write = (composer: Composer) => {
    const targets = data.targetsFor(differentiated.dtype);
    let built = buildLoss(differentiated, m, spec.objective, targets, trainingOf(spec.update));
    const stride = sampling === "shuffle" ? batchSize : 0;
    composer.push(drawing(data.n, spec));
    const choice = { indices, state, stepsPerEpoch, stride };
    const inputs = data.fetch(composer, built, choice);
    for (const each of spec.weights) {
      const weighed = each.weigh(composer, built, choice);
      ({ built } = weighed);
      inputs.push(weighed.placement);
    }
    composeUpdate(composer, core, built, inputs, spec);
    return composer.finish();
  };
  return Composer.compose(differentiated, write, state);
}

/** What follows in a step when its batch is there: forward, loss, gradients, update. */
export function composeUpdate(
  composer: Composer,
  core: Core,
  built: BuiltLoss,
  inputs: readonly Placement[],
  {
    differentiated,
    by,
    update,
    slots,
    state,
  }: Pick<TrainingSpec, "differentiated" | "by" | "update" | "slots" | "state">,
): void {
  const { dtype, parameters } = core;
  const cell = composer.room(built.loss);
  const twin = differentiated !== core;
  if (twin) convert(composer, core, differentiated, "values", "values");
  const besides = differentiated.state.placementsOf(built.next, "next");
  const { trains } = update;
  differentiate(composer, differentiated, built, { inputs, cell, by, trains, besides });
  if (twin) convert(composer, differentiated, core, "gradients", "next");
  // Before the update: a loss that is not finite must leave the parameters as they are.
  composer.push(
    instruction<RecordLossArg>(Op.recordLoss, differentiated.dtype, {
      [RecordLossArg.loss]: cell,
      [RecordLossArg.state]: state,
    }),
  );
  update.compose(composer, {
    dtype,
    bytes: parameters.bytes,
    operands: {
      [UpdateArg.w]: parameters.address,
      [UpdateArg.g]: parameters.gradientAddress,
      [UpdateArg.n]: parameters.length,
      [UpdateArg.s1]: slots,
      [UpdateArg.s2]: slots + parameters.bytes,
      [UpdateArg.s3]: slots + 2 * parameters.bytes,
      [UpdateArg.state]: state,
    },
  });
  if (core.state.length > 0) {
    const { address, gradientAddress, length } = core.state;
    copy(composer, { to: address, from: gradientAddress, n: length, dtype, source: dtype });
  }
}

/** Copies a region of the parameters, and one of the state, from one network to its twin in another dtype. */
function convert(composer: Composer, from: Core, to: Core, ofParameters: Region, ofState: Region): void {
  for (const [own, others, region] of [
    [from.parameters, to.parameters, ofParameters],
    [from.state, to.state, ofState],
  ] as const) {
    const targets = others.placements(region);
    for (const [index, { value, address }] of own.placements(region).entries()) {
      const n = size(value.shape);
      copy(composer, { to: targets[index]!.address, from: address, n, dtype: to.dtype, source: from.dtype });
    }
  }
}

/** Copies `n` numbers of the type `source` as `dtype`. */
function copy(
  composer: Composer,
  {
    to,
    from,
    n,
    dtype,
    source,
  }: { to: number; from: number; n: number; dtype: DTypeName; source: DTypeName },
): void {
  composer.push(gather(dtype, { out: to, data: from, source, m: 1, width: n, scale: factor(composer, 1) }));
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
