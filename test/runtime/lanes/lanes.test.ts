// Threads start, work, die, hang and end.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  LANE_BYTES,
  LANES_BLOCK,
  LaneField,
  LaneState,
  LanesField,
  ProgramField,
} from "../../../assembly/blocks.ts";
import { UnaryArg } from "../../../assembly/isa/elementwise.ts";
import { INSTRUCTION_BYTES, Op, Word } from "../../../assembly/isa/index.ts";
import { bundle } from "../../bundle.ts";
import { named } from "../../named.ts";
import { freshKobai, type Kobai } from "./realm.ts";

let kobai: Kobai;
/** the threads that were started */
let workers: Worker[];
const take = (worker: Worker) => void workers.push(worker);
beforeEach(async () => {
  workers = [];
  process.on("worker", take);
  kobai = await freshKobai();
});
afterEach(async () => {
  process.off("worker", take);
  vi.unstubAllGlobals();
  await kobai.close();
});

/** A lane's line, or for 0 the settings. */
function line(lane: number): Int32Array {
  const { heap } = kobai.engine();
  return heap.view("int32", LANES_BLOCK + lane * LANE_BYTES, LANE_BYTES / 4);
}

/** 3 ones through weights of 2. */
function predict(): number {
  using net = kobai.sequential([kobai.dense(1, { weight: kobai.constant(2) })], { input: [3] });
  return net.predict([1, 1, 1]).data[0]!;
}

describe("init({ threads })", () => {
  it("starts one thread less than there are lanes, and says so", async () => {
    expect(await kobai.init({ threads: 3 })).toEqual({
      threads: 3,
      maxMemory: 2 ** 32,
      relaxed: false,
      wide: false,
    });
    expect(workers.length).toBe(2);
    expect(kobai.engineInfo().threads).toBe(3);
    expect(await kobai.init({ threads: 3 })).toEqual(kobai.engineInfo());
    expect(workers.length).toBe(2);
    expect(kobai.engine().heap.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("starts none by default, on memory of its own", async () => {
    expect((await kobai.init()).threads).toBe(1);
    expect(workers.length).toBe(0);
    expect(kobai.engine().heap.memory.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('"auto" takes the machine\'s cores', async () => {
    const cores = Math.min(availableParallelism(), 64);
    expect((await kobai.init({ threads: "auto" })).threads).toBe(cores);
    expect(workers.length).toBe(cores - 1);
  });

  it('without shared memory, "auto" is 1 and more is refused with the remedy', async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    await expect(kobai.init({ threads: 2 })).rejects.toThrow(kobai.UnsupportedError);
    await expect(kobai.init({ threads: 2 })).rejects.toThrow(
      "init: threads: 2 needs shared memory, which a page has only where its server sends the headers " +
        "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp. Send them, or use threads: " +
        '"auto".',
    );
    expect((await kobai.init({ threads: "auto" })).threads).toBe(1);
  });

  it.each([
    [0, "0"],
    [65, "65"],
    [1.5, "1.5"],
    [-1, "-1"],
    [Number.NaN, "NaN"],
    ["many", '"many"'],
    [{}, "an object"],
  ] as [never, string][])("refuses %s", async (threads, shown) => {
    await expect(kobai.init({ threads })).rejects.toThrow(
      new kobai.OptionError(`init: threads must be a whole number from 1 to 64, or "auto"; got ${shown}`),
    );
  });

  it("takes the wasm as bytes or as a response, and refuses a compiled module", async () => {
    const bytes = Uint8Array.from(readFileSync("build/kobai.wasm"));
    const wasm = new WebAssembly.Module(bytes);
    await expect(kobai.init({ threads: 2, wasm })).rejects.toThrow(
      new kobai.OptionError(
        "init: wasm: a compiled WebAssembly.Module is for one thread; for more give the bytes or the Response",
      ),
    );
    const headers = { "content-type": "application/wasm" };
    await kobai.init({ threads: 2, wasm: Promise.resolve(new Response(bytes, { headers })) });
    expect(predict()).toBe(6);
    await kobai.close();
    kobai = await freshKobai();
    await kobai.init({ threads: 2, wasm: bytes });
    expect(predict()).toBe(6);
  });

  it("says which thread did not start", async () => {
    process.once("worker", (first) => void first.terminate());
    await expect(kobai.init({ threads: 3 })).rejects.toThrow(
      /^threads: lane 1 did not start: its thread ended/,
    );
    await vi.waitFor(() => expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1]));
    expect((await kobai.init()).threads).toBe(1);
  });

  it('with "auto" goes on alone where one does not start, and is content with that later', async () => {
    process.once("worker", (first) => void first.terminate());
    expect((await kobai.init({ threads: "auto" })).threads).toBe(1);
    await vi.waitFor(() => expect(workers.every(({ threadId }) => threadId === -1)).toBe(true));
    expect(predict()).toBe(6);
    expect((await kobai.init({ threads: "auto" })).threads).toBe(1);
    await expect(kobai.init({ threads: 2 })).rejects.toThrow(kobai.StateError);
  });
});

describe("tensors that come out", () => {
  it("are over memory of their own, which can be posted and does not change", async () => {
    await kobai.init({ threads: 2 });
    using net = kobai.sequential([kobai.dense(2)], { input: [3] });
    const { data } = net.params["dense1.weight"]!;
    expect(data.buffer).toBeInstanceOf(ArrayBuffer);
    expect(net.predict([1, 2, 3]).data.buffer).toBeInstanceOf(ArrayBuffer);
    expect(structuredClone(data, { transfer: [data.buffer] }).length).toBe(6);
  });
});

describe("a small program", () => {
  it("wakes no lane that sleeps, until a run of it has come to as much as waking costs", async () => {
    await kobai.init({ threads: 2 });
    const { heap } = kobai.engine();
    const [data, state] = [heap.allocate(64, "test"), heap.allocate(64, "test")];
    const words = kobai.instruction<UnaryArg>(
      Op.relu,
      "float32",
      named(UnaryArg, {
        out: data.address,
        a: data.address,
        n: 8,
        parameter: 0,
      }),
    );
    const program = kobai.load(kobai.engine(), [words], state.address, "test");
    const first = heap.view("int32", program.address, 1)[ProgramField.instructions]!;
    heap.view("int32", first, 16)[Word.nanoseconds] = 2000;
    await vi.waitFor(() => expect(line(1)[LaneField.asleep]).toBe(1));
    program.run(10);
    expect(line(0)[LanesField.owed]).toBe(20);
    expect(line(1)[LaneField.asleep]).toBe(1);
    program.run(3);
    expect(line(0)[LanesField.owed]).toBe(6);
    program.run(15);
    expect(line(0)[LanesField.owed]).toBe(0);
  });
});

describe("close", () => {
  it("ends the threads; what there is goes on with one", async () => {
    await kobai.init({ threads: 3 });
    const before = predict();
    await kobai.close();
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1]);
    expect(kobai.engineInfo().threads).toBe(1);
    expect(predict()).toBe(before);
    await kobai.close();
    await expect(kobai.init({ threads: 3 })).resolves.toEqual({
      threads: 1,
      maxMemory: 2 ** 32,
      relaxed: false,
      wide: false,
    });
  });

  it("does nothing before init", async () => {
    await expect(kobai.close()).resolves.toBeUndefined();
  });
});

describe("a thread that dies", () => {
  it("between calls makes the next call fail, once", async () => {
    await kobai.init({ threads: 3 });
    await workers[1]!.terminate();
    expect(predict).toThrow(kobai.ThreadError);
    expect(kobai.engineInfo().threads).toBe(1);
    expect(predict()).toBe(6);
    await vi.waitFor(() => expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1]));
  });

  it("by an error of its own is named with it", async () => {
    await kobai.init({ threads: 2 });
    const { heap } = kobai.engine();
    // An instruction that no kernel knows, offered to lane 1 alone.
    const block = heap.allocate(INSTRUCTION_BYTES, "test");
    heap.view("int32", block.address, 2).set([999, 0]);
    Atomics.store(line(1), LaneField.state, block.address);
    Atomics.notify(line(1), LaneField.state);
    await vi.waitFor(() => expect(line(1)[LaneField.state]).toBe(LaneState.failed));
    await vi.waitFor(() => expect(workers[0]!.threadId).toBe(-1));
    expect(predict).toThrow(
      /^threads: lane 1 has died \(Error: an assertion of the kernels failed\); this call was not begun\. All threads were ended/,
    );
    expect(predict()).toBe(6);
  });
});

describe("a thread that does not answer", () => {
  it("is given up after a while, and named", async () => {
    await kobai.init({ threads: 2 });
    // The gradient by the first input's weights is lane 0's part, and no work, since that input is always 0; the other is lane 1's.
    const { dense, sequential, sigmoid } = kobai;
    using net = sequential([dense(1), sigmoid(), dense(10)], { input: [2], dtype: "float64" });
    const n = 2 ** 18;
    const x = kobai.tensor(
      Float64Array.from({ length: 2 * n }, (_, i) => i % 2),
      [n, 2],
    );
    const error = await net
      .fit(
        { x, t: kobai.tensor(new Int32Array(n)) },
        {
          loss: kobai.crossEntropy(),
          optimizer: kobai.sgd(),
          gradient: "numerical",
          batchSize: n,
          steps: 5,
          onProgress() {
            line(0)[LanesField.patience] = 1;
          },
        },
      )
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kobai.ThreadError);
    expect(error).toMatchObject({ lane: 1 });
    expect(String(error)).toMatch(
      /^ThreadError: threads: lane 1 has not answered for 0.001 s: its thread has died or hangs; what this call was to compute is incomplete\./,
    );
    expect(kobai.engineInfo().threads).toBe(1);
    await vi.waitFor(() => expect(workers[0]!.threadId).toBe(-1));
    expect(predict()).toBe(6);
  });
});

describe("an error on lane 0", () => {
  it("ends the threads, which may still be at work", async () => {
    await kobai.init({ threads: 2 });
    const { heap } = kobai.engine();
    const words = kobai.instruction<UnaryArg>(
      Op.relu,
      "float32",
      named(UnaryArg, { out: 0, a: 0, n: 0, parameter: 0 }),
    );
    words[Word.op] = 99999;
    words[Word.nanoseconds] = 1000;
    const state = heap.allocate(64, "test");
    const program = kobai.load(kobai.engine(), [words], state.address, "test");
    expect(() => program.run(1)).toThrow(/unknown opcode/);
    expect(kobai.engineInfo().threads).toBe(1);
    expect(predict()).toBe(6);
  });
});

describe("a process with threads", () => {
  it("ends by itself when its work is done", async () => {
    const folder = mkdtempSync(join(process.cwd(), "build", "threads-"));
    try {
      const entry = join(folder, "script.ts");
      writeFileSync(
        entry,
        `import { init, dense, sequential } from "${join(process.cwd(), "src/index.ts")}";
        const { threads } = await init({ threads: 3 });
        const net = sequential([dense(64)], { input: [64] });
        net.predict(new Float32Array(64));
        console.log(threads);`,
      );
      await bundle([entry], folder, {});
      const child = spawn(process.execPath, [join(folder, "script.mjs")], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      child.stdout.on("data", (text) => {
        output += text;
      });
      const code = await new Promise((resolve) => child.once("close", resolve));
      expect({ code, output }).toEqual({ code: 0, output: "3\n" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
