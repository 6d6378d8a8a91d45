import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  dense,
  init,
  memoryReport,
  type NamedTensors,
  relu,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";
import { crossEntropy } from "../../src/nn/losses.ts";
import { Resources } from "../../src/runtime/resources.ts";
import { collectGarbage } from "./garbage.ts";

describe("Resources", () => {
  it("disposes of everything, once", () => {
    const resources = new Resources();
    const [a, b] = [{ dispose: vi.fn() }, { dispose: vi.fn() }];
    expect(resources.add(a)).toBe(a);
    resources.add(b);
    expect(resources.disposed).toBe(false);
    resources.dispose();
    resources.dispose();
    expect(resources.disposed).toBe(true);
    expect(a.dispose).toHaveBeenCalledOnce();
    expect(b.dispose).toHaveBeenCalledOnce();
  });

  it("disposes of one before the rest", () => {
    const resources = new Resources();
    const first = resources.add({ dispose: vi.fn() });
    resources.release(first);
    resources.release(first);
    resources.dispose();
    expect(first.dispose).toHaveBeenCalledOnce();
  });

  it("leaves nothing half made", () => {
    const resources = new Resources();
    const first = { dispose: vi.fn() };
    const make = () =>
      resources.orDispose(() => {
        resources.add(first);
        throw new Error("no more");
      });
    expect(make).toThrow("no more");
    expect(first.dispose).toHaveBeenCalledOnce();
    expect(new Resources().orDispose(() => 7)).toBe(7);
  });
});

describe("a network that nobody refers to", () => {
  const data = { x: tensor([[0], [1]]), t: tensor(new Uint8Array([0, 1])) };
  const make = (name: string) => sequential([dense(8), relu(), dense(2)], { input: [1], name });
  const owners = () => Object.keys(memoryReport().owners);

  beforeAll(() => init());

  it("gives its memory back when it is collected", async () => {
    await (async () => {
      const net = make("dropped");
      await net.fit(data, { loss: crossEntropy(), optimizer: sgd(), steps: 3 });
      net.predict([1]);
      net.gradient([1], 0);
      expect(owners()).toContain("dropped: parameters and gradients");
    })();
    await collectGarbage(() => owners().length === 0);
    expect(memoryReport()).toMatchObject({ held: 0, owners: {} });
  });

  it("lives on while its parameters are held", async () => {
    const hold = (): NamedTensors => make("held").params;
    const params = hold();
    make("dropped");
    await collectGarbage(() => !owners().some((owner) => owner.startsWith("dropped")));
    expect(owners()).toEqual(["held: parameters and gradients"]);
    expect(params["dense2.bias"]!.shape).toEqual([2]);
  });

  it("is not freed twice where it was disposed of before", async () => {
    (() => make("disposed").dispose())();
    make("dropped");
    await collectGarbage(() => owners().length === 0);
    expect(memoryReport().held).toBe(0);
  });
});
