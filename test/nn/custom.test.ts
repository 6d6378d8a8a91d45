import { beforeAll, describe, expect, test } from "vitest";
import { input, parameter, type Value } from "../../src/graph/value.ts";
import {
  constant,
  dense,
  init,
  type Layer,
  layer,
  loss,
  normal,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";
import { exp, mean, multiply, subtract } from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { checkGradients } from "../graph/gradient-check.ts";
import { elements } from "../graph/op-cases.ts";
import { train } from "../reference/training.ts";
import { expectSameBits } from "../same-bits.ts";
import { scopeOf } from "../scope.ts";

beforeAll(() => init());

/** y = x·e^s, s a trained number for each feature: the example of `layer`. */
const rescale = (): Layer =>
  layer("rescale", (x, { parameter }) =>
    multiply(x, exp(parameter("logScale", [x.shape[1]!], constant(0.25)))),
  );

/** The example of `loss`. */
const meanSquaredError = () =>
  loss("meanSquaredError", (y, t) => mean(multiply(subtract(y, t), subtract(y, t))));

describe("a layer and a loss of one's own", () => {
  test("are differentiated", () => {
    const given = new Map<Value, TypedArray>();
    const place = (value: Value, seed: number): Value => {
      given.set(value, elements("any", value.shape, "float64", { seed, classes: 1, smooth: true }));
      return value;
    };
    const parameters: Value[] = [];
    const scope = scopeOf((name, shape) => {
      const value = place(parameter(name, shape, "float64"), 3 + parameters.length);
      parameters.push(value);
      return value;
    });
    const x = place(input("x", [5, 3], "float64"), 1);
    const t = place(input("t", [5, 4], "float64"), 2);
    const y = [dense(4), rescale()].reduce((value, each) => each.forward(value, scope), x);
    // L = mean (y − t)²: ∂L/∂y = 2·(y − t) / n; y = z·eˢ: ∂L/∂z = eˢ·∂L/∂y, ∂L/∂s = Σ y·∂L/∂y over the batch
    checkGradients(meanSquaredError().forward(y, t), [x, ...parameters], given, "dense, rescale");
    expect(parameters.map(({ shape }) => shape)).toEqual([[3, 4], [4], [4]]);
  });

  test("train, with the reference's bits", async () => {
    const layers = () => [dense(6, { weight: normal({ std: 0.5 }) }), rescale(), dense(2), rescale()];
    const data = {
      x: {
        shape: [20, 3],
        dtype: "float32" as const,
        data: elements("any", [20, 3], "float32", { seed: 1, classes: 1 }),
      },
      t: {
        shape: [20, 2],
        dtype: "float32" as const,
        data: elements("any", [20, 2], "float32", { seed: 2, classes: 1 }),
      },
    };
    const options = { loss: meanSquaredError(), optimizer: sgd({ lr: 0.05 }), batchSize: 6, steps: 60 };
    using net = sequential(layers(), { input: [3], seed: 5 });
    const history = await net.fit(data, options);
    const expected = train({ ...options, layers: layers(), input: [3], seed: 5, data });
    expect(Object.keys(net.params)).toContain("rescale2.logScale");
    expectSameBits(Float64Array.from(history.loss), Float64Array.from(expected.losses), "losses");
    for (const [name, values] of Object.entries(expected.params)) {
      expectSameBits(net.params[name]!.data, values, name);
    }
    expect(net.params["rescale1.logScale"]!.data.every((s) => s !== 0.25)).toBe(true);
  });

  test("a loss of values has no accuracy", async () => {
    using net = sequential([rescale()], { input: [2] });
    const data = {
      x: tensor([
        [1, 2],
        [3, 4],
      ]),
      t: tensor([
        [0, 0],
        [0, 0],
      ]),
    };
    const { loss: value, accuracy } = await net.evaluate(data, { loss: meanSquaredError() });
    expect(accuracy).toBeNaN();
    // (1 + 4 + 9 + 16) / 4 · e^(2·¼)
    expect(value).toBeCloseTo(7.5 * Math.exp(0.5), 5);
  });
});
