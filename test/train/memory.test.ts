import { beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  crossEntropy,
  dense,
  type FitOptions,
  he,
  init,
  MemoryError,
  memoryReport,
  type Network,
  relu,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";
import { engine } from "../../src/runtime/engine.ts";
import { blobs } from "./blobs.ts";

const MIB = 1024 ** 2;

beforeAll(() => init({ maxMemory: 8 * MIB }));

const make = (): Network =>
  sequential([dense(16, { weight: he() }), relu(), dense(3, { weight: he() })], { input: [2], name: "net" });

const options = (): FitOptions => ({
  loss: crossEntropy(),
  optimizer: adam(),
  batchSize: 16,
  steps: 10,
  evaluate: { data: { train: blobs(100), test: blobs(700) } },
});

describe("memory", () => {
  it("is all given back by dispose, and by a using block", async () => {
    const before = memoryReport();
    {
      using net = make();
      await net.fit(blobs(100), options());
      await net.evaluate(blobs(700));
      net.predict([1, 2]);
      net.gradient([1, 2], 0);
      net.accuracy([1, 2], 0);
      expect(memoryReport().held).toBeGreaterThan(0);
    }
    expect(memoryReport()).toEqual(before);
    const net = make();
    net.predict([1, 2]);
    net.dispose();
    expect(memoryReport()).toEqual(before);
  });

  it("is held by name: the parameters always, data only while they are used", async () => {
    using net = make();
    expect(memoryReport().owners).toEqual({ "net: parameters and gradients": 2 * (128 + 64 + 192 + 64) });
    const seen: string[][] = [];
    await net.fit(blobs(100), {
      ...options(),
      onProgress: () => seen.push(Object.keys(memoryReport().owners)),
    });
    expect(seen[0]).toEqual(expect.arrayContaining(["net", "net: data", "net: optimizer"]));
    expect(memoryReport().owners).toEqual({
      "net: parameters and gradients": 896,
      "net: optimizer": 896,
    });
  });

  it("does not grow from fit to fit, whatever the optimizer", async () => {
    using net = make();
    await net.fit(blobs(100), options());
    const { held } = memoryReport();
    for (let i = 0; i < 5; i++) {
      await net.fit(blobs(100), options());
      expect(memoryReport().held).toBe(held);
    }
  });
});

describe("exhaustion", () => {
  it("says what was asked for, how much is held, and by whom", () => {
    using net = make();
    const x = tensor(new Uint8Array(2_000_000), [1_000_000, 2]);
    expect(() => net.loss(x, new Uint8Array(1_000_000))).toThrow(
      expect.objectContaining({
        name: "MemoryError",
        message:
          "memory: net asked for 11.4 MiB, but of the limit of 8.0 MiB 5.7 MiB are held " +
          "(net 5.7 MiB, net: parameters and gradients 896 bytes). " +
          "Dispose of networks (in a loop without await only dispose() or `using` frees them), use smaller batches, or raise init({ maxMemory }).",
      }),
    );
  });

  it("is not met by predict, however many samples it is given", () => {
    using net = make();
    const { shape } = net.predict(tensor(new Uint8Array(2_000_000), [1_000_000, 2]));
    expect(shape).toEqual([1_000_000, 3]);
    expect(memoryReport().owners.net).toBeLessThan(120_000);
  });

  it("of a network's own parameters leaves nothing behind", () => {
    const before = memoryReport();
    expect(() => sequential([dense(2000)], { input: [1000] })).toThrow(MemoryError);
    expect(memoryReport().held).toBe(before.held);
  });

  it("of data that are too large leaves the network as it was", async () => {
    using net = make();
    const params = { ...net.params };
    const before = memoryReport().owners;
    const large = {
      x: tensor(new Uint8Array(9 * MIB).fill(1), [4.5 * MIB, 2]),
      t: tensor(new Uint8Array(4.5 * MIB)),
    };
    await expect(net.fit(large, { loss: crossEntropy(), optimizer: sgd(), steps: 1 })).rejects.toThrow(
      /^memory: net: data asked for 9\.0 MiB/,
    );
    await expect(net.evaluate(large)).rejects.toThrow(/^memory: net: data asked for 9\.0 MiB/);
    expect(memoryReport().owners).toEqual(before);
    expect({ ...net.params }).toEqual(params);
  });

  // Leaves ever more memory free, so that each allocation in turn is the one that fails.
  const calls: [string, (net: Network) => unknown][] = [
    ["sequential", () => make().dispose()],
    ["predict", (net) => net.predict(new Float32Array(64))],
    ["gradient", (net) => net.gradient(new Float32Array(64), new Uint8Array(32))],
    ["evaluate", (net) => net.evaluate(blobs(700))],
    ["numericalGradient", (net) => net.numericalGradient(new Float32Array(64), new Uint8Array(32))],
    ["fit", (net) => net.fit(blobs(100), options())],
    ["fit by numerical gradients", (net) => net.fit(blobs(100), { ...options(), gradient: "numerical" })],
    ["fit on inputs that are mostly zeros", (net) => net.fit(sparse(), options())],
  ];
  it.each(calls)(
    "anywhere within %s leaves nothing behind, and the same call works later",
    async (name, call) => {
      const { heap } = engine();
      let failures = 0;
      for (let free = 0; ; free += 320) {
        using net = make();
        // A network keeps its float64 twin, once made, as it keeps programs.
        if (name.includes("numerical")) net.numericalGradient([1, 2], 0);
        const full = fill(free);
        const before = memoryReport().owners;
        let error: unknown;
        try {
          await call(net);
        } catch (thrown) {
          error = thrown;
        }
        const after = memoryReport().owners;
        for (const block of full) heap.free(block);
        if (error === undefined) break;
        expect(error).toBeInstanceOf(MemoryError);
        expect(after).toEqual(before);
        if (failures++ % 20 === 0) await call(net);
      }
      expect(failures).toBeGreaterThan(2);
      expect(memoryReport().held).toBe(0);
    },
  );

  function sparse() {
    const data = blobs(700);
    return { ...data, x: { ...data.x, data: data.x.data.map((value, i) => (i % 16 === 0 ? value : 0)) } };
  }

  /** Takes all memory but about `free` bytes. */
  function fill(free: number) {
    const { heap } = engine();
    const gap = heap.allocate(Math.max(free, 1), "gap");
    const blocks = [];
    for (let size = 8 * MIB; size >= 64; size /= 2) {
      try {
        for (;;) blocks.push(heap.allocate(size, "full"));
      } catch {
        // so much does not fit any more
      }
    }
    heap.free(gap);
    return blocks;
  }
});
