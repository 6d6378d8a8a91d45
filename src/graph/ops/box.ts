// Boxes of elements, one side of which is walked by strides: what permutations, slices and tensors side by side are copied as.

import { ExtensionOp } from "../../../assembly/isa/index.ts";
import { CopyArg } from "../../../assembly/isa/indexing.ts";
import { OptionError } from "../../errors.ts";
import { extension } from "../../runtime/extension.ts";
import { bytesPerElement, type DTypeName, size } from "../../tensor.ts";
import type { Emitter, Shape, Value } from "../value.ts";

const copyOp = /* @__PURE__ */ extension(ExtensionOp.copy);

/** An axis of a box that is copied: its length, and the element stride of the side that is not contiguous. */
interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** A box of elements, and where its sides begin, in elements. */
export interface Box {
  readonly out: Value;
  readonly a: Value;
  /** where the side that is walked by strides begins */
  readonly begin: number;
  readonly axes: readonly Axis[];
  /** whether that side is `out` */
  readonly scatters: boolean;
}

/** As many axes as an instruction has. */
const MOST_AXES = 5;

/** Strides of a contiguous tensor. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => size(shape.slice(axis + 1)));
}

/** Axes of length 1 left out, and what is walked as one axis made one. */
function merged(axes: readonly Axis[]): Axis[] {
  const result: Axis[] = [];
  for (const axis of axes.filter(({ size }) => size > 1)) {
    const last = result.at(-1);
    if (last?.stride === axis.stride * axis.size) {
      result[result.length - 1] = { size: last.size * axis.size, stride: axis.stride };
    } else result.push(axis);
  }
  return result;
}

/** Writes the instructions that copy a box: one, or one for each outer index of a box of more axes than an instruction has. */
export function emitCopy({ out, a, begin, axes: all, scatters }: Box, emitter: Emitter): void {
  const bytes = bytesPerElement(out.dtype);
  const axes = merged(all);
  const outer = axes.splice(0, Math.max(0, axes.length - MOST_AXES));
  while (axes.length < MOST_AXES) axes.unshift({ size: 1, stride: 1 });
  const elements = axes.reduce((total, axis) => total * axis.size, 1);
  const repeats = outer.reduce((total, axis) => total * axis.size, 1);
  const [d0, d1, d2, d3, d4] = axes as [Axis, Axis, Axis, Axis, Axis];
  for (let index = 0; index < repeats; index++) {
    let rest = index;
    let walked = begin;
    for (const axis of outer.toReversed()) {
      walked += (rest % axis.size) * axis.stride;
      rest = Math.floor(rest / axis.size);
    }
    const plain = index * elements;
    emitter.emit<CopyArg>(
      copyOp,
      wordOf(out),
      {
        [CopyArg.out]: emitter.address(out) + (scatters ? walked : plain) * bytes,
        [CopyArg.a]: emitter.address(a) + (scatters ? plain : walked) * bytes,
        [CopyArg.d0]: d0.size,
        [CopyArg.d1]: d1.size,
        [CopyArg.d2]: d2.size,
        [CopyArg.d3]: d3.size,
        [CopyArg.d4]: d4.size,
        [CopyArg.s0]: d0.stride,
        [CopyArg.s1]: d1.stride,
        [CopyArg.s2]: d2.stride,
        [CopyArg.s3]: d3.stride,
        [CopyArg.s4]: d4.stride,
        [CopyArg.scatters]: scatters ? 1 : 0,
      },
      0.12 * elements,
    );
  }
}

/** The dtype of an instruction that only moves elements: of whole numbers as of others. */
export const wordOf = ({ dtype }: Value): DTypeName => (dtype === "float64" ? "float64" : "float32");

/** @throws OptionError where elements are bytes */
export function checkWords(op: string, x: Value): void {
  if (x.dtype !== "uint8") return;
  throw new OptionError(
    `${op}: works on float32, float64 and int32, got uint8; gather or convert the data first`,
  );
}
