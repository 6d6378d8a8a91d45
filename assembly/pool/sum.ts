// The sum of one window, in the order of its rows from +0, and the way back. `x` is its first element in the image, of which it has
// `rows` × `columns`.

import { storeFirst, storePair, vectorLength } from "../memory";

/** y = Σ x / divisor, for each channel. Four vectors of channels at a time, then one by one. */
@inline
export function total<T>(
  y: usize, x: usize, rowBytes: usize, channels: i32, rows: i32, columns: i32, divisor: T,
): void {
  const length = vectorLength<T>();
  const step = <usize>channels * sizeof<T>();
  const next = rowBytes - <usize>columns * step;
  const by = v128.splat<T>(divisor);
  let left = channels;
  for (; left >= 4 * length; left -= 4 * length) {
    let p = x;
    let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0;
    for (let r = rows; r > 0; r--) {
      for (let c = columns; c > 0; c--) {
        s0 = v128.add<T>(s0, v128.load(p));
        s1 = v128.add<T>(s1, v128.load(p, 16));
        s2 = v128.add<T>(s2, v128.load(p, 32));
        s3 = v128.add<T>(s3, v128.load(p, 48));
        p += step;
      }
      p += next;
    }
    storePair(y, v128.div<T>(s0, by), v128.div<T>(s1, by));
    storePair(y + 32, v128.div<T>(s2, by), v128.div<T>(s3, by));
    x += 64;
    y += 64;
  }
  for (; left > 0; left -= length) {
    let p = x;
    let s = v128.splat<T>(<T>0);
    for (let r = rows; r > 0; r--) {
      for (let c = columns; c > 0; c--) {
        s = v128.add<T>(s, v128.load(p));
        p += step;
      }
      p += next;
    }
    storeFirst<T>(y, v128.div<T>(s, by), left);
    x += 16;
    y += 16;
  }
}

/** dx = g / divisor, for all elements of the window; added to what is there, where windows overlap. */
@inline
export function spread<T>(
  overlaps: bool, dx: usize, rowBytes: usize, g: usize, channels: i32, rows: i32, columns: i32, divisor: T,
): void {
  const length = vectorLength<T>();
  const step = <usize>channels * sizeof<T>();
  const next = rowBytes - <usize>columns * step;
  const by = v128.splat<T>(divisor);
  let left = channels;
  for (; left >= 4 * length; left -= 4 * length) {
    let p = dx;
    const g0 = v128.div<T>(v128.load(g), by), g1 = v128.div<T>(v128.load(g, 16), by);
    const g2 = v128.div<T>(v128.load(g, 32), by), g3 = v128.div<T>(v128.load(g, 48), by);
    for (let r = rows; r > 0; r--) {
      for (let c = columns; c > 0; c--) {
        if (overlaps) {
          const d0 = v128.add<T>(v128.load(p), g0), d1 = v128.add<T>(v128.load(p, 16), g1);
          const d2 = v128.add<T>(v128.load(p, 32), g2), d3 = v128.add<T>(v128.load(p, 48), g3);
          storePair(p, d0, d1);
          storePair(p + 32, d2, d3);
        } else {
          storePair(p, g0, g1);
          storePair(p + 32, g2, g3);
        }
        p += step;
      }
      p += next;
    }
    dx += 64;
    g += 64;
  }
  for (; left > 0; left -= length) {
    let p = dx;
    const share = v128.div<T>(v128.load(g), by);
    for (let r = rows; r > 0; r--) {
      for (let c = columns; c > 0; c--) {
        storeFirst<T>(p, overlaps ? v128.add<T>(v128.load(p), share) : share, left);
        p += step;
      }
      p += next;
    }
    dx += 16;
    g += 16;
  }
}
