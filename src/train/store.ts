import { Op } from "../../assembly/isa/index.ts";
import { COMPRESSED_ROW_BYTES, GatherRowsArg } from "../../assembly/isa/sparse.ts";
import { MOST_COLUMNS } from "../../assembly/sparse/blocking.ts";
import type { CheckedDataset } from "../data/dataset.ts";
import { DataError } from "../errors.ts";
import { readsOnlyAsRows } from "../graph/ops/matmul.ts";
import { rootOf } from "../graph/ops/reshape.ts";
import { topologicalOrder } from "../graph/order.ts";
import type { Placement } from "../graph/plan.ts";
import type { Value } from "../graph/value.ts";
import type { Composer } from "../runtime/composer.ts";
import type { Engine } from "../runtime/engine.ts";
import { dtypeCodes, instruction } from "../runtime/instructions.ts";
import { Resources } from "../runtime/resources.ts";
import { bytesPerElement, type DTypeName, formatShape, sameShape, size, type Tensor } from "../tensor.ts";
import { type CompressedDataset, compressedRows } from "./compressed.ts";
import { build, type Core, inference, type TargetType, training } from "./core.ts";
import { gather, type RowChoice } from "./gather.ts";
import { checkFinite, checkTargets, formOf, formsOf, type TargetRule, type Targets } from "./targets.ts";

/** A data set in linear memory, in its own type. */
export interface StoredDataset {
  /** samples */
  readonly n: number;
  /** the share of the inputs' elements that are not zero, where they are held as compressed rows */
  readonly density: number | undefined;
  /** What its targets are to a network that computes in `dtype`. */
  targetFor(dtype: DTypeName): TargetType;
  /** Writes the instructions that fetch a batch for the leaves x and t, as their dtypes; where they come to lie. */
  fetch(composer: Composer, leaves: { readonly x: Value; readonly t: Value }, rows: RowChoice): Placement[];
  dispose(): void;
}

/**
 * Checks a data set against a network and copies it into linear memory: as compressed rows where most of it is zeros and the network
 * reads it only by a first affine layer, else as it is.
 *
 * @param call how messages name the caller and the data set @param rule what targets must be
 * @throws DataError for samples of another shape, NaN or infinity in the inputs, labels out of range
 * @throws MemoryError where it does not fit
 */
export function store(
  call: string,
  core: Core,
  data: CheckedDataset,
  rule: TargetRule,
  { compress = true }: { compress?: boolean } = {},
): StoredDataset {
  const { n, scale } = data;
  const { type, values } = checked(call, core, data, rule);
  const { engine } = core;
  const owner = `${core.owner}: data`;
  const held = new Resources();
  const hold = (bytes: number) => {
    const block = engine.heap.allocate(bytes, owner);
    held.add({ dispose: () => engine.heap.free(block) });
    return block.address;
  };
  try {
    const ones = hold(16);
    engine.heap.view("float64", ones, 2).set([scale, 1]);
    const scales = { x: ones, t: ones + 8 };
    const rows = compress && readsRows(core) ? compressedRows(engine, data.x, owner, hold) : undefined;
    const x = rows ? undefined : place(engine, data.x, hold);
    const t = place(engine, values, hold);
    return {
      n,
      density: rows?.density,
      targetFor: (dtype) => (type.dtype === "int32" ? type : { ...type, dtype }),
      fetch(composer, leaves, choice) {
        const target = gatherDense(
          composer,
          leaves.t,
          { data: t, source: values.dtype, scale: scales.t },
          choice,
        );
        const input = rows
          ? gatherCompressed(composer, leaves.x, { ...rows, source: data.x.dtype, scale: scales.x }, choice)
          : gatherDense(composer, leaves.x, { data: x!, source: data.x.dtype, scale: scales.x }, choice);
        return [input, target];
      },
      dispose: () => held.dispose(),
    };
  } catch (error) {
    held.dispose();
    throw error;
  }
}

function gatherDense(
  composer: Composer,
  leaf: Value,
  from: { data: number; source: DTypeName; scale: number },
  choice: RowChoice,
): Placement {
  const [m, ...sample] = leaf.shape as [number, ...number[]];
  const address = composer.room(leaf);
  composer.push(gather(leaf.dtype, { out: address, ...from, m, width: size(sample) }, choice));
  return { value: leaf, address };
}

function gatherCompressed(
  composer: Composer,
  leaf: Value,
  from: CompressedDataset & { source: DTypeName; scale: number },
  choice: RowChoice,
): Placement {
  const m = leaf.shape[0]!;
  const source = dtypeCodes[from.source];
  const rows = composer.allocate((m + 1) * COMPRESSED_ROW_BYTES);
  const operands = {
    [GatherRowsArg.rows]: rows,
    [GatherRowsArg.dataset]: from.rows,
    [GatherRowsArg.source]: source,
    [GatherRowsArg.m]: m,
    [GatherRowsArg.indices]: choice.indices,
    [GatherRowsArg.state]: choice.state,
    [GatherRowsArg.stepsPerEpoch]: choice.stepsPerEpoch,
    [GatherRowsArg.stride]: choice.stride,
  };
  composer.push(instruction<GatherRowsArg>(Op.gatherRows, leaf.dtype, operands, 70 * m));
  return { value: leaf, address: 0, compressed: { rows, source, scale: from.scale } };
}

/**
 * Whether a network's inputs may be held as compressed rows: they are not too wide, and it reads them in no other way than as the rows of
 * a product, nor hands them on to the loss as its output.
 */
export function readsRows(core: Core): boolean {
  if (size(core.inputShape) > MOST_COLUMNS) return false;
  return [training, inference].every((mode) => {
    const { x, output, next } = build(core, 1, mode);
    const wanted = [output, ...next];
    return wanted.every((value) => rootOf(value) !== x) && readsOnlyAsRows(topologicalOrder(wanted), x);
  });
}

function place({ heap }: Engine, { dtype, data }: Tensor, hold: (bytes: number) => number): number {
  const address = hold(data.length * bytesPerElement(dtype));
  heap.view(dtype, address, data.length).set(data);
  return address;
}

/** @throws DataError where samples or targets are of another shape than the network's, out of range or not finite */
function checked(
  call: string,
  { inputShape, dtype }: Core,
  { x, t, n, scale }: CheckedDataset,
  rule: TargetRule,
): Targets {
  if (n === 0) throw new DataError(`${call}: the data set is empty`);
  const sample = x.shape.slice(1);
  if (!sameShape(sample, inputShape)) {
    throw new DataError(
      `${call}: the network takes samples of ${formatShape(inputShape)}, those of x ${formatShape(x.shape)} are ` +
        `${formatShape(sample)}; reshape the data or make the network with { input: ${formatShape(sample)} }`,
    );
  }
  checkFinite(call, "x", x, dtype, { scale });
  const form = formOf(t.shape, n, rule);
  if (form === undefined) {
    throw new DataError(
      `${call}: t is ${formatShape(t.shape)}; for the network's output ${formatShape(rule.outputShape)} ${rule.loss} ` +
        `takes ${formsOf(n, rule)}`,
    );
  }
  return checkTargets(call, form, t, n, rule);
}
