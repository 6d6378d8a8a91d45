// The micro-kernel for a few rows, where packing b would cost more than the product itself: one row of c at a time, eight
// vectors wide, with b read in place. The same sums in the same order as the tiles of kernels.ts.

import { vectorLength } from "../memory";
import { addProduct, storeFirst } from "./vectors";

/**
 * c[1, n] = (or, unless `first`, +=) a[1, k]·b[k, n]; `stepA` and `strideB` are bytes between the steps of k. Reads b past the
 * end of a row by less than 64 bytes.
 */
export function row<T>(
  a: usize,
  stepA: usize,
  b: usize,
  strideB: usize,
  c: usize,
  n: i32,
  k: i32,
  first: bool,
): void {
  const length = vectorLength<T>();
  for (; n >= 8 * length; n -= 8 * length) {
    let s0 = v128.splat<T>(<T>0),
      s1 = s0,
      s2 = s0,
      s3 = s0,
      s4 = s0,
      s5 = s0,
      s6 = s0,
      s7 = s0;
    if (!first) {
      s0 = v128.load(c);
      s1 = v128.load(c, 16);
      s2 = v128.load(c, 32);
      s3 = v128.load(c, 48);
      s4 = v128.load(c, 64);
      s5 = v128.load(c, 80);
      s6 = v128.load(c, 96);
      s7 = v128.load(c, 112);
    }
    let p = a;
    let q = b;
    for (let left = k; left > 0; left--) {
      const x = v128.load_splat<T>(p);
      s0 = addProduct<T>(s0, x, v128.load(q));
      s1 = addProduct<T>(s1, x, v128.load(q, 16));
      s2 = addProduct<T>(s2, x, v128.load(q, 32));
      s3 = addProduct<T>(s3, x, v128.load(q, 48));
      s4 = addProduct<T>(s4, x, v128.load(q, 64));
      s5 = addProduct<T>(s5, x, v128.load(q, 80));
      s6 = addProduct<T>(s6, x, v128.load(q, 96));
      s7 = addProduct<T>(s7, x, v128.load(q, 112));
      p += stepA;
      q += strideB;
    }
    v128.store(c, s0);
    v128.store(c, s1, 16);
    v128.store(c, s2, 32);
    v128.store(c, s3, 48);
    v128.store(c, s4, 64);
    v128.store(c, s5, 80);
    v128.store(c, s6, 96);
    v128.store(c, s7, 112);
    b += 128;
    c += 128;
  }
  for (; n > 0; n -= 4 * length) {
    let s0 = v128.splat<T>(<T>0),
      s1 = s0,
      s2 = s0,
      s3 = s0;
    if (!first) {
      s0 = v128.load(c);
      s1 = v128.load(c, 16);
      s2 = v128.load(c, 32);
      s3 = v128.load(c, 48);
    }
    let p = a;
    let q = b;
    for (let left = k; left > 0; left--) {
      const x = v128.load_splat<T>(p);
      s0 = addProduct<T>(s0, x, v128.load(q));
      s1 = addProduct<T>(s1, x, v128.load(q, 16));
      s2 = addProduct<T>(s2, x, v128.load(q, 32));
      s3 = addProduct<T>(s3, x, v128.load(q, 48));
      p += stepA;
      q += strideB;
    }
    storeFirst<T>(c, s0, n);
    if (n > length) storeFirst<T>(c + 16, s1, n - length);
    if (n > 2 * length) storeFirst<T>(c + 32, s2, n - 2 * length);
    if (n > 3 * length) storeFirst<T>(c + 48, s3, n - 3 * length);
    b += 64;
    c += 64;
  }
}
