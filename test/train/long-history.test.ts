import { expect, it } from "vitest";
import { dense, init, meanSquaredError, sequential, sgd, tensor, zeros } from "../../src/index.ts";

it("a history of more than a million steps holds every other loss", async () => {
  await init();
  using net = sequential([dense(1, { weight: zeros(), bias: false })], { input: [1] });
  const data = { x: tensor([[1]]), t: tensor([[1]]) };
  const steps = 2 ** 20 + 3;
  const history = await net.fit(data, {
    loss: meanSquaredError(),
    optimizer: sgd({ lr: 1e-6 }),
    steps,
    sampling: "replacement",
  });
  expect(history).toMatchObject({ steps, lossEvery: 2 });
  expect(history.loss).toHaveLength(Math.ceil(steps / 2));
  // those of steps 0, 2, 4, …: the loss falls at every step that is large enough to be seen
  const falls = history.loss.every((loss, i) => i === 0 || loss <= history.loss[i - 1]!);
  expect(falls).toBe(true);
  expect(history.loss.at(-1)).toBeLessThan(history.loss[0]!);
});
