import { expect, test } from "vitest";
import { TRANSPOSE_A, TRANSPOSE_B } from "../../assembly/isa/gemm.ts";
import { TOTALS_BYTES } from "../../assembly/sums.ts";
import { matmulWorkspaceBytes } from "../../src/runtime/matmul-workspace.ts";

const BOTH = TRANSPOSE_A | TRANSPOSE_B;

test("scratch is a multiple of the alignment and covers every orientation", () => {
  for (const elementBytes of [4, 8] as const) {
    for (const [m, n, k] of [
      [1, 1, 1],
      [5, 3, 7],
      [100, 50, 784],
      [4096, 4096, 4096],
      [1, 1, 1025],
    ] as const) {
      const bound = matmulWorkspaceBytes(m, n, k, elementBytes);
      expect(bound % 64).toBe(0);
      for (const transposed of [0, TRANSPOSE_A, TRANSPOSE_B, BOTH]) {
        expect(matmulWorkspaceBytes(m, n, k, elementBytes, transposed)).toBeLessThanOrEqual(bound);
      }
    }
  }
});

test("the batch of the book's network: 400 steps of k, 50 columns in whole panels of 16", () => {
  expect(matmulWorkspaceBytes(100, 50, 784, 4, 0)).toBe(400 * 64 * 4);
});

test("scratch stops growing at one block", () => {
  const cube = (size: number) => matmulWorkspaceBytes(size, size, size, 4, BOTH);
  expect(cube(1024)).toBe(matmulWorkspaceBytes(8192, 8192, 1024, 4, BOTH));
  expect(cube(8192)).toBe(cube(1024) + TOTALS_BYTES);
});

test("a few rows read b in place and need none", () => {
  expect(matmulWorkspaceBytes(4, 1000, 1000, 4, 0)).toBe(0);
  expect(matmulWorkspaceBytes(4, 1000, 1000, 4, TRANSPOSE_B)).toBeGreaterThan(0);
  expect(matmulWorkspaceBytes(1000, 1, 1000, 4, TRANSPOSE_A)).toBe(0);
});

test("long sums need their totals", () => {
  expect(matmulWorkspaceBytes(4, 1000, 1025, 4, 0)).toBe(4 * 512 * 8);
  expect(matmulWorkspaceBytes(784, 52, 2000, 4, TRANSPOSE_A)).toBe(784 * 52 * 8 + 400 * (64 + 16) * 4);
});
