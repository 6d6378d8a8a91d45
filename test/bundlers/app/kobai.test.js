/** @jest-environment jsdom */

import { crossEntropy, dense, init, sequential, sgd, tensor } from "kobai";
import { takeBatch } from "kobai/data";
import { numericalGradient } from "kobai/numeric";

test("trains in a page of Jest's, whose arrays are of another realm", async () => {
  expect((await init({ threads: 2 })).threads).toBe(2);
  const net = sequential([dense(2)], { input: [2] });
  const data = {
    x: tensor([
      [0, 1],
      [1, 0],
    ]),
    t: tensor(Uint8Array.of(0, 1)),
  };
  const { loss } = await net.fit(data, { loss: crossEntropy(), optimizer: sgd({ lr: 1 }), steps: 50 });
  expect(loss.at(-1)).toBeLessThan(0.1);
  const [x] = takeBatch(data, 0, 1);
  expect(net.predict(Float32Array.of(0, 1)).data).toEqual(net.predict(x).data);
  expect(numericalGradient(([a]) => a * a, Float64Array.of(3))[0]).toBeCloseTo(6);
});
