import { DType, GatherArg, Op } from "../../assembly/isa.ts";
import { type Dataset, sampleCount } from "../data/dataset.ts";
import { DataError } from "../errors.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Block } from "../runtime/heap.ts";
import { type Instruction, instruction } from "../runtime/instructions.ts";
import { bytesPerElement, type DTypeName, formatShape, size, type Tensor } from "../tensor.ts";
import type { Core, TargetType } from "./core.ts";

/** A data set in linear memory, in its own type. */
export interface StoredDataset {
  /** samples */
  readonly n: number;
  /** What its targets are to a network that computes in `dtype`. */
  targetFor(dtype: DTypeName): TargetType;
  /** Instructions that gather a batch's inputs and targets, as `dtype`: where they come to lie, and how the rows are chosen. */
  gather(dtype: DTypeName, to: { x: number; t: number; m: number }, rows: RowChoice): Instruction[];
  dispose(): void;
}

/** Which rows a gather takes: `indices` (or the rows themselves where 0) from (step modulo stepsPerEpoch) · stride on. */
export interface RowChoice {
  readonly indices: number;
  readonly state: number;
  readonly stepsPerEpoch: number;
  readonly stride: number;
}

/**
 * Checks a data set against a network and copies it into linear memory.
 *
 * @param classes of the network's output, where targets are class labels; undefined where they are values
 * @throws DataError for samples of another shape, NaN or infinity in the inputs, labels out of range
 * @throws MemoryError where it does not fit
 */
export function store(call: string, core: Core, data: Dataset, classes: number | undefined): StoredDataset {
  const n = checked(call, core, data, classes);
  const { engine, owner, inputShape } = core;
  const asLabels = data.t.shape.length === 1 && classes !== undefined;
  const targetFor = (dtype: DTypeName): TargetType =>
    asLabels ? { dtype: "int32", shape: [] } : { dtype, shape: data.t.shape.slice(1) };
  const x = place(engine, data.x, owner);
  const t = place(engine, data.t, owner);
  const scale = engine.heap.allocate(16, owner);
  engine.heap.view("float64", scale.address, 2).set([data.scale ?? 1, 1]);
  return {
    n,
    targetFor,
    gather(dtype, to, rows) {
      const target = targetFor(dtype);
      const common = { ...rows, m: to.m };
      return [
        instruction(Op.gather, dtype, GatherArg, {
          ...common,
          out: to.x,
          data: x.address,
          source: DType[data.x.dtype],
          width: size(inputShape),
          scale: scale.address,
        }),
        instruction(Op.gather, target.dtype, GatherArg, {
          ...common,
          out: to.t,
          data: t.address,
          source: DType[data.t.dtype],
          width: size(target.shape),
          scale: scale.address + 8,
        }),
      ];
    },
    dispose() {
      for (const block of [x, t, scale]) engine.heap.free(block);
    },
  };
}

function place({ heap }: Engine, { dtype, data }: Tensor, owner: string): Block {
  const block = heap.allocate(data.length * bytesPerElement(dtype), `${owner}: data`);
  heap.view(dtype, block.address, data.length).set(data);
  return block;
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

/** @throws DataError naming the first element that is NaN or infinite */
export function checkFinite(call: string, name: string, { dtype, data, shape }: Tensor): void {
  if (dtype !== "float32" && dtype !== "float64") return;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const perSample = size(shape.slice(1));
    const where =
      shape.length > 0 ? `sample ${Math.floor(i / perSample)}, element ${i % perSample}` : "the scalar";
    throw new DataError(
      `${call}: ${name} ${formatShape(shape)} is ${data[i]} at ${where}; remove such samples or fill the gaps before training`,
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
