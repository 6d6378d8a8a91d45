import type { TypedArray } from "../tensor.ts";
import type { Targets } from "./targets.ts";

/**
 * The share of samples whose largest output, the first of equals, is the label's.
 *
 * @param outputs [n, classes] @param targets of as many samples
 */
export function accuracyOfClasses(outputs: TypedArray, { type, values }: Targets, classes: number): number {
  const n = outputs.length / classes;
  let correct = 0;
  for (let i = 0; i < n; i++) {
    const best = (data: TypedArray) => argmax(data.subarray(i * classes, (i + 1) * classes));
    const label = type.dtype === "int32" ? values.data[i] : best(values.data);
    if (best(outputs) === label) correct++;
  }
  return correct / n;
}

/** The share of outputs above the threshold exactly where the targets are above ½. */
export function binaryAccuracy(outputs: TypedArray, { values }: Targets, threshold: number): number {
  let correct = 0;
  for (let i = 0; i < outputs.length; i++) {
    if (outputs[i]! > threshold === values.data[i]! > 0.5) correct++;
  }
  return correct / outputs.length;
}

function argmax(row: TypedArray): number {
  let best = 0;
  for (let j = 1; j < row.length; j++) if (row[j]! > row[best]!) best = j;
  return best;
}
