import { COMPRESSED_ROW_BYTES, GatherArg, GatherRowsArg, Op } from "../../assembly/isa.ts";
import { type Dataset, sampleCount } from "../data/dataset.ts";
import { DataError } from "../errors.ts";
import { readsOnlyAsRows } from "../graph/ops/matmul.ts";
import { topologicalOrder } from "../graph/order.ts";
import { type Placement, rootOf } from "../graph/plan.ts";
import type { Value } from "../graph/value.ts";
import type { Composer } from "../runtime/composer.ts";
import type { Engine } from "../runtime/engine.ts";
import { dtypeCodes, instruction } from "../runtime/instructions.ts";
import { Resources } from "../runtime/resources.ts";
import { bytesPerElement, type DTypeName, formatShape, size, type Tensor } from "../tensor.ts";
import { type CompressedDataset, compressedRows } from "./compressed.ts";
import { build, type Core, type TargetType } from "./core.ts";

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

/** Which rows a batch takes: `indices` (or the rows themselves where 0) from (step modulo stepsPerEpoch) · stride on. */
export interface RowChoice {
  readonly indices: number;
  readonly state: number;
  readonly stepsPerEpoch: number;
  readonly stride: number;
}

/**
 * Checks a data set against a network and copies it into linear memory: as compressed rows where most of it is zeros and the network
 * reads it only by a first affine layer, else as it is.
 *
 * @param classes of the network's output, where targets are class labels; undefined where they are values
 * @throws DataError for samples of another shape, NaN or infinity in the inputs, labels out of range
 * @throws MemoryError where it does not fit
 */
export function store(
  call: string,
  core: Core,
  data: Dataset,
  { classes, compress = true }: { classes: number | undefined; compress?: boolean },
): StoredDataset {
  const n = checked(call, core, data, classes);
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
    engine.heap.view("float64", ones, 2).set([data.scale ?? 1, 1]);
    const scales = { x: ones, t: ones + 8 };
    const rows = compress && readsRows(core) ? compressedRows(engine, data.x, owner, hold) : undefined;
    const x = rows ? undefined : place(engine, data.x, hold);
    const t = place(engine, data.t, hold);
    const asLabels = data.t.shape.length === 1 && classes !== undefined;
    return {
      n,
      density: rows?.density,
      targetFor: (dtype) =>
        asLabels ? { dtype: "int32", shape: [] } : { dtype, shape: data.t.shape.slice(1) },
      fetch(composer, leaves, choice) {
        const target = gatherDense(
          composer,
          leaves.t,
          { data: t, source: data.t.dtype, scale: scales.t },
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
  const operands = {
    [GatherArg.out]: address,
    [GatherArg.data]: from.data,
    [GatherArg.source]: dtypeCodes[from.source],
    [GatherArg.m]: m,
    [GatherArg.width]: size(sample),
    [GatherArg.indices]: choice.indices,
    [GatherArg.state]: choice.state,
    [GatherArg.stepsPerEpoch]: choice.stepsPerEpoch,
    [GatherArg.stride]: choice.stride,
    [GatherArg.scale]: from.scale,
  };
  composer.push(instruction<GatherArg>(Op.gather, leaf.dtype, operands));
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
  composer.push(instruction<GatherRowsArg>(Op.gatherRows, leaf.dtype, operands));
  return { value: leaf, address: 0, compressed: { rows, source, scale: from.scale } };
}

/** Whether the network reads its input in no other way than as the rows of a product, nor hands it on to the loss as its output. */
export function readsRows(core: Core): boolean {
  const { x, output } = build(core, 1);
  return rootOf(output) !== x && readsOnlyAsRows(topologicalOrder([output]), x);
}

function place({ heap }: Engine, { dtype, data }: Tensor, hold: (bytes: number) => number): number {
  const address = hold(data.length * bytesPerElement(dtype));
  heap.view(dtype, address, data.length).set(data);
  return address;
}

/** @returns the number of samples */
function checked(call: string, { inputShape }: Core, data: Dataset, classes: number | undefined): number {
  const n = sampleCount(data);
  if (n === 0) throw new DataError(`${call}: the data set is empty`);
  const sample = data.x.shape.slice(1);
  if (formatShape(sample) !== formatShape(inputShape)) {
    throw new DataError(
      `${call}: the network takes samples of ${formatShape(inputShape)}, those of x ${formatShape(data.x.shape)} are ` +
        `${formatShape(sample)}; reshape the data or make the network with { input: ${formatShape(sample)} }`,
    );
  }
  checkFinite(call, "x", data.x);
  if (classes === undefined || data.t.shape.length > 1) checkFinite(call, "t", data.t);
  if (classes !== undefined) checkLabels(call, data.t, classes);
  return n;
}

/** @param perSample elements of a sample @throws DataError naming the first element that is NaN or infinite */
export function checkFinite(
  call: string,
  name: string,
  { dtype, data, shape }: Tensor,
  perSample = size(shape.slice(1)),
): void {
  if (dtype !== "float32" && dtype !== "float64") return;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    throw new DataError(
      `${call}: ${name} ${formatShape(shape)} is ${data[i]} at sample ${Math.floor(i / perSample)}, ` +
        `element ${i % perSample}; remove such samples or fill the gaps first`,
    );
  }
}

/** @throws DataError naming the first label that is no class of the network's */
export function checkLabels(call: string, t: Tensor, classes: number): void {
  if (t.shape.length === 1) {
    const index = t.data.findIndex(
      (label: number) => !(Number.isInteger(label) && label >= 0 && label < classes),
    );
    if (index < 0) return;
    throw new DataError(
      `${call}: label ${t.data[index]} of sample ${index} is out of range; the network's output has ${classes} classes, ` +
        `so labels are whole numbers from 0 to ${classes - 1}`,
    );
  }
  if (t.shape.length !== 2 || t.shape[1] !== classes) {
    throw new DataError(
      `${call}: t is ${formatShape(t.shape)}, the network's output has ${classes} classes; ` +
        `t must be labels [n] or one-hot rows [n, ${classes}]`,
    );
  }
}
