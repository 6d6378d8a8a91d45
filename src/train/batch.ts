// A batch that a caller gives, in a program: what loss, gradient and trainStep have in common.

import type { Placement } from "../graph/plan.ts";
import { Composer } from "../runtime/composer.ts";
import type { Program } from "../runtime/instructions.ts";
import type { ProgramCache } from "../runtime/program-cache.ts";
import { formatShape, size, type TypedArray } from "../tensor.ts";
import { type BuiltLoss, buildLoss, type Core, type TargetType } from "./core.ts";
import type { Objective } from "./face.ts";
import { type GivenInputs, givenInputs, keyOf } from "./given-inputs.ts";
import type { Mode } from "./pass.ts";
import type { Read } from "./reader.ts";
import type { Targets } from "./targets.ts";

/** Views of what a program reads. */
export interface BatchProgram extends Program, Pick<GivenInputs, "xs" | "finite"> {
  readonly ts: readonly (() => TypedArray)[];
  /** Looks at the samples: a program of its own, so that nothing is computed with samples that are not finite. */
  prepare(): void;
}

/** A batch: how its samples enter, what its targets are, and what is made small. */
export interface Batch {
  readonly samples: number;
  readonly read: readonly Read[];
  /** one for each term of the objective */
  readonly targets: readonly Targets[];
  readonly objective: Objective;
}

/** The program for a batch like this, made when it is first needed. @param what else it depends on, as a text */
export function programOf<P extends BatchProgram>(
  programs: ProgramCache,
  what: string,
  { samples, read, targets, objective }: Batch,
  make: () => P,
): P {
  const types = targets.map(({ type: { dtype, shape } }) => `${dtype} ${formatShape(shape)}`).join();
  return programs.get(
    `${what} ${samples} ${keyOf(read)} ${types}`,
    make,
    ...objective.flatMap(({ output, loss, weight }) => [output, loss, weight]),
  ) as P;
}

/** Where a program's graph finds its batch, and what fills it. */
interface Composed {
  readonly built: BuiltLoss;
  readonly inputs: readonly Placement[];
  readonly views: Omit<BatchProgram, keyof Program>;
}

/** Writes what a program on a batch begins with. */
export function composeBatch(
  composer: Composer,
  core: Core,
  { samples, read, targets, objective }: Batch,
  mode: Mode,
): Composed {
  const { heap } = core.engine;
  const types = targets.map(({ type }): TargetType => type);
  const built = buildLoss(core, samples, objective, types, mode);
  const ts = built.pairs.map(({ t }): Placement => ({ value: t, address: composer.room(t) }));
  const first = Composer.compose(core, (inner) => {
    const given = givenInputs(inner, built.xs, read);
    return { ...inner.finish(), given };
  });
  composer.onDispose(() => first.dispose());
  const { placements, xs, finite } = first.given;
  return {
    built,
    inputs: [...placements, ...ts],
    views: {
      xs,
      finite,
      ts: ts.map(({ value, address }) => heap.lastingView(value.dtype, address, size(value.shape))),
      prepare: () => void first.run(1),
    },
  };
}

/** Puts a batch into its program. @throws DataError where x is not finite */
export function fill({ xs, ts, finite, prepare }: BatchProgram, { read, targets }: Batch): void {
  for (const [i, { data }] of read.entries()) xs[i]!().set(data);
  for (const [i, { values }] of targets.entries()) ts[i]!().set(values.data);
  prepare();
  checkRead(finite, read);
}

/** @throws DataError where a program found that samples are not finite: who finds out which one it is takes a hundred times as long */
export function checkRead(finite: GivenInputs["finite"], read: readonly Read[]): void {
  for (const [i, verdict] of finite.entries()) if (Number.isNaN(verdict()[0])) read[i]!.check();
}
