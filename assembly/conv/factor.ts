// The right factor of a product over patches: the weight, or for an input gradient the weight with its kernel turned around and its channels in
// each other's place.

import { packB } from "../gemm/pack";
import { packTransposed } from "./pack";
import { Patches } from "./patches";

/** The right factor of a product over patches: where it comes from, and how. */
@unmanaged
export class Factor {
  weight: usize;
  /** bytes between rows of the weight [kernelHeight · kernelWidth · channels / groups, outChannels] */
  stride: usize;
  /** columns of a group */
  columns: i32;
  groups: i32;
  /** whether it is the weight turned around; the rest counts then only */
  isTurned: bool;
  kernelWidth: i32;
  tapsX: i32;
  // The place in the kernel of the first tap, and how far back the next ones are.
  lastY: i32;
  lastX: i32;
  stepY: i32;
  stepX: i32;
}

/** Where the row of the weight lies that belongs to an element of a patch of one channel: to tap `tap` of the patch. */
export function tapOf(factor: Factor, tap: i32): usize {
  if (!factor.isTurned) return factor.weight + <usize>tap * factor.stride;
  return factor.weight + <usize>turned(factor, tap) * factor.stride;
}

/** The place in the kernel of tap `tap` of a patch. */
@inline
function turned(factor: Factor, tap: i32): i32 {
  const y = factor.lastY - (tap / factor.tapsX) * factor.stepY;
  const x = factor.lastX - (tap % factor.tapsX) * factor.stepX;
  return y * factor.kernelWidth + x;
}

/** Packs rows l… of a block of the factor's columns into panels. */
export function packFactor<T>(
  p: Patches, factor: Factor, panels: usize, group: i32, j: i32, columns: i32, l: i32, depth: i32,
): void {
  const stride = factor.stride;
  if (!factor.isTurned) {
    const from = factor.weight + <usize>l * stride + <usize>(group * factor.columns + j) * sizeof<T>();
    packB<T>(panels, from, stride, columns, depth);
    return;
  }
  // Tap by tap: a factor's row is a column of the weight.
  for (let at = 0; at < depth; ) {
    const tap = (l + at) / p.channels;
    const channel = l + at - tap * p.channels;
    const k = min(p.channels - channel, depth - at);
    const row = turned(factor, tap) * factor.columns + j;
    const from = factor.weight + <usize>row * stride + <usize>(group * p.channels + channel) * sizeof<T>();
    packTransposed<T>(panels, depth, at, from, stride, columns, k);
    at += k;
  }
}
