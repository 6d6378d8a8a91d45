import { expect, it } from "vitest";
import { lossCurve } from "../../web/src/parts/train/loss-curve.ts";
import { Losses } from "../../web/src/parts/train/losses.ts";

it("losses of a million steps are held, forgotten and shown as a curve of few points", () => {
  const losses = new Losses();
  expect(lossCurve(losses, 400)).toEqual({ x: [], y: [] });
  losses.set(3, 0.5);
  expect([losses.length, losses.of(2), losses.of(3), losses.of(4)]).toEqual([3, undefined, 0.5, undefined]);
  expect(lossCurve(losses, 400)).toEqual({ x: [3], y: [0.5] });
  expect(JSON.stringify(losses)).toBe("[null,null,0.5]");
  for (let step = 1; step <= 1_000_000; step++) losses.set(step, 2 / 2 ** (step % 2));
  losses.set(1, Number.POSITIVE_INFINITY);
  const { x, y } = lossCurve(losses, 400);
  expect(x.length).toBe(400);
  expect(y[0]).toBeCloseTo(1.5, 2);
  expect(y[399]).toBe(1.5);
  losses.cut(3);
  expect([losses.length, losses.of(3), losses.of(4)]).toEqual([3, 1, undefined]);
  losses.set(5, 7);
  expect(JSON.stringify(losses)).toBe("[null,2,1,null,7]");
});
