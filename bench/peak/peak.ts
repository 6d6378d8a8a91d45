// Multiplications and additions that do not wait for each other, in AssemblyScript: as many as this machine's 128-bit units take.
// Twelve accumulators are more than the latencies of the processors of today need, and leave room for the operands in sixteen registers.

/** `turns` times twelve vector operations on T: half of them additions of `y`, half multiplications by `x`. */
@inline
function chains<T>(turns: i32, x: T, y: T): T {
  const factor = v128.splat<T>(x);
  const term = v128.splat<T>(y);
  let a0 = term, a1 = term, a2 = term, a3 = term, a4 = term, a5 = term;
  let m0 = factor, m1 = factor, m2 = factor, m3 = factor, m4 = factor, m5 = factor;
  for (; turns > 0; turns--) {
    a0 = v128.add<T>(a0, term); m0 = v128.mul<T>(m0, factor);
    a1 = v128.add<T>(a1, term); m1 = v128.mul<T>(m1, factor);
    a2 = v128.add<T>(a2, term); m2 = v128.mul<T>(m2, factor);
    a3 = v128.add<T>(a3, term); m3 = v128.mul<T>(m3, factor);
    a4 = v128.add<T>(a4, term); m4 = v128.mul<T>(m4, factor);
    a5 = v128.add<T>(a5, term); m5 = v128.mul<T>(m5, factor);
  }
  const sums = v128.add<T>(v128.add<T>(v128.add<T>(a0, a1), v128.add<T>(a2, a3)), v128.add<T>(a4, a5));
  const products = v128.mul<T>(v128.mul<T>(v128.mul<T>(m0, m1), v128.mul<T>(m2, m3)), v128.mul<T>(m4, m5));
  return v128.extract_lane<T>(v128.add<T>(sums, products), 0);
}

/** Twelve operations on four elements: 48 flops a turn. */
export function float32(turns: i32, x: f32, y: f32): f32 {
  return chains<f32>(turns, x, y);
}

/** Twelve operations on two elements: 24 flops a turn. */
export function float64(turns: i32, x: f64, y: f64): f64 {
  return chains<f64>(turns, x, y);
}
