/** How long a buffer is needed, from the instruction that writes it to the last that reads it, both included. */
export interface Interval {
  readonly start: number;
  end: number;
  readonly bytes: number;
  offset: number;
}

/**
 * Gives every interval an offset, so that no two which live at one time overlap: largest first, each in the lowest gap that holds it
 * (greedy by size; Pisarchyk & Lee, "Efficient memory management for deep neural net inference", 2020).
 *
 * @returns the bytes of the whole arena
 */
export function assignOffsets(intervals: readonly Interval[]): number {
  const placed: Interval[] = [];
  let total = 0;
  for (const interval of intervals.toSorted((a, b) => b.bytes - a.bytes || a.start - b.start)) {
    let offset = 0;
    for (const other of placed) {
      const apart = other.end < interval.start || interval.end < other.start;
      if (apart || other.offset + other.bytes <= offset) continue;
      if (other.offset >= offset + interval.bytes) break;
      offset = other.offset + other.bytes;
    }
    interval.offset = offset;
    total = Math.max(total, offset + interval.bytes);
    const index = placed.findIndex((other) => other.offset > offset);
    placed.splice(index < 0 ? placed.length : index, 0, interval);
  }
  return total;
}
