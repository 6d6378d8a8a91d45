import { Op } from "../../assembly/isa/index.ts";
import { COMPRESSED_ROW_BYTES, CompressRowsArg, CountNonZerosArg } from "../../assembly/isa/sparse.ts";
import { BLOCK_COLUMNS } from "../../assembly/sparse/blocking.ts";
import type { Engine } from "../runtime/engine.ts";
import { dtypeCodes, instruction, runOnce } from "../runtime/instructions.ts";
import { bytesPerElement, type DTypeName, size, type Tensor } from "../tensor.ts";

/** A data set's inputs without their zeros. */
export interface CompressedDataset {
  /** address of the table of their compressed rows (assembly/sparse/rows.ts) */
  readonly rows: number;
  /** the share of elements that are not zero */
  readonly density: number;
}

/** Above this share of elements that are not zero, skipping the others costs more than it saves (measured: `npm run bench`). */
const DENSEST = 0.4;

/**
 * Compresses the rows of a tensor into linear memory, if that pays.
 *
 * @param x [n, …]
 * @param owner whose memory it is, in reports
 * @param hold allocates what stays
 * @returns undefined where the tensor is too dense
 */
export function compressedRows(
  engine: Engine,
  x: Tensor,
  owner: string,
  hold: (bytes: number) => number,
): CompressedDataset | undefined {
  const { heap } = engine;
  const m = x.shape[0]!;
  const width = size(x.shape.slice(1));
  if (!looksSparse(x)) return undefined;
  const source = dtypeCodes[x.dtype];
  const dense = heap.allocate(x.data.length * bytesPerElement(x.dtype), owner);
  try {
    heap.view(x.dtype, dense.address, x.data.length).set(x.data);
    const data = dense.address;
    const rows = hold(m * COMPRESSED_ROW_BYTES);
    const counted = {
      [CountNonZerosArg.out]: rows,
      [CountNonZerosArg.data]: data,
      [CountNonZerosArg.source]: source,
      [CountNonZerosArg.rows]: m,
      [CountNonZerosArg.width]: width,
    };
    runOnce(engine, instruction<CountNonZerosArg>(Op.countNonZeros, "float32", counted));
    const total = heap.view("int32", rows, 1)[0]! >>> 0;
    // Before the last row's end is known, its values lie as far out as those of a row without zeros.
    const out = hold(
      m * headBytes(width) + total * (2 + bytesPerElement(x.dtype)) + compressedBytes(width, x.dtype),
    );
    const compressed = {
      [CompressRowsArg.rows]: rows,
      [CompressRowsArg.out]: out,
      [CompressRowsArg.stride]: 0,
      [CompressRowsArg.data]: data,
      [CompressRowsArg.source]: source,
      [CompressRowsArg.m]: m,
      [CompressRowsArg.width]: width,
      [CompressRowsArg.finite]: 0,
    };
    runOnce(engine, instruction<CompressRowsArg>(Op.compressRows, "float32", compressed));
    return { rows, density: total / x.data.length };
  } finally {
    heap.free(dense);
  }
}

/** Room for a compressed row of any density, and for what compressing it writes past its end (assembly/sparse/compress.ts). */
export function compressedBytes(width: number, dtype: DTypeName): number {
  return headBytes(width) + width * (2 + bytesPerElement(dtype)) + 32;
}

/** Bytes of what stands before a row's columns: where its blocks end. */
function headBytes(width: number): number {
  return 2 * (Math.ceil(width / BLOCK_COLUMNS) - 1);
}

/** Whether skipping zeros pays. Looks at about so many elements, spread evenly: by default enough to tell 35 % from 40 %. */
export function looksSparse({ data }: Tensor, samples = 4096): boolean {
  const step = Math.max(1, Math.floor(data.length / samples)) | 1;
  let seen = 0;
  let nonZero = 0;
  for (let i = 0; i < data.length; i += step) {
    seen++;
    if (data[i] !== 0) nonZero++;
  }
  return nonZero <= DENSEST * seen;
}
