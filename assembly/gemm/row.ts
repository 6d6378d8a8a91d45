// The micro-kernel for a single row, where packing b would cost more than the product itself: b is read where it is. The same sums in
// the same order as the tiles of kernels.ts.

import { storeFirst, storePair, vectorLength } from "../memory";
import { addProduct } from "./vectors";

/**
 * c[1, n] = (or, unless `first`, +=) a[1, k]·b[k, n]; `stepA` and `strideB` are bytes between the steps of k. Reads b past the
 * end of a row by less than 64 bytes.
 */
export function row<T>(a: usize, stepA: usize, b: usize, strideB: usize, c: usize, n: i32, k: i32, first: bool): void {
  if (n <= 4 * vectorLength<T>()) return narrow<T>(a, stepA, b, strideB, c, n, k, first);
  // b in the order it lies in, four of its rows at a time, while c stays in the first-level cache.
  if (first) memory.fill(c, 0, <usize>n * sizeof<T>());
  for (; k >= 4; k -= 4) {
    fourSteps<T>(a, stepA, b, strideB, c, n);
    a += 4 * stepA;
    b += 4 * strideB;
  }
  for (; k > 0; k--) {
    oneStep<T>(a, b, c, n);
    a += stepA;
    b += strideB;
  }
}

@inline
function fourSteps<T>(a: usize, stepA: usize, b: usize, strideB: usize, c: usize, n: i32): void {
  const length = vectorLength<T>();
  const x0 = v128.load_splat<T>(a);
  const x1 = v128.load_splat<T>(a + stepA);
  const x2 = v128.load_splat<T>(a + 2 * stepA);
  const x3 = v128.load_splat<T>(a + 3 * stepA);
  let b1 = b + strideB;
  let b2 = b1 + strideB;
  let b3 = b2 + strideB;
  for (; n >= 2 * length; n -= 2 * length) {
    let s0 = addProduct<T>(v128.load(c), x0, v128.load(b));
    let s1 = addProduct<T>(v128.load(c, 16), x0, v128.load(b, 16));
    s0 = addProduct<T>(s0, x1, v128.load(b1));
    s1 = addProduct<T>(s1, x1, v128.load(b1, 16));
    s0 = addProduct<T>(s0, x2, v128.load(b2));
    s1 = addProduct<T>(s1, x2, v128.load(b2, 16));
    s0 = addProduct<T>(s0, x3, v128.load(b3));
    s1 = addProduct<T>(s1, x3, v128.load(b3, 16));
    storePair(c, s0, s1);
    b += 32;
    b1 += 32;
    b2 += 32;
    b3 += 32;
    c += 32;
  }
  for (; n > 0; n -= length) {
    let s = addProduct<T>(v128.load(c), x0, v128.load(b));
    s = addProduct<T>(s, x1, v128.load(b1));
    s = addProduct<T>(s, x2, v128.load(b2));
    s = addProduct<T>(s, x3, v128.load(b3));
    storeFirst<T>(c, s, n);
    b += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
    c += 16;
  }
}

@inline
function oneStep<T>(a: usize, b: usize, c: usize, n: i32): void {
  const x = v128.load_splat<T>(a);
  for (; n > 0; n -= vectorLength<T>()) {
    storeFirst<T>(c, addProduct<T>(v128.load(c), x, v128.load(b)), n);
    b += 16;
    c += 16;
  }
}

/** At most four vectors: c stays in registers. */
@inline
function narrow<T>(
  a: usize, stepA: usize, b: usize, strideB: usize, c: usize, n: i32, k: i32, first: bool,
): void {
  const length = vectorLength<T>();
  let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0;
  if (!first) {
    s0 = v128.load(c);
    s1 = v128.load(c, 16);
    s2 = v128.load(c, 32);
    s3 = v128.load(c, 48);
  }
  for (; k > 0; k--) {
    const x = v128.load_splat<T>(a);
    s0 = addProduct<T>(s0, x, v128.load(b));
    s1 = addProduct<T>(s1, x, v128.load(b, 16));
    s2 = addProduct<T>(s2, x, v128.load(b, 32));
    s3 = addProduct<T>(s3, x, v128.load(b, 48));
    a += stepA;
    b += strideB;
  }
  storeFirst<T>(c, s0, n);
  if (n > length) storeFirst<T>(c + 16, s1, n - length);
  if (n > 2 * length) storeFirst<T>(c + 32, s2, n - 2 * length);
  if (n > 3 * length) storeFirst<T>(c + 48, s3, n - 3 * length);
}
