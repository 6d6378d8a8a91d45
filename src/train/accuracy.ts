import { size, type Tensor, type TypedArray } from "../tensor.ts";
import { toTargets } from "./arguments.ts";
import { build, type Core, inference } from "./core.ts";
import type { Objective } from "./face.ts";
import { type Targets, thresholdOf } from "./targets.ts";

/** What Network.accuracy gives for outputs, and targets of as many samples. */
export function accuracyOf(
  core: Core,
  outputs: readonly Tensor[],
  t: unknown,
  objective: Objective,
): unknown {
  // Values have none; but labels may be those of outputs that were never fitted to any.
  const labelled = objective.filter(({ loss: { targets } }) => targets !== "values");
  const terms = (labelled.length > 0 ? labelled : objective).map((term) => {
    const targets = term.loss.targets === "binary" ? "binary" : "classes";
    return { ...term, loss: { ...term.loss, name: "accuracy", targets } as const };
  });
  const sizes = core.outputs.map(({ shape }) => size(shape));
  const targets = toTargets("accuracy", t, outputs[0]!.data.length / sizes[0]!, core, terms);
  const shares = terms.map(({ output, loss: { targets: kind } }, i) => {
    const { data } = outputs[output]!;
    if (kind === "classes") return accuracyOfClasses(data, targets[i]!, sizes[output]!);
    return binaryAccuracy(data, targets[i]!, thresholdOf(build(core, 1, inference).outputs[output]!));
  });
  return core.face.byTerm(shares, terms);
}

/**
 * The share of samples whose largest output, the first of equals, is the label's.
 *
 * @param outputs [n, classes] @param targets of as many samples
 */
function accuracyOfClasses(outputs: TypedArray, { type, values }: Targets, classes: number): number {
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
function binaryAccuracy(outputs: TypedArray, { values }: Targets, threshold: number): number {
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
