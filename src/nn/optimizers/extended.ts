// The update of an optimizer with extras: an instruction for each run of parameters that are treated alike, and before it what has to be known
// of their gradients.

import { ExtensionOp, Op } from "../../../assembly/isa/index.ts";
import {
  AddGradientsArg,
  ClipGradientsArg,
  ClipScaleArg,
  COEFFICIENTS,
  Coefficient,
  ExtendedUpdateArg,
  Phase,
  SquaresArg,
  UpdateArg,
} from "../../../assembly/isa/optimizer.ts";
import { LONGEST_SUM, PARTIAL_TERMS } from "../../../assembly/sums.ts";
import { check, inType, positive, show } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import type { Composer } from "../../runtime/composer.ts";
import { extension } from "../../runtime/extension.ts";
import { roundUp } from "../../runtime/heap.ts";
import { instruction } from "../../runtime/instructions.ts";
import { bytesPerElement, type DTypeName } from "../../tensor.ts";
import type { ScheduleState } from "../rate.ts";
import type { ExtraDescription } from "./extras.ts";
import { type Optimizer, type Placed, type Update, type UpdateSite, writeCoefficients } from "./optimizer.ts";

const addGradients = /* @__PURE__ */ extension(ExtensionOp.addGradients);
const clipGradients = /* @__PURE__ */ extension(ExtensionOp.clipGradients);
const squares = /* @__PURE__ */ extension(ExtensionOp.squares);
const clipScale = /* @__PURE__ */ extension(ExtensionOp.clipScale);
/** What the core's updates are called where they do more. */
const extended: Partial<Record<Op, Op>> = {
  [Op.sgd]: /* @__PURE__ */ extension(ExtensionOp.sgd),
  [Op.momentum]: /* @__PURE__ */ extension(ExtensionOp.momentum),
  [Op.adaGrad]: /* @__PURE__ */ extension(ExtensionOp.adaGrad),
  [Op.adam]: /* @__PURE__ */ extension(ExtensionOp.adam),
};

type Of<K extends ExtraDescription["kind"]> = Extract<ExtraDescription, { kind: K }>;
type Clip = Of<"clipByValue" | "clipByNorm" | "clipByGlobalNorm">;

/** Parameters side by side that are treated alike. */
interface Run {
  /** which row their coefficients are from */
  readonly row: number;
  readonly members: Placed[];
}

/** See `updateOf`, of an optimizer that has extras. */
export function extendedUpdate(...of: ConstructorParameters<typeof ExtendedUpdate>): Update {
  return new ExtendedUpdate(...of);
}

class ExtendedUpdate implements Update {
  readonly optimizer: Optimizer;
  readonly regions: readonly string[];
  readonly every: number;
  readonly #call: string;
  readonly #decay: Of<"weightDecay"> | undefined;
  readonly #clip: Clip | undefined;
  readonly #average: Of<"movingAverage"> | undefined;
  /** the rest, and the groups that have rows of their own */
  readonly #groups: readonly (Of<"group"> | undefined)[];
  readonly #runs: readonly Run[];
  readonly #trained: ReadonlySet<string>;

  constructor(call: string, optimizer: Optimizer, parameters: readonly Placed[], dtype: DTypeName) {
    const descriptions = optimizer.with!.map(({ description }) => description as ExtraDescription);
    const the = <K extends ExtraDescription["kind"]>(...kinds: K[]): Of<K> | undefined => {
      const found = descriptions.filter(({ kind }) => (kinds as string[]).includes(kind));
      if (found.length <= 1) return found[0] as Of<K> | undefined;
      throw new OptionError(
        `${call}: optimizer.with has ${found.map(({ kind }) => kind).join(" and ")}; one of these can be had`,
      );
    };
    this.#call = call;
    this.optimizer = optimizer;
    this.#decay = the("weightDecay");
    this.#clip = the("clipByValue", "clipByNorm", "clipByGlobalNorm");
    if (this.#clip) {
      const { kind, limit } = this.#clip;
      check(call, `optimizer.with: the limit of ${kind}`, limit, inType(dtype, positive));
    }
    this.#average = the("movingAverage");
    this.every = the("accumulate")?.steps ?? 1;
    this.regions = [
      ...optimizer.rule.slots,
      ...(this.#average ? ["average"] : []),
      ...(this.every > 1 ? ["sum"] : []),
    ];
    const groups = descriptions.filter((each) => each.kind === "group");
    const frozen = descriptions.filter((each) => each.kind === "frozen");
    const groupOf = chosen(call, [...groups, ...frozen], parameters);
    const trained = parameters.filter(({ name }) => groupOf.get(name)?.kind !== "frozen");
    if (trained.length === 0)
      throw new OptionError(`${call}: all parameters are frozen; there is nothing to train`);
    this.#groups = [undefined, ...groups];
    this.#trained = new Set(trained.map(({ name }) => name));
    this.#runs = runsOf(
      parameters.filter(({ name }) => this.#trained.has(name)),
      ({ name }) => this.#groups.indexOf(groupOf.get(name) as Of<"group"> | undefined),
      this.#clip?.kind === "clipByNorm",
      parameters,
    );
  }

  get rows(): number {
    return this.#groups.length;
  }

  readonly trains = (name: string) => this.#trained.has(name);

  compose(composer: Composer, { dtype, bytes, operands: all }: UpdateSite): void {
    const slots = all[UpdateArg.s1];
    const region = (name: string) => {
      const index = this.regions.indexOf(name);
      return index < 0 ? 0 : slots + index * bytes;
    };
    const sum = region("sum");
    const g = sum || all[UpdateArg.g];
    const spans = this.#runs.map((run) => spanOf(run, bytesPerElement(dtype)));
    if (sum) {
      for (const { from, n } of spans) {
        const operands = {
          [AddGradientsArg.sum]: sum + from,
          [AddGradientsArg.g]: all[UpdateArg.g] + from,
          [AddGradientsArg.n]: n,
          [AddGradientsArg.state]: composer.run,
        };
        composer.push(instruction<AddGradientsArg>(addGradients, dtype, operands, 0.15 * n));
      }
    }
    const scale = this.#composeClipping(composer, spans, dtype, g);
    const average = region("average");
    const { rule } = this.optimizer;
    for (const { run, from, n } of spans) {
      const operands = {
        ...all,
        [UpdateArg.w]: all[UpdateArg.w] + from,
        [UpdateArg.g]: g + from,
        [UpdateArg.n]: n,
        [UpdateArg.s1]: slots + from,
        [UpdateArg.s2]: all[UpdateArg.s2] + from,
        [UpdateArg.s3]: all[UpdateArg.s3] + from,
        [ExtendedUpdateArg.row]: run.row,
        [ExtendedUpdateArg.scale]: scale(run),
        [ExtendedUpdateArg.average]: average && average + from,
      };
      const op = extended[rule.op] ?? rule.op;
      composer.push(
        instruction<UpdateArg | ExtendedUpdateArg>(op, dtype, operands, (rule.nanoseconds + 0.1) * n),
      );
    }
  }

  /** Writes what clips gradients, or finds out by how much they have to be multiplied; where each run's factor lies, or 0. */
  #composeClipping(
    composer: Composer,
    spans: readonly Span[],
    dtype: DTypeName,
    g: number,
  ): (run: Run) => number {
    const clip = this.#clip;
    // Gradients of several steps are added up, and what counts is their mean.
    const share = 1 / this.every;
    const scale = number(composer, dtype, share);
    if (!clip) return () => scale;
    if (clip.kind === "clipByValue") {
      const limit = number(composer, dtype, clip.limit);
      for (const { from, n } of spans) {
        const operands = {
          [ClipGradientsArg.g]: g + from,
          [ClipGradientsArg.n]: n,
          [ClipGradientsArg.scale]: scale,
          [ClipGradientsArg.limit]: limit,
          [ClipGradientsArg.state]: composer.run,
        };
        composer.push(instruction<ClipGradientsArg>(clipGradients, dtype, operands, 0.15 * n));
      }
      return () => 0;
    }
    const limit = number(composer, "float64", clip.limit);
    const shareCell = number(composer, "float64", share);
    const members = this.#runs.flatMap((run) => run.members.map((member) => ({ run, member })));
    const total = members.reduce((count, { member }) => count + partials(member.n), 0);
    const sums = composer.allocate(8 * total);
    const finish = (from: number, n: number) => {
      const cell = composer.allocate(8);
      const operands = {
        [ClipScaleArg.out]: cell,
        [ClipScaleArg.squares]: from,
        [ClipScaleArg.n]: n,
        [ClipScaleArg.limit]: limit,
        [ClipScaleArg.share]: shareCell,
      };
      composer.push(instruction<ClipScaleArg>(clipScale, dtype, operands));
      return cell;
    };
    const cells = new Map<Run, number>();
    let out = sums;
    for (const { run, member } of members) {
      const operands = {
        [SquaresArg.out]: out,
        [SquaresArg.a]: g + member.offset,
        [SquaresArg.n]: member.n,
        [SquaresArg.state]: composer.run,
      };
      composer.push(instruction<SquaresArg>(squares, dtype, operands, 0.1 * member.n));
      if (clip.kind === "clipByNorm") cells.set(run, finish(out, partials(member.n)));
      out += 8 * partials(member.n);
    }
    const global = clip.kind === "clipByGlobalNorm" ? finish(sums, total) : 0;
    return (run) => cells.get(run) ?? global;
  }

  coefficients(done: number, state: ScheduleState | undefined, rows: Float64Array, at: number): void {
    const { every } = this;
    const place = done % every;
    const updates = Math.floor(done / every);
    for (const group of this.#groups) {
      if (place === every - 1) {
        this.#writeRow(group, updates, state, rows, at);
      } else {
        rows.fill(0, at, at + COEFFICIENTS);
        rows[at + Coefficient.phase] = place === 0 ? Phase.first : Phase.more;
      }
      at += COEFFICIENTS;
    }
  }

  #writeRow(
    group: Of<"group"> | undefined,
    updates: number,
    state: ScheduleState | undefined,
    rows: Float64Array,
    at: number,
  ): void {
    const multiplier = group?.lrMultiplier ?? 1;
    const lr = writeCoefficients(this.#call, this.optimizer, updates, multiplier, state, rows, at);
    const rate = group?.weightDecay ?? this.#decay?.rate ?? 0;
    const decoupled = this.#decay?.decoupled ?? false;
    rows[at + Coefficient.decay] = decoupled ? 0 : rate;
    if (decoupled) rows[at + Coefficient.keep] = 1 - lr * rate;
    rows[at + Coefficient.average] = this.#average ? (updates === 0 ? 1 : 1 - this.#average.decay) : 0;
    rows[at + Coefficient.phase] = Phase.last;
  }
}

/** How many partial sums a sum of n terms has. */
function partials(n: number): number {
  return n > LONGEST_SUM ? Math.ceil(n / PARTIAL_TERMS) : 1;
}

/** A cell that holds a number; its address. */
function number(composer: Composer, dtype: DTypeName, value: number): number {
  const address = composer.allocate(8);
  composer.write(dtype, address, [value]);
  return address;
}

/** The group that each parameter was put into. @throws OptionError where a name is no parameter's, or one is in two groups */
function chosen<G extends { readonly of: readonly string[] }>(
  call: string,
  groups: readonly G[],
  parameters: readonly Placed[],
): ReadonlyMap<string, G> {
  const result = new Map<string, G>();
  for (const group of groups) {
    for (const of of group.of) {
      const found = parameters.filter(
        ({ name }) => name === of || name.startsWith(`${of}.`) || name.endsWith(`.${of}`),
      );
      if (found.length === 0) {
        throw new OptionError(
          `${call}: there is no layer or parameter ${show(of)}, which optimizer.with names; there are ${parameters.map(({ name }) => name).join(", ")}`,
        );
      }
      for (const { name } of found) {
        if ((result.get(name) ?? group) !== group) {
          throw new OptionError(
            `${call}: optimizer.with has the parameter ${name} in two groups; it can be in one`,
          );
        }
        result.set(name, group);
      }
    }
  }
  return result;
}

/** Parameters that lie side by side and have the same row, or each by itself. */
function runsOf(
  trained: readonly Placed[],
  rowOf: (parameter: Placed) => number,
  apart: boolean,
  all: readonly Placed[],
): Run[] {
  const runs: Run[] = [];
  for (const parameter of trained) {
    const row = rowOf(parameter);
    const last = runs.at(-1);
    const before = all[all.indexOf(parameter) - 1];
    const joins = !apart && last?.row === row && last.members.at(-1) === before;
    if (joins) last.members.push(parameter);
    else runs.push({ row, members: [parameter] });
  }
  return runs;
}

/** Where a run begins, in bytes, and how many elements it has, with what pads them. */
interface Span {
  readonly run: Run;
  readonly from: number;
  readonly n: number;
}

function spanOf(run: Run, elementBytes: number): Span {
  const { members } = run;
  const from = members[0]!.offset;
  const last = members.at(-1)!;
  return { run, from, n: (last.offset - from + roundUp(last.n * elementBytes)) / elementBytes };
}
