// Composes the numerical gradient of a whole network: one forward pass that keeps what the sweeps need, then a sweep for each parameter.

import { SWEEP_BYTES, SweepField, SweepLoss } from "../../assembly/blocks.ts";
import { Op } from "../../assembly/isa/index.ts";
import { SweepAffineArg, SweepElementsArg } from "../../assembly/isa/sweep.ts";
import type { Placement } from "../graph/plan.ts";
import { type Restated, restate } from "../graph/restate.ts";
import type { Value } from "../graph/value.ts";
import type { Composer } from "../runtime/composer.ts";
import { instruction } from "../runtime/instructions.ts";
import { size } from "../tensor.ts";
import type { BuiltLoss, Core } from "./core.ts";
import { type AffineSite, Sites } from "./sweep-sites.ts";

/** A parameter, where it acts, and the part of the network that has to run again when it moves, if any. */
interface Moving {
  readonly value: Value;
  readonly address: number;
  readonly gradient: number;
  readonly site: AffineSite | undefined;
  readonly rest: Restated | undefined;
}

/**
 * Composes the loss and its central differences by every parameter that is trained, which come to lie in the parameters' gradients.
 *
 * @param core of a float64 network
 * @param built its loss
 * @param inputs where x and t lie
 * @param lossCell where the loss comes to lie
 * @param h half the distance between the two sides
 * @param besides what else of the graph is wanted, and where
 * @param trains whether a parameter is trained; default: all are
 */
export function composeSweeps(
  composer: Composer,
  { parameters, state }: Core,
  built: BuiltLoss,
  inputs: readonly Placement[],
  {
    lossCell,
    h,
    besides,
    trains,
  }: {
    lossCell: number;
    h: number;
    besides: readonly Placement[];
    trains?: ((name: string) => boolean) | undefined;
  },
): void {
  const sites = new Sites(built.loss);
  const gradients = parameters.placements("gradients", trains);
  const moving = parameters.placements("values", trains).map(({ value, address }, index): Moving => {
    const site = sites.find(value);
    const needsRest = !site || site.loss === SweepLoss.program;
    const rest = needsRest ? restate(built.loss, site ? site.out : value) : undefined;
    return { value, address, gradient: gradients[index]!.address, site, rest };
  });

  const places = new Map<Value, number>(
    [...inputs, ...parameters.placements(), ...state.placements()].map(({ value, address }) => [
      value,
      address,
    ]),
  );
  const kept: Placement[] = [];
  const keep = (value: Value | undefined) => {
    if (!value || places.has(value)) return;
    const address = composer.room(value);
    places.set(value, address);
    kept.push({ value, address });
  };
  for (const { site, rest } of moving) {
    if (site) for (const value of [site.x, site.pre, site.z, site.out, site.targets]) keep(value);
    for (const value of rest?.leaves.keys() ?? []) keep(value);
  }
  composer.graph([{ value: built.loss, address: lossCell }, ...kept, ...besides], inputs);

  const hCell = composer.allocate(8);
  composer.write("float64", hCell, [h]);
  const restCell = composer.allocate(8);
  const programOf = ({ rest }: Moving) =>
    rest
      ? composer.program(
          [{ value: rest.result, address: restCell }],
          [
            ...inputs,
            ...[...rest.leaves].map(([value, leaf]) => ({ value: leaf, address: places.get(value)! })),
          ],
        )
      : 0;
  for (const parameter of moving) {
    const program = programOf(parameter);
    if (parameter.site) {
      const sweep = describe(composer, parameter.site, places, { program, lossCell: restCell, h: hCell });
      composer.push(
        instruction<SweepAffineArg>(
          Op.sweepAffine,
          "float64",
          {
            [SweepAffineArg.from]: 0,
            [SweepAffineArg.to]: size(parameter.value.shape),
            [SweepAffineArg.gradient]: parameter.gradient,
            [SweepAffineArg.sweep]: sweep,
          },
          costOf(parameter.site, size(parameter.value.shape)),
        ),
      );
    } else {
      composer.push(
        instruction<SweepElementsArg>(Op.sweepElements, "float64", {
          [SweepElementsArg.from]: 0,
          [SweepElementsArg.to]: size(parameter.value.shape),
          [SweepElementsArg.gradient]: parameter.gradient,
          [SweepElementsArg.values]: parameter.address,
          [SweepElementsArg.program]: program,
          [SweepElementsArg.lossCell]: restCell,
          [SweepElementsArg.h]: hCell,
        }),
      );
    }
  }
}

/**
 * What a sweep costs, in nanoseconds: for each weight a row of the loss for every sample, where no input is zero. The rest of a network as a
 * program has one set of buffers, so that lane 0 runs it alone.
 */
function costOf({ loss, pre, out }: AffineSite, elements: number): number {
  if (loss === SweepLoss.program) return 0;
  // In float32, as all costs are.
  return 1.5 * elements * pre.shape[0]! * out.shape[1]!;
}

/** Writes a site's SweepField block; its address. */
function describe(
  composer: Composer,
  site: AffineSite,
  places: ReadonlyMap<Value, number>,
  tail: { program: number; lossCell: number; h: number },
): number {
  const [m, n] = site.pre.shape as [number, number];
  const p = site.out.shape[1]!;
  const at = (value: Value | undefined) => (value ? places.get(value)! : 0);
  const scratchBytes = sweepScratchBytes(m, p);
  const fields: Record<SweepField, number> = {
    [SweepField.m]: m,
    [SweepField.k]: site.x ? site.x.shape[1]! : 1,
    [SweepField.n]: n,
    [SweepField.x]: at(site.x),
    [SweepField.pre]: at(site.pre),
    [SweepField.activation]: site.activation,
    [SweepField.z]: at(site.z),
    [SweepField.nextWeight]: at(site.nextWeight),
    [SweepField.p]: p,
    [SweepField.out]: at(site.out),
    [SweepField.loss]: site.loss,
    [SweepField.targets]: at(site.targets),
    [SweepField.program]: tail.program,
    [SweepField.lossCell]: tail.lossCell,
    [SweepField.h]: tail.h,
    [SweepField.scratch]: composer.scratch(scratchBytes),
    [SweepField.scratchBytes]: scratchBytes,
  };
  const address = composer.allocate(SWEEP_BYTES);
  composer.write("int32", address, Object.assign(new Array<number>(SWEEP_BYTES / 4).fill(0), fields));
  return address;
}

/**
 * Bytes of one lane's scratch in assembly/sweep.ts: rows and inputs [m], a unit row [p], a copy of `out` and its exponentials [m, p], and
 * two vectors for each row and one more.
 */
function sweepScratchBytes(m: number, p: number): number {
  return 8 * (2 * m + p + (p % 2) + 2 * m * p + ((m * p) % 2)) + 2 * 16 * (m + 1);
}
