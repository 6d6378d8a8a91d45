import { beforeAll, expect, test } from "vitest";
import {
  crossEntropy,
  type Dataset,
  dense,
  flatten,
  he,
  init,
  type Layer,
  layer,
  normal,
  relu,
  sequential,
  sgd,
  tanh,
} from "../../src/index.ts";
import { add, matmul, multiply, relu as reluOf, sigmoid, tanh as tanhOf } from "../../src/ops.ts";
import { elements } from "../graph/op-cases.ts";
import { train } from "../reference/training.ts";
import { expectSameBits } from "../same-bits.ts";

beforeAll(() => init());

const N = 60;
const CLASSES = 5;

/** Samples of `width` elements, four of five of them zeros: the training holds them as compressed rows, where it can. */
function sparse(width: number, dtype: "float32" | "float64"): Dataset {
  const x = elements("any", [N, width], dtype, { seed: 1, classes: 1 });
  for (let i = 0; i < x.length; i++) if (i % 5 > 0) x[i] = i % 2 ? 0 : -0;
  const t = elements("labels", [N], dtype, { seed: 2, classes: CLASSES });
  return { x: { shape: [N, width], dtype, data: x }, t: { shape: [N], dtype: "int32", data: t } };
}

/** x·f(W), f of a trained tensor. */
const through = (name: string, f: typeof tanhOf, units: number): Layer =>
  layer(name, (x, { parameter }) =>
    matmul(x, f(parameter("weight", [x.shape[1]!, units], normal({ std: 0.5 })))),
  );

const networks: readonly [name: string, compressed: boolean, width: number, layers: () => Layer[]][] = [
  ["dense", true, 33, () => [dense(CLASSES, { weight: he() })]],
  ["dense and relu", true, 33, () => [dense(17, { weight: he() }), relu(), dense(CLASSES, { weight: he() })]],
  [
    "dense and tanh, no bias",
    true,
    9,
    () => [dense(6, { weight: he(), bias: false }), tanh(), dense(CLASSES)],
  ],
  ["many columns", true, 40, () => [dense(130, { weight: he() }), relu(), dense(CLASSES, { weight: he() })]],
  ["flatten first", true, 33, () => [flatten(), dense(CLASSES, { weight: he() })]],
  ["a weight through relu", true, 33, () => [through("positive", reluOf, CLASSES)]],
  ["a weight through sigmoid", true, 33, () => [through("fraction", sigmoid, CLASSES)]],
  ["a weight through tanh", true, 33, () => [through("bounded", tanhOf, CLASSES)]],
  [
    "one weight in two products of samples of one element",
    true,
    1,
    () => [
      layer("twice", (x, { parameter }) => {
        const weight = parameter("weight", [1, CLASSES], normal({ std: 1 }));
        const product = matmul(x, weight);
        return add(multiply(product, product), tanhOf(matmul(x, weight)));
      }),
    ],
  ],
  [
    "an input that is also read element by element",
    false,
    CLASSES,
    () => [
      layer("residual", (x, { parameter }) =>
        add(x, matmul(x, parameter("weight", [CLASSES, CLASSES], normal({ std: 1 })))),
      ),
    ],
  ],
];

for (const dtype of ["float32", "float64"] as const) {
  test.each(networks)(`${dtype}: %s, with the reference's bits`, async (_, compressed, width, layers) => {
    const data = sparse(width, dtype);
    const options = {
      loss: crossEntropy(),
      optimizer: sgd({ lr: 0.2 }),
      batchSize: 8,
      steps: 20,
    };
    using net = sequential(layers(), { input: [width], dtype });
    const history = await net.fit(data, options);
    expect(net.summary().includes("compressed rows")).toBe(compressed);
    const expected = train({ ...options, data, layers: layers(), input: [width], dtype });
    expectSameBits(Float64Array.from(history.loss), Float64Array.from(expected.losses), "losses");
    for (const [name, values] of Object.entries(expected.params)) {
      expectSameBits(net.params[name]!.data, values, name);
    }
  });
}

test("a network that passes its input on reads it as it is", async () => {
  const data = sparse(CLASSES, "float32");
  using net = sequential([flatten()], { input: [CLASSES] });
  const { loss, accuracy } = await net.evaluate(data);
  // The same samples, given directly.
  expect(loss).toBe(net.loss(data.x, data.t));
  expect(accuracy).toBe(net.accuracy(data.x, data.t));
});
