import { BLOCK_K, BLOCK_M, BLOCK_N_BYTES } from "../../assembly/gemm/blocking.ts";
import { ALIGNMENT } from "../../assembly/isa.ts";

/**
 * How much scratch one lane of a matmul needs for its packed panels, in bytes: a bound that holds for either operand transposed
 * and for any number of lanes, and that does not grow beyond one block however large the matrices are.
 *
 * @param m rows of the result
 * @param n columns of the result
 * @param k length of the sums
 * @param elementBytes 4 or 8
 * @returns a multiple of 64: `workspaceBytes` of the instruction, whose `workspace` holds as much for each lane
 *
 * @example
 * matmulWorkspaceBytes(100, 50, 784, 4);
 */
export function matmulWorkspaceBytes(m: number, n: number, k: number, elementBytes: 4 | 8): number {
  const vector = 16 / elementBytes;
  const depth = Math.min(roundUp(k, 4), BLOCK_K);
  const columns = Math.min(roundUp(n, vector), BLOCK_N_BYTES / elementBytes);
  // Panels of `a` are packed in whole cache lines: a block has all its rows, whatever m is.
  const rows = m > 0 ? BLOCK_M : 0;
  return roundUp(depth * (columns + rows) * elementBytes, ALIGNMENT);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
