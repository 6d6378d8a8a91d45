import { check, having, isObject, options } from "../../check.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import { add } from "../../graph/ops/elementwise.ts";
import type { Shape } from "../../graph/value.ts";
import { formatShape, sameShape } from "../../tensor.ts";
import { type Layer, ofItsOwn, ownLayer } from "./layer.ts";

/** Options of `residual`. */
export interface ResidualOptions {
  /** What x goes through on the way past the layers, where their output has another shape. Default: nothing. */
  shortcut?: Layer;
}

/**
 * A residual block: x + f(x), f being layers one after the other (He et al. 2016, eq. 1), or with a shortcut s(x) + f(x) (eq. 2). The layers
 * are called "residual1.dense1", … Each place has parameters of its own.
 *
 * x: [batch, …] → the same shape, or with a shortcut that of its output
 * @param layers at least one; behind them perhaps `{ shortcut }`
 * @throws OptionError for no layers, or options that there are not
 * @throws ShapeError, when the network is made, where f(x) has another shape than x
 * @example
 * ```ts
 * import { dense, relu, residual, sequential } from "kobai";
 * const net = sequential(
 *   [dense(16), residual(relu(), dense(16), relu(), dense(16)), residual(relu(), dense(8), { shortcut: dense(8) })],
 *   { input: [4] },
 * );
 * Object.keys(net.params)[2]; // "residual1.dense1.weight"
 * ```
 */
export function residual(...given: readonly (Layer | ResidualOptions)[]): Layer {
  const last = given.at(-1);
  const isOptions = isObject(last) && !("forward" in last);
  const { shortcut } = options("residual", isOptions ? (last as ResidualOptions) : undefined, {
    shortcut: layerRule,
  });
  const layers = (isOptions ? given.slice(0, -1) : given) as readonly Layer[];
  if (layers.length === 0) throw new OptionError("residual: takes at least one layer, such as dense(16)");
  for (const [index, layer] of layers.entries()) check("residual", `layer ${index + 1}`, layer, layerRule);
  const own = layers.map(ofItsOwn);
  const past = shortcut && ofItsOwn(shortcut);
  return ownLayer("residual", { layers, shortcut }, (x, { apply }) => {
    const y = own.reduce((value, layer) => apply(layer, value), x);
    const direct = past ? apply(past, x) : x;
    if (sameShape(direct.shape, y.shape)) return add(direct, y);
    const advice = shortcutFor(x.shape, y.shape);
    throw new ShapeError(
      "residual",
      `${ShapeError.describe({ [past ? "what the shortcut gives" : "x"]: direct.shape, "what its layers give": y.shape })}; both must be of one ` +
        `shape: give a shortcut ${advice ? `that makes x so, as in residual(…, { shortcut: ${advice} })` : `from x to ${formatShape(y.shape)}`}`,
      direct.shape,
      y.shape,
    );
  });
}

/** The layer that makes one shape of another, where a single one does: as many channels, of each position that a stride leads to. */
function shortcutFor(x: Shape, y: Shape): string | undefined {
  if (x.length !== y.length) return undefined;
  const channels = y.at(-1);
  const convolution = ["dense", "conv1d", "conv2d"][x.length - 2];
  if (convolution === undefined || convolution === "dense") return convolution && `dense(${channels})`;
  const strides = x.slice(1, -1).map((positions, i) => strideTo(positions, y[i + 1]!));
  if (strides.includes(undefined)) return undefined;
  const stride = new Set(strides).size === 1 ? strides[0] : `[${strides.join(", ")}]`;
  return `${convolution}(${channels}, { kernel: 1${stride === 1 ? "" : `, stride: ${stride}`} })`;
}

/** The stride by which so many of these positions are visited. */
function strideTo(positions: number, visited: number): number | undefined {
  const stride = Math.ceil(positions / visited);
  return Math.ceil(positions / stride) === visited ? stride : undefined;
}

const layerRule = having("forward", "a layer, such as relu()");
