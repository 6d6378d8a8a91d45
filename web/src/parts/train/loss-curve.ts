import type { Losses } from "./losses.ts";

/** Losses by step, at most so many points, each the mean of as many as it takes. */
export function lossCurve(losses: Losses, points: number): { x: number[]; y: number[] } {
  const { length } = losses;
  const each = Math.max(1, Math.ceil(length / points));
  const [x, y]: [number[], number[]] = [[], []];
  for (let first = 0; first < length; first += each) {
    let [sum, count] = [0, 0];
    for (let step = first + 1; step <= Math.min(first + each, length); step++) {
      const loss = losses.of(step);
      if (loss !== undefined && Number.isFinite(loss)) [sum, count] = [sum + loss, count + 1];
    }
    if (count > 0) {
      x.push(first + Math.ceil(each / 2));
      y.push(sum / count);
    }
  }
  return { x, y };
}
