import { type Graph, gradientAt, parse, valueAt } from "../../shared/expression.ts";
import type { Landscape } from "../../shared/field.tsx";

export interface RaceSurface extends Landscape {
  readonly start: readonly [number, number];
  readonly rates: Readonly<Record<OptimizerName, number>>;
}

export const optimizerNames = ["SGD", "Momentum", "AdaGrad", "Adam"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

function surface(
  expression: string,
  x: Landscape["x"],
  y: Landscape["y"],
  start: RaceSurface["start"],
  [SGD, Momentum, AdaGrad, Adam]: readonly [number, number, number, number],
): RaceSurface {
  const graph: Graph = parse(expression, ["x", "y"]);
  return {
    value: (x, y) => valueAt(graph, { x, y }),
    gradient: (x, y) => gradientAt(graph, { x, y }, ["x", "y"]) as [number, number],
    x,
    y,
    start,
    rates: { SGD, Momentum, AdaGrad, Adam },
  };
}

/** The first is the book's (6.1.7), with its start and its rates. */
export const surfaces: Readonly<Record<string, RaceSurface>> = {
  bowl: surface("x^2/20 + y^2", [-10, 10], [-6, 6], [-7, 2], [0.95, 0.1, 1.5, 0.3]),
  saddle: surface("x^2/4 - y^2/4 + y^4/40", [-4, 4], [-4, 4], [-3.5, 0.01], [0.4, 0.1, 0.5, 0.2]),
  valley: surface("((1 - x)^2 + 10*(y - x^2)^2)/10", [-2, 2], [-1, 3], [-1.5, 2.5], [0.05, 0.01, 0.5, 0.2]),
  hollows: surface(
    "((x^2 + y - 11)^2 + (x + y^2 - 7)^2)/100",
    [-5, 5],
    [-5, 5],
    [0, -0.5],
    [0.3, 0.1, 0.7, 0.3],
  ),
  ripples: surface("(x^2 + y^2)/20 + 0.6*sin(2*x)*sin(2*y)", [-5, 5], [-5, 5], [-4, 3], [0.5, 0.1, 0.8, 0.3]),
};
