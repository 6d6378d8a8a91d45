// Samples that a caller gives with each run of a program: checked, and made what a graph reads them as.

import { CheckFiniteArg } from "../../assembly/isa/data.ts";
import { Op } from "../../assembly/isa/index.ts";
import { COMPRESSED_ROW_BYTES, CompressRowsArg } from "../../assembly/isa/sparse.ts";
import type { Placement } from "../graph/plan.ts";
import type { Value } from "../graph/value.ts";
import type { Composer } from "../runtime/composer.ts";
import { dtypeCodes, type Instruction, instruction } from "../runtime/instructions.ts";
import { bytesPerElement, type DTypeName, size, type TypedArray } from "../tensor.ts";
import { compressedBytes } from "./compressed.ts";
import { gather } from "./gather.ts";

/** How samples are given: in which type, what to multiply them by, and whether to skip their zeros. */
export interface Given {
  readonly dtype: DTypeName;
  readonly scale: number;
  readonly sparse: boolean;
}

/** What tells programs apart by how their samples are given. */
export function keyOf(given: readonly Given[]): string {
  return given.map(({ dtype, scale, sparse }) => `${dtype} ${scale} ${sparse}`).join();
}

/** Samples of all inputs as a program takes them. */
export interface GivenInputs {
  /** views of where they go in, as they are given */
  readonly xs: readonly (() => TypedArray)[];
  /** of each input one number: NaN where an element was not finite */
  readonly finite: readonly (() => Float64Array)[];
  /** where they come to lie for a graph */
  readonly placements: readonly Placement[];
}

/** Writes the instructions that check samples, and make them what a graph reads them as. */
export function givenInputs(
  composer: Composer,
  leaves: readonly Value[],
  given: readonly Given[],
): GivenInputs {
  const inputs = leaves.map((leaf, i) => {
    const { dtype } = given[i]!;
    const n = size(leaf.shape);
    const [x, finite] = [composer.allocate(n * bytesPerElement(dtype)), composer.allocate(8)];
    return {
      placement: givenInput(composer, leaf, { ...given[i]!, x, finite }),
      x: composer.view(dtype, x, n),
      finite: composer.view("float64", finite, 1),
    };
  });
  return {
    xs: inputs.map(({ x }) => x),
    finite: inputs.map(({ finite }) => finite),
    placements: inputs.map(({ placement }) => placement),
  };
}

function givenInput(
  composer: Composer,
  leaf: Value,
  { dtype, scale, sparse, x, finite }: Given & { readonly x: number; readonly finite: number },
): Placement {
  const [m, ...sample] = leaf.shape as [number, ...number[]];
  const width = size(sample);
  const source = dtypeCodes[dtype];
  const checks = dtype === "float32" || dtype === "float64";
  const check = (a: number, n: number) => composer.push(checkFinite(dtype, finite, a, n));
  if (sparse) {
    const stride = compressedBytes(width, dtype);
    const rows = composer.allocate(m * COMPRESSED_ROW_BYTES);
    const out = composer.allocate(m * stride);
    // Each row's elements are checked as they pass, all that remains to be checked is one number of each.
    const ofRows = checks ? composer.allocate(m * bytesPerElement(dtype)) : 0;
    const operands = {
      [CompressRowsArg.rows]: rows,
      [CompressRowsArg.out]: out,
      [CompressRowsArg.stride]: stride,
      [CompressRowsArg.data]: x,
      [CompressRowsArg.source]: source,
      [CompressRowsArg.m]: m,
      [CompressRowsArg.width]: width,
      [CompressRowsArg.finite]: ofRows,
    };
    composer.push(instruction<CompressRowsArg>(Op.compressRows, leaf.dtype, operands, 0.25 * m * width));
    if (checks) check(ofRows, m);
    return { value: leaf, address: 0, compressed: { rows, source, scale: factor(composer, scale) } };
  }
  if (checks) check(x, m * width);
  if (dtype === leaf.dtype && scale === 1) return { value: leaf, address: x };
  const out = composer.room(leaf);
  composer.push(
    gather(leaf.dtype, { out, data: x, source: dtype, m, width, scale: factor(composer, scale) }),
  );
  return { value: leaf, address: out };
}

/** The address of a number. */
export function factor(composer: Composer, value: number): number {
  const address = composer.allocate(8);
  composer.write("float64", address, [value]);
  return address;
}

/** The instruction that looks whether `n` numbers at `a` are finite. */
export function checkFinite(dtype: DTypeName, out: number, a: number, n: number): Instruction {
  return instruction<CheckFiniteArg>(Op.checkFinite, dtype, {
    [CheckFiniteArg.out]: out,
    [CheckFiniteArg.a]: a,
    [CheckFiniteArg.n]: n,
  });
}
