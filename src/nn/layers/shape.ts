import { reshape } from "../../graph/ops/reshape.ts";
import { size } from "../../tensor.ts";
import { type Layer, ownLayer } from "./layer.ts";

/** [batch, …] → [batch, features] */
export const flatten = (): Layer =>
  ownLayer("flatten", {}, (x) => reshape(x, [x.shape[0]!, size(x.shape.slice(1))]));
