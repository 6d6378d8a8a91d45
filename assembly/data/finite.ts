// Whether what a caller gave is finite: asked here, where sixteen elements take as long as one does in JavaScript.

import { CheckFiniteArg } from "../isa/data";
import { arg, pointer, vectorLength } from "../memory";

/** Op.checkFinite: the sum of x·0, which is NaN for an infinite x and for NaN. */
export function checkFinite<T>(i: usize, lane: i32): void {
  if (lane != 0) return;
  const length = vectorLength<T>();
  const zero = v128.splat<T>(<T>0);
  let a = pointer(i, CheckFiniteArg.a);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  let left = arg(i, CheckFiniteArg.n);
  for (; left >= 4 * length; left -= 4 * length) {
    s0 = v128.add<T>(s0, v128.mul<T>(v128.load(a), zero));
    s1 = v128.add<T>(s1, v128.mul<T>(v128.load(a, 16), zero));
    s2 = v128.add<T>(s2, v128.mul<T>(v128.load(a, 32), zero));
    s3 = v128.add<T>(s3, v128.mul<T>(v128.load(a, 48), zero));
    a += 64;
  }
  const s = v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3));
  let sum = <T>(v128.extract_lane<T>(s, 0) + v128.extract_lane<T>(s, 1));
  if (sizeof<T>() == 4) sum = <T>(sum + <T>(v128.extract_lane<T>(s, 2) + v128.extract_lane<T>(s, 3)));
  for (; left > 0; left--) {
    sum = <T>(sum + <T>(load<T>(a) * 0));
    a += sizeof<T>();
  }
  store<f64>(pointer(i, CheckFiniteArg.out), <f64>sum);
}
