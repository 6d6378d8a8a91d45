// Numerical differentiation of a whole network: the central difference (L(w + h) − L(w − h)) / 2h of the true loss by every parameter,
// in float64, evaluating again only what a parameter moves. The two sides are the two places of a vector: (+h, −h).

import { Activation, SweepAffineArg, SweepElementsArg, SweepField, SweepLoss } from "./isa";
import { exp } from "./math/exp";
import { log } from "./math/log";
import { sigmoid } from "./math/sigmoid";
import { tanh } from "./math/tanh";
import { arg, chunkStart, pointer } from "./memory";
import { run } from "./program";
import { rowMax } from "./softmax";

/** (+h, −h) */
@inline
function bothSides(h: f64): v128 {
  return f64x2(1, -1) * f64x2.splat(h);
}
