// What must be in computational graphs: the words that stand in them.

import { expect } from "vitest";
import { parsed } from "../../plot/parse.ts";
import type { Check } from "./charts.ts";

/** A graph in which these words stand: signs, values, shapes, gradients. */
function words(...expected: string[]): Check {
  return (svg) => {
    // A value and its shape are parted by a wide space.
    const all = parsed(svg).texts.flatMap((text) => [text, ...text.split("\u2002")]);
    expect(all).toEqual(expect.arrayContaining(expected));
  };
}

export const graphs: Record<string, Check> = {
  "graph-affine": words(
    "Affine レイヤ",
    "dot",
    "+",
    "X",
    "W",
    "b",
    "[1, 2]",
    "[2, 3]",
    "= ∂L/∂Y·Wᵀ",
    "= Xᵀ·∂L/∂Y",
  ),
  "graph-affine-batch": words("バッチ版 Affine レイヤ", "[N, 2]", "[N, 3]", "∂L/∂b", "= Σ ∂L/∂Y"),
  "graph-two-layers": words("Affine", "ReLU", "Softmax with Loss", "W1", "b2", "[784, 50]", "∂L/∂W2", "t"),
  "graph-two-layers-ops": words("dot", "+", "ReLU", "Softmax with Loss", "X·W1", "∂L/∂(X·W1)", "∂L/∂b2"),
  "graph-softmax-with-loss": words("exp", "log", "/", "× −1", "e", "S", "y", "L", "= ∂L/∂e × e"),
  "graph-simple-net": words("−1.838", "−0.9154", "1.283", "L = 0.1442", "0.02291", "−0.1209"),
  "graph-product-sum": words("y = ab + c", "A", "∂y/∂a = b", "∂y/∂b = a", "∂y/∂A = 1", "∂y/∂c = 1"),
  "graph-product-sum-numbers": words("a = 2", "b = 3", "c = 4", "a × b = 6", "y = 10", "∂y/∂a = 3"),
  "graph-relu": words("ReLU", "= ∂L/∂y × (y > 0)"),
  "graph-sigmoid": words("sigmoid", "∂y/∂x = y × (1 − y)"),
  "graph-sigmoid-steps": words("C", "B", "A", "exp", "∂y/∂A = −y / A", "∂y/∂x = −∂y/∂C"),
};
