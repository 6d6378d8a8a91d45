import { Op } from "../../assembly/isa/index.ts";
import { COMPRESSED_ROW_BYTES, GatherRowsArg } from "../../assembly/isa/sparse.ts";
import { MOST_COLUMNS } from "../../assembly/sparse/blocking.ts";
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
import { type BuiltTargets, build, type Core, inference, type TargetType, training } from "./core.ts";
import type { Objective, Samples } from "./face.ts";
import { gather, type RowChoice } from "./gather.ts";
import { checkFinite, checkTargets, formOf, formsOf, type Targets, targetRules } from "./targets.ts";

/** A data set in linear memory, in its own type. */
export interface StoredDataset {
  /** samples */
  readonly n: number;
  /** of each input the share of elements that are not zero, where they are held as compressed rows */
  readonly densities: readonly (number | undefined)[];
  /** What its targets are to a network that computes in `dtype`, one for each term of the objective. */
  targetsFor(dtype: DTypeName): TargetType[];
  /** Writes the instructions that fetch a batch for the leaves, as their dtypes; where they come to lie: inputs, then targets. */
  fetch(composer: Composer, leaves: Pick<BuiltTargets, "xs" | "pairs">, rows: RowChoice): Placement[];
  dispose(): void;
}

/**
 * Checks a data set against a network and copies it into linear memory: inputs as compressed rows where most of them is zeros and the
 * network reads them only by a first affine layer, else as they are.
 *
 * @param call how messages name the caller and the data set
 * @throws DataError for samples of another shape, NaN or infinity in the inputs, labels out of range
 * @throws MemoryError where it does not fit
 */
export function store(
  call: string,
  core: Core,
  data: Samples,
  objective: Objective,
  { compress = true }: { compress?: boolean } = {},
): StoredDataset {
  const { n } = data;
  const targets = checked(call, core, data, objective);
  const { engine } = core;
  const owner = `${core.owner}: data`;
  const held = new Resources();
  const hold = (bytes: number) => {
    const block = engine.heap.allocate(bytes, owner);
    held.add({ dispose: () => engine.heap.free(block) });
    return block.address;
  };
  try {
    const scales = hold(8 * (1 + data.scales.length));
    engine.heap.view("float64", scales, 1 + data.scales.length).set([1, ...data.scales]);
    const reads = compress ? readsRows(core) : [];
    const inputs = data.x.map((x, i) => {
      const scale = scales + 8 * (1 + i);
      const rows = reads[i] ? compressedRows(engine, x, owner, hold) : undefined;
      const of = { source: x.dtype, scale };
      return rows ? { ...of, ...rows } : { ...of, data: place(engine, x, hold) };
    });
    const places = targets.map(({ values }) => ({
      data: place(engine, values, hold),
      source: values.dtype,
      scale: scales,
    }));
    return {
      n,
      densities: inputs.map((input) => ("density" in input ? input.density : undefined)),
      targetsFor: (dtype) => targets.map(({ type }) => (type.dtype === "int32" ? type : { ...type, dtype })),
      fetch(composer, { xs, pairs }, choice) {
        const ts = pairs.map(({ t }, i) => gatherDense(composer, t, places[i]!, choice));
        const fetched = inputs.map((input, i) =>
          "rows" in input
            ? gatherCompressed(composer, xs[i]!, input, choice)
            : gatherDense(composer, xs[i]!, input, choice),
        );
        return [...fetched, ...ts];
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
 * Whether each of a network's inputs may be held as compressed rows: it is not too wide, and is read in no other way than as the rows of
 * a product, nor handed on to a loss as an output.
 */
export function readsRows(core: Core): boolean[] {
  const built = [training, inference].map((mode) => build(core, 1, mode));
  return core.inputs.map(
    ({ shape }, i) =>
      size(shape) <= MOST_COLUMNS &&
      built.every(({ xs, outputs, next }) => {
        const [x, wanted] = [xs[i]!, [...outputs, ...next]];
        return wanted.every((value) => rootOf(value) !== x) && readsOnlyAsRows(topologicalOrder(wanted), x);
      }),
  );
}

function place({ heap }: Engine, { dtype, data }: Tensor, hold: (bytes: number) => number): number {
  const address = hold(data.length * bytesPerElement(dtype));
  heap.view(dtype, address, data.length).set(data);
  return address;
}

/** @throws DataError where samples or targets are of another shape than the network's, out of range or not finite */
function checked(call: string, core: Core, { x, t, n, scales }: Samples, objective: Objective): Targets[] {
  const { inputs, dtype, face } = core;
  if (n === 0) throw new DataError(`${call}: the data set is empty`);
  for (const [i, tensor] of x.entries()) {
    const { shape } = inputs[i]!;
    const label = face.label(inputs[i]!);
    const sample = tensor.shape.slice(1);
    if (!sameShape(sample, shape)) {
      throw new DataError(
        `${call}: the network takes samples of ${formatShape(shape)}, but ${label} is ${formatShape(tensor.shape)}; reshape it ` +
          `(channelsLast?) or make the network with { ${face.option(inputs[i]!, formatShape(sample))} }`,
      );
    }
    checkFinite(call, label, tensor, dtype, { scale: scales[i]! });
  }
  return targetRules(core, objective).map((rule, i) => {
    const own = t[i]!;
    const form = formOf(own.shape, n, rule);
    if (form === undefined) {
      throw new DataError(
        `${call}: ${rule.label} is ${formatShape(own.shape)}; for the network's output ${formatShape(rule.outputShape)} ${rule.loss} ` +
          `takes ${formsOf(n, rule)}`,
      );
    }
    return checkTargets(call, form, own, n, rule);
  });
}
