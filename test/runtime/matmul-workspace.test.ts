import { expect, test } from "vitest";
import { TRANSPOSE_A, TRANSPOSE_B } from "../../assembly/isa.ts";
import { matmulWorkspaceBytes } from "../../src/runtime/matmul-workspace.ts";

const BOTH = TRANSPOSE_A | TRANSPOSE_B;

test("scratch is a multiple of the alignment and covers every orientation", () => {
  for (const elementBytes of [4, 8] as const) {
    for (const [m, n, k] of [
      [1, 1, 1],
      [5, 3, 7],
      [100, 50, 784],
      [4096, 4096, 4096],
    ] as const) {
      const bound = matmulWorkspaceBytes(m, n, k, elementBytes);
      expect(bound % 64).toBe(0);
      for (const transposed of [0, TRANSPOSE_A, TRANSPOSE_B, BOTH]) {
        expect(matmulWorkspaceBytes(m, n, k, elementBytes, transposed)).toBeLessThanOrEqual(bound);
      }
    }
  }
});

test("the batch of the book's network: 400 steps of k, 52 columns", () => {
  expect(matmulWorkspaceBytes(100, 50, 784, 4, 0)).toBe(400 * 52 * 4);
});

test("scratch stops growing at one block", () => {
  expect(matmulWorkspaceBytes(8192, 8192, 8192, 4, BOTH)).toBe(
    matmulWorkspaceBytes(1024, 1024, 1024, 4, BOTH),
  );
});

test("a few rows read b in place and need none", () => {
  expect(matmulWorkspaceBytes(4, 1000, 1000, 4, 0)).toBe(0);
  expect(matmulWorkspaceBytes(4, 1000, 1000, 4, TRANSPOSE_B)).toBeGreaterThan(0);
  expect(matmulWorkspaceBytes(1000, 1, 1000, 4, TRANSPOSE_A)).toBe(0);
});
