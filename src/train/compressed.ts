import { CompressRowsArg, CountNonZerosArg, DType, Op } from "../../assembly/isa.ts";
import type { Engine } from "../runtime/engine.ts";
import { instruction, runOnce } from "../runtime/instructions.ts";
import { bytesPerElement, size, type Tensor } from "../tensor.ts";

/** A data set's inputs without their zeros: addresses, as assembly/sparse/rows.ts has them. */
export interface CompressedDataset {
  readonly starts: number;
  readonly columns: number;
  readonly values: number;
  /** the most elements in one row */
  readonly capacity: number;
  /** the share of elements that are not zero */
  readonly density: number;
}

/** Above this share of elements that are not zero, skipping the others costs more than it saves (measured: `npm run bench`). */
const DENSEST = 0.4;
/** Columns are held as 16 bits. */
const WIDEST = 65536;

/**
 * Compresses the rows of a tensor into linear memory, if that pays.
 *
 * @param x [n, …]
 * @param owner whose memory it is, in reports
 * @param hold allocates what stays
 * @returns undefined where the tensor is too dense, or too wide
 */
export function compressedRows(
  engine: Engine,
  x: Tensor,
  owner: string,
  hold: (bytes: number) => number,
): CompressedDataset | undefined {
  const { heap } = engine;
  const rows = x.shape[0]!;
  const width = size(x.shape.slice(1));
  if (width > WIDEST || !looksSparse(x)) return undefined;
  const dense = heap.allocate(x.data.length * bytesPerElement(x.dtype), owner);
  try {
    heap.view(x.dtype, dense.address, x.data.length).set(x.data);
    const starts = hold(4 * (rows + 2));
    const common = { data: dense.address, source: DType[x.dtype], rows, width, starts };
    runOnce(engine, instruction(Op.countNonZeros, "float32", CountNonZerosArg, common));
    const [total, most] = heap.view("int32", starts + 4 * rows, 2) as unknown as [number, number];
    const columns = hold(2 * total);
    const values = hold(total * bytesPerElement(x.dtype));
    runOnce(engine, instruction(Op.compressRows, "float32", CompressRowsArg, { ...common, columns, values }));
    return { starts, columns, values, capacity: Math.max(most, 1), density: total / x.data.length };
  } finally {
    heap.free(dense);
  }
}

/** Samples at most a few thousand elements, spread evenly: enough to tell 20 % from 40 %. */
function looksSparse({ data }: Tensor): boolean {
  const step = Math.max(1, Math.floor(data.length / 4096)) | 1;
  let seen = 0;
  let nonZero = 0;
  for (let i = 0; i < data.length; i += step) {
    seen++;
    if (data[i] !== 0) nonZero++;
  }
  return nonZero <= DENSEST * seen;
}
