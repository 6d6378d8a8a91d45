import { RandomArg } from "../isa/random";
import { log } from "../math/log";
import { arg, chunkStart, pointer } from "../memory";
import { uniformPair } from "./uniform";

/**
 * The z with Φ(z) = p, for 0 < p < 1: the inverse of the standard normal distribution function.
 *
 * Algorithm AS 241, PPND16 (M. J. Wichura, "The percentage points of the normal distribution", Applied Statistics 37, 1988):
 * rational approximations in q = p − ½ near the middle and in r = √(−log min(p, 1 − p)) in the tails; relative error about 1e−16.
 */
export function inverseNormal(p: f64): f64 {
  const q = p - 0.5;
  if (abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    let a = 2509.0809287301227;
    a = a * r + 33430.57558358813;
    a = a * r + 67265.7709270087;
    a = a * r + 45921.95393154987;
    a = a * r + 13731.69376550946;
    a = a * r + 1971.5909503065513;
    a = a * r + 133.14166789178438;
    a = a * r + 3.3871328727963665;
    let b = 5226.495278852854;
    b = b * r + 28729.085735721943;
    b = b * r + 39307.89580009271;
    b = b * r + 21213.794301586597;
    b = b * r + 5394.196021424751;
    b = b * r + 687.1870074920579;
    b = b * r + 42.31333070160091;
    b = b * r + 1.0;
    return (q * a) / b;
  }
  const tail = q < 0.0 ? p : 1.0 - p;
  let r = sqrt(-f64x2.extract_lane(log<f64>(f64x2.splat(tail)), 0));
  let a: f64, b: f64;
  if (r <= 5.0) {
    r -= 1.6;
    a = 0.0007745450142783414;
    a = a * r + 0.022723844989269184;
    a = a * r + 0.2417807251774506;
    a = a * r + 1.2704582524523684;
    a = a * r + 3.6478483247632045;
    a = a * r + 5.769497221460691;
    a = a * r + 4.630337846156546;
    a = a * r + 1.4234371107496835;
    b = 1.0507500716444169e-9;
    b = b * r + 0.0005475938084995345;
    b = b * r + 0.015198666563616457;
    b = b * r + 0.14810397642748008;
    b = b * r + 0.6897673349851;
    b = b * r + 1.6763848301838038;
    b = b * r + 2.053191626637759;
    b = b * r + 1.0;
  } else {
    r -= 5.0;
    a = 2.0103343992922881e-7;
    a = a * r + 2.7115555687434876e-5;
    a = a * r + 0.0012426609473880784;
    a = a * r + 0.026532189526576124;
    a = a * r + 0.29656057182850487;
    a = a * r + 1.7848265399172913;
    a = a * r + 5.463784911164114;
    a = a * r + 6.657904643501103;
    b = 2.0442631033899397e-15;
    b = b * r + 1.421511758316446e-7;
    b = b * r + 1.8463183175100548e-5;
    b = b * r + 0.0007868691311456133;
    b = b * r + 0.014875361290850615;
    b = b * r + 0.1369298809227358;
    b = b * r + 0.599832206555888;
    b = b * r + 1.0;
  }
  const z = a / b;
  return q < 0.0 ? -z : z;
}

/**
 * randomNormal: out[i] = mean + std·z_i, z_i standard normal, computed in float64 and rounded to T, so that a float32 and a
 * float64 network start alike. The largest |z| is 8.2, that of the uniform variate 2^−53.
 */
export function randomNormal<T>(i: usize, lane: i32, lanes: i32): void {
  const n = arg(i, RandomArg.n);
  const out = pointer(i, RandomArg.out);
  const mean = load<f64>(pointer(i, RandomArg.a));
  const std = load<f64>(pointer(i, RandomArg.b));
  const unit = 64 / <i32>sizeof<T>(); // even: no pair is split
  const end = chunkStart(n, unit, lane + 1, lanes);
  for (let j = chunkStart(n, unit, lane, lanes); j < end; j += 2) {
    const u = uniformPair(i, j >>> 1);
    const address = out + <usize>j * sizeof<T>();
    store<T>(address, <T>(mean + std * inverseNormal(f64x2.extract_lane(u, 0))));
    if (j + 1 < end) {
      store<T>(address + sizeof<T>(), <T>(mean + std * inverseNormal(f64x2.extract_lane(u, 1))));
    }
  }
}
