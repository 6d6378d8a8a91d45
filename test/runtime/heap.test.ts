import { beforeEach, describe, expect, it } from "vitest";
import { MemoryError, StateError } from "../../src/errors.ts";
import { Heap } from "../../src/runtime/heap.ts";

const PAGE = 65536;
const LIMIT = 4 * PAGE;

let heap: Heap;
beforeEach(() => {
  heap = new Heap(new WebAssembly.Memory({ initial: 1, maximum: 4 }), 100, LIMIT);
});

describe("allocate", () => {
  it("gives 64-byte aligned blocks past the base, their size rounded up", () => {
    const sizes = [1, 63, 64, 65, 1000];
    const blocks = sizes.map((bytes) => heap.allocate(bytes, "test"));
    expect(blocks.map(({ bytes }) => bytes)).toEqual([64, 64, 64, 128, 1024]);
    expect(blocks.map(({ address }) => address)).toEqual([128, 192, 256, 320, 448]);
  });

  it("gives a block to whoever asks for nothing, so that every address is somebody's", () => {
    expect(heap.allocate(0, "a").address).not.toBe(heap.allocate(0, "b").address);
  });

  it("zeroes memory that was used before", () => {
    const block = heap.allocate(256, "test");
    heap.view("uint8", block.address, 256).fill(255);
    heap.free(block);
    const again = heap.allocate(256, "test");
    expect(again.address).toBe(block.address);
    expect(heap.view("uint8", again.address, 256)).toEqual(new Uint8Array(256));
  });

  it("fills the first hole that is large enough", () => {
    const [small, , large] = [64, 64, 256, 64].map((bytes) => heap.allocate(bytes, "test"));
    heap.free(small!);
    heap.free(large!);
    expect(heap.allocate(128, "test").address).toBe(large!.address);
    expect(heap.allocate(64, "test").address).toBe(small!.address);
    expect(heap.allocate(128, "test").address).toBe(large!.address + 128);
  });

  it("leaves 64 bytes at the end of memory that vectors may read", () => {
    const all = heap.allocate(PAGE - 128 - 64, "test");
    expect(heap.memory.buffer.byteLength).toBe(PAGE);
    expect(all.address + all.bytes).toBe(PAGE - 64);
    heap.free(all);
    heap.allocate(all.bytes + 64, "test");
    expect(heap.memory.buffer.byteLength).toBe(2 * PAGE);
  });
});

describe("growth", () => {
  it("joins what memory gains with the hole at its end", () => {
    const first = heap.allocate(1024, "test");
    const second = heap.allocate(PAGE, "test");
    expect(second.address).toBe(first.address + first.bytes);
    expect(heap.report().capacity).toBe(2 * PAGE);
  });

  it("goes on behind the last block where no hole is left", () => {
    const all = heap.allocate(PAGE - 128 - 64, "test");
    expect(heap.allocate(64, "test").address).toBe(all.address + all.bytes);
  });

  it("grows by a quarter at least, so that many small blocks do not grow memory one by one", () => {
    const roomy = new Heap(new WebAssembly.Memory({ initial: 32, maximum: 128 }), 0, 128 * PAGE);
    roomy.allocate(32 * PAGE, "test");
    expect(roomy.report().capacity).toBe(40 * PAGE);
  });

  it("gives a lasting view anew, and the one that there is until then", () => {
    const block = heap.allocate(16, "test");
    const view = heap.lastingView("float64", block.address, 2);
    const before = view();
    before.set([1.5, -2.5]);
    expect(view()).toBe(before);
    heap.allocate(PAGE, "test");
    expect(before).toHaveLength(0);
    expect(view()).toEqual(new Float64Array([1.5, -2.5]));
    expect(view()).toBe(view());
  });

  it("keeps what is in memory, and views must be taken anew", () => {
    const block = heap.allocate(16, "test");
    const before = heap.view("float64", block.address, 2);
    before.set([1.5, -2.5]);
    heap.allocate(2 * PAGE, "test");
    expect(before.length).toBe(0);
    expect(heap.view("float64", block.address, 2)).toEqual(new Float64Array([1.5, -2.5]));
  });

  it("stops at the limit, saying what was asked for and who holds what, and changes nothing", () => {
    const held = heap.allocate(100 * 1024, "network 1: data");
    heap.allocate(64, "network 2");
    const before = heap.report();
    const ask = () => heap.allocate(300 * 1024, "network 3");
    expect(ask).toThrow(MemoryError);
    expect(ask).toThrow(
      expect.objectContaining({
        name: "MemoryError",
        message:
          "memory: network 3 asked for 300.0 KiB, but of the limit of 256.0 KiB 100.1 KiB are held " +
          "(network 1: data 100.0 KiB, network 2 64 bytes). " +
          "Dispose of networks (in a loop without await only dispose() or `using` frees them), use smaller batches, or raise init({ maxMemory }).",
        asked: 300 * 1024,
        report: before,
      }),
    );
    expect(heap.report()).toEqual(before);
    heap.free(held);
    expect(heap.allocate(100 * 1024, "network 3").address).toBe(held.address);
  });

  it("names no holders where there are none", () => {
    expect(() => heap.allocate(2 * 1024 ** 2, "net")).toThrow(
      "memory: net asked for 2.0 MiB, but of the limit of 256.0 KiB 0 bytes are held. Dispose",
    );
  });

  it("reports the limit where the runtime refuses to grow before it", () => {
    const small = new Heap(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 0, 100 * PAGE);
    expect(() => small.allocate(3 * PAGE, "net")).toThrow(MemoryError);
    expect(small.allocate(PAGE, "net").bytes).toBe(PAGE);
  });
});

describe("free", () => {
  it.each([
    [0, 1, 2],
    [2, 1, 0],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
  ])("merges neighbours, whatever the order (%d, %d, %d)", (...order) => {
    const blocks = [128, 128, 128].map((bytes) => heap.allocate(bytes, "test"));
    const fence = heap.allocate(64, "test");
    for (const index of order) heap.free(blocks[index]!);
    expect(heap.allocate(384, "test").address).toBe(blocks[0]!.address);
    heap.free(fence);
  });

  it("gives all of memory back as one piece", () => {
    const blocks = Array.from({ length: 20 }, (_, i) => heap.allocate(64 * (i + 1), "test"));
    for (const index of [3, 7, 1, 0, 19, 2, 11, 5, 18, 4, 6, 13, 8, 17, 9, 15, 10, 12, 16, 14]) {
      heap.free(blocks[index]!);
    }
    expect(heap.allocate(PAGE - 128 - 64, "test").address).toBe(128);
    expect(heap.memory.buffer.byteLength).toBe(PAGE);
  });

  it("refuses a block that was freed already, even where another lies there now", () => {
    const block = heap.allocate(64, "network 1");
    heap.free(block);
    const error = new StateError("heap: the block at 128 of network 1 is not held; it was freed already");
    expect(() => heap.free(block)).toThrow(error);
    heap.allocate(64, "network 2");
    expect(() => heap.free(block)).toThrow(error);
  });
});

it("reports bytes by owner", () => {
  expect(heap.report()).toEqual({ capacity: PAGE, held: 0, owners: {} });
  const first = heap.allocate(100, "a");
  heap.allocate(64, "b");
  heap.allocate(64, "a");
  expect(heap.report()).toEqual({ capacity: PAGE, held: 256, owners: { a: 192, b: 64 } });
  heap.free(first);
  expect(heap.report()).toEqual({ capacity: PAGE, held: 128, owners: { a: 64, b: 64 } });
});

it("views memory in every type", () => {
  const { address } = heap.allocate(64, "test");
  heap.view("uint8", address, 8).set([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  expect(heap.view("float64", address, 1)).toEqual(new Float64Array([1]));
  expect(heap.view("float32", address, 2)).toEqual(new Float32Array([0, 1.875]));
  expect(heap.view("int32", address, 2)).toEqual(new Int32Array([0, 0x3ff00000]));
});
