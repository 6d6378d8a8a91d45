// The maximum of one window, and the way back. The first of equal elements counts, in the order of the window's rows; a NaN anywhere makes
// the maximum NaN. `x` is the window's first element in the image, of which it has `rows` × `columns`; `place` is that element's place in
// the whole window, whose rows have `width` places.

import { storeFirst, storePair, vectorLength } from "../memory";

/** The later place where the element is larger; places only grow. */
@inline
function later<T>(index: v128, place: v128, larger: v128): v128 {
  return v128.pmax<T>(index, v128.and(place, larger));
}

/** y = max x, for each channel, and where `marks` where it stood. Four vectors of channels at a time, then one by one. */
@inline
export function maximum<T>(
  marks: bool, y: usize, places: usize, x: usize, rowBytes: usize, channels: i32, rows: i32, columns: i32, place: i32, width: i32,
): void {
  const length = vectorLength<T>();
  const step = <usize>channels * sizeof<T>();
  const next = rowBytes - <usize>columns * step;
  const one = v128.splat<T>(<T>1);
  const first = v128.splat<T>(<T>place);
  const skipped = v128.splat<T>(<T>(width - columns));
  let left = channels;
  for (; left >= 4 * length; left -= 4 * length) {
    let p = x;
    let at = first;
    let b0 = v128.load(p), b1 = v128.load(p, 16), b2 = v128.load(p, 32), b3 = v128.load(p, 48);
    let i0 = at, i1 = at, i2 = at, i3 = at;
    // All ones, a NaN, where there was one.
    let u0 = v128.ne<T>(b0, b0), u1 = v128.ne<T>(b1, b1), u2 = v128.ne<T>(b2, b2), u3 = v128.ne<T>(b3, b3);
    for (let r = rows; r > 0; r--) {
      for (let c = columns; c > 0; c--) {
        const x0 = v128.load(p), x1 = v128.load(p, 16);
        if (marks) {
          i0 = later<T>(i0, at, v128.gt<T>(x0, b0));
          i1 = later<T>(i1, at, v128.gt<T>(x1, b1));
        }
        b0 = v128.pmax<T>(b0, x0);
        b1 = v128.pmax<T>(b1, x1);
        u0 = v128.or(u0, v128.ne<T>(x0, x0));
        u1 = v128.or(u1, v128.ne<T>(x1, x1));
        const x2 = v128.load(p, 32), x3 = v128.load(p, 48);
        if (marks) {
          i2 = later<T>(i2, at, v128.gt<T>(x2, b2));
          i3 = later<T>(i3, at, v128.gt<T>(x3, b3));
          at = v128.add<T>(at, one);
        }
        b2 = v128.pmax<T>(b2, x2);
        b3 = v128.pmax<T>(b3, x3);
        u2 = v128.or(u2, v128.ne<T>(x2, x2));
        u3 = v128.or(u3, v128.ne<T>(x3, x3));
        p += step;
      }
      p += next;
      if (marks) at = v128.add<T>(at, skipped);
    }
    storePair(y, v128.or(b0, u0), v128.or(b1, u1));
    storePair(y + 32, v128.or(b2, u2), v128.or(b3, u3));
    if (marks) {
      storePair(places, i0, i1);
      storePair(places + 32, i2, i3);
      places += 64;
    }
    x += 64;
    y += 64;
  }
  for (; left > 0; left -= length) {
    let p = x;
    let at = first;
    let best = v128.load(p);
    let index = at;
    let unordered = v128.ne<T>(best, best);
    for (let r = rows; r > 0; r--) {
      for (let c = columns; c > 0; c--) {
        const value = v128.load(p);
        if (marks) {
          index = later<T>(index, at, v128.gt<T>(value, best));
          at = v128.add<T>(at, one);
        }
        best = v128.pmax<T>(best, value);
        unordered = v128.or(unordered, v128.ne<T>(value, value));
        p += step;
      }
      p += next;
      if (marks) at = v128.add<T>(at, skipped);
    }
    storeFirst<T>(y, v128.or(best, unordered), left);
    if (marks) {
      storeFirst<T>(places, index, left);
      places += 16;
    }
    x += 16;
    y += 16;
  }
}

/** dx = g where the window's maximum stood, else 0; added to what is there, where windows overlap. */
@inline
export function spreadMaximum<T>(
  overlaps: bool, dx: usize, rowBytes: usize, g: usize, places: usize, channels: i32, rows: i32, columns: i32, place: i32, width: i32,
): void {
  const length = vectorLength<T>();
  const step = <usize>channels * sizeof<T>();
  const next = rowBytes - <usize>columns * step;
  const one = v128.splat<T>(<T>1);
  const first = v128.splat<T>(<T>place);
  const skipped = v128.splat<T>(<T>(width - columns));
  let left = channels;
  for (; left >= 4 * length; left -= 4 * length) {
    let p = dx;
    let at = first;
    const g0 = v128.load(g), g1 = v128.load(g, 16), g2 = v128.load(g, 32), g3 = v128.load(g, 48);
    const i0 = v128.load(places), i1 = v128.load(places, 16), i2 = v128.load(places, 32), i3 = v128.load(places, 48);
    for (let r = rows; r > 0; r--) {
      for (let c = columns; c > 0; c--) {
        let d0 = v128.and(g0, v128.eq<T>(i0, at)), d1 = v128.and(g1, v128.eq<T>(i1, at));
        let d2 = v128.and(g2, v128.eq<T>(i2, at)), d3 = v128.and(g3, v128.eq<T>(i3, at));
        if (overlaps) {
          d0 = v128.add<T>(v128.load(p), d0);
          d1 = v128.add<T>(v128.load(p, 16), d1);
          d2 = v128.add<T>(v128.load(p, 32), d2);
          d3 = v128.add<T>(v128.load(p, 48), d3);
        }
        storePair(p, d0, d1);
        storePair(p + 32, d2, d3);
        at = v128.add<T>(at, one);
        p += step;
      }
      p += next;
      at = v128.add<T>(at, skipped);
    }
    dx += 64;
    g += 64;
    places += 64;
  }
  for (; left > 0; left -= length) {
    let p = dx;
    let at = first;
    const arriving = v128.load(g);
    const index = v128.load(places);
    for (let r = rows; r > 0; r--) {
      for (let c = columns; c > 0; c--) {
        let d = v128.and(arriving, v128.eq<T>(index, at));
        if (overlaps) d = v128.add<T>(v128.load(p), d);
        storeFirst<T>(p, d, left);
        at = v128.add<T>(at, one);
        p += step;
      }
      p += next;
      at = v128.add<T>(at, skipped);
    }
    dx += 16;
    g += 16;
    places += 16;
  }
}
