import type { Op } from "../../assembly/isa/index.ts";
import { StateError } from "../errors.ts";
import type { Engine } from "../runtime/engine.ts";
import { roundUp } from "../runtime/heap.ts";
import { type Instruction, instruction, type Operands } from "../runtime/instructions.ts";
import { bytesPerElement, type DTypeName, size } from "../tensor.ts";
import { assignOffsets, type Interval } from "./arena.ts";
import { fuse } from "./fuse.ts";
import { copy } from "./ops/reduce.ts";
import { rootOf } from "./ops/reshape.ts";
import { topologicalOrder } from "./order.ts";
import {
  type CompressedRows,
  type Emitter,
  isGiven,
  isLeaf,
  type LeafAttributes,
  type Node,
  type Value,
} from "./value.ts";

/** A value that must lie at an address of the caller's. */
export interface Placement {
  readonly value: Value;
  readonly address: number;
  /** for an input that is held without its zeros; `address` is then of no use */
  readonly compressed?: CompressedRows;
}

/** A graph laid out in memory, its instructions in order. */
export interface Plan {
  readonly instructions: readonly Instruction[];
  /** Bytes of the arena that the intermediate values share. */
  readonly arenaBytes: number;
  dispose(): void;
}

/**
 * Lays a graph out: fuses it, gives every intermediate value its place in one arena for as long as it is needed, and writes the
 * instructions.
 *
 * @param outputs what the program computes, and where it must come to lie
 * @param given where the leaves (inputs and parameters) lie
 * @param owner whose memory the arena is, in reports
 * @param run the address of the RunField block that random elements are drawn by; a graph that has none needs none
 */
export function plan(
  engine: Engine,
  outputs: readonly Placement[],
  given: readonly Placement[],
  owner: string,
  run = 0,
): Plan {
  const wanted = fuse(ownPlaces(outputs.map(({ value }) => value)));
  const order = topologicalOrder(wanted);
  const addresses = new Map<Value, number>(given.map(({ value, address }) => [value, address]));
  for (const [index, { address }] of outputs.entries()) addresses.set(rootOf(wanted[index]!), address);

  const compressedRows = new Map(given.map((placement) => [placement.value, placement.compressed]));
  const compressed = (value: Value) => compressedRows.get(rootOf(value));
  const isCompressed = (value: Value) => compressed(value) !== undefined;

  const placed = new Set(addresses.keys());
  const read = new Set(order.flatMap(({ inputs }) => inputs.map(rootOf)));
  const { offsets, bytes: arenaBytes } = layOut(order, addresses);
  const workspaceBytes = roundUp(
    Math.max(0, ...order.map((node) => node.operation.workspace?.(node, isCompressed) ?? 0)),
  );
  // Each node asks for two constants at most.
  const constantBytes = roundUp(16 * order.length);
  const wordBytes = roundUp(4 * order.reduce((total, { operation }) => total + (operation.words ?? 0), 0));
  const scratchBytes = workspaceBytes * engine.lanes.count;
  const block = engine.heap.allocate(constantBytes + wordBytes + arenaBytes + scratchBytes, owner);
  const constants = constantsAt(engine, block.address);
  let nextWords = block.address + constantBytes;
  const arena = nextWords + wordBytes;
  for (const [value, offset] of offsets) addresses.set(value, arena + offset);

  const instructions: Instruction[] = [];
  const emitter: Emitter = {
    ...constants,
    run,
    workspace: arena + arenaBytes,
    workspaceBytes,
    address(value) {
      const root = rootOf(value);
      const known = addresses.get(root);
      if (known !== undefined) return known;
      if (isLeaf(root)) throw stranger(root);
      return constants.addressOf(root);
    },
    isWanted: (value) => read.has(value) || placed.has(value),
    compressed,
    words(values) {
      const at = nextWords;
      engine.heap.view("int32", at, values.length).set(values);
      nextWords += 4 * values.length;
      return at;
    },
    emit<Arg extends number = never>(
      op: Op,
      dtype: DTypeName,
      operands: Operands<Arg>,
      nanoseconds?: number,
    ) {
      instructions.push(instruction<Arg>(op, dtype, operands, nanoseconds));
    },
  };
  try {
    for (const node of order) node.operation.emit(node, emitter);
  } catch (error) {
    engine.heap.free(block);
    throw error;
  }
  return {
    instructions,
    arenaBytes,
    dispose() {
      engine.heap.free(block);
    },
  };
}

/** A leaf that the program is not given: it was kept from another call of a layer's function, or of a loss's. */
function stranger({ node }: Value): StateError {
  const { name } = node.attributes as LeafAttributes;
  return new StateError(
    `${name}: this value belongs to another network or call: use what the function is given at each call`,
  );
}

/** Copies what cannot lie where the caller wants it, because it lies elsewhere already: a leaf, a view of one, the same value twice. */
function ownPlaces(values: readonly Value[]): Value[] {
  const taken = new Set<Value>();
  return values.map((value) => {
    const root = rootOf(value);
    if (!isGiven(root) && !taken.has(root)) {
      taken.add(root);
      return value;
    }
    return copy(value);
  });
}

/** Gives each intermediate value an offset in the arena, values whose lifetimes do not meet sharing memory. */
function layOut(order: readonly Node[], placed: ReadonlyMap<Value, number>) {
  const lastUse = new Map<Value, number>();
  order.forEach((node, time) => {
    for (const value of node.inputs) lastUse.set(rootOf(value), time);
  });

  const intervals: Interval[] = [];
  const intervalOf = new Map<Value, Interval>();
  order.forEach((node, time) => {
    if (node.operation.view) return;
    for (const output of node.outputs) {
      if (isGiven(output) || placed.has(output)) continue;
      const end = lastUse.get(output) ?? time;
      const bytes = roundUp(size(output.shape) * bytesPerElement(output.dtype));
      const reused = node.operation.inPlace ? inPlaceOf(node, time, lastUse, intervalOf) : undefined;
      if (reused) reused.end = end;
      const interval = reused ?? { start: time, end, bytes, offset: 0 };
      if (!reused) intervals.push(interval);
      intervalOf.set(output, interval);
    }
  });
  const bytes = assignOffsets(intervals);
  return { bytes, offsets: new Map([...intervalOf].map(([value, { offset }]) => [value, offset])) };
}

/** The interval of an input that dies here and is as large as the output. */
function inPlaceOf(
  node: Node,
  time: number,
  lastUse: ReadonlyMap<Value, number>,
  intervalOf: ReadonlyMap<Value, Interval>,
): Interval | undefined {
  const output = node.outputs[0]!;
  for (const value of node.inputs) {
    const root = rootOf(value);
    const interval = intervalOf.get(root);
    const dies = lastUse.get(root) === time && interval?.end === time;
    if (dies && size(value.shape) === size(output.shape)) return interval;
  }
  return undefined;
}

/** Scalars known at planning time, in cells from `address` on: float64 for coefficients, and of the dtype for operands. */
function constantsAt(engine: Engine, address: number) {
  const cells = new Map<string, number>();
  const cell = (value: number, dtype: "float32" | "float64") => {
    const key = `${dtype}:${Object.is(value, -0) ? "-0" : value}`;
    let at = cells.get(key);
    if (at === undefined) {
      at = address + 8 * cells.size;
      cells.set(key, at);
      engine.heap.view(dtype, at, 1)[0] = value;
    }
    return at;
  };
  const scalar = (value: number, dtype: DTypeName) =>
    cell(value, dtype === "float64" ? "float64" : "float32");
  return {
    scalar,
    constant: (value: number) => cell(value, "float64"),
    addressOf({ node, dtype }: Value) {
      return scalar((node.attributes as { readonly value: number }).value, dtype);
    },
  };
}
