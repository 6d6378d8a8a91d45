import { beforeAll, describe, expect, it } from "vitest";
import { RUN_BYTES, RunField, Status } from "../../assembly/blocks.ts";
import { GatherArg } from "../../assembly/isa/data.ts";
import { UnaryArg } from "../../assembly/isa/elementwise.ts";
import { MatmulArg } from "../../assembly/isa/gemm.ts";
import { INSTRUCTION_BYTES, Op } from "../../assembly/isa/index.ts";
import { AccumulateArg } from "../../assembly/isa/run.ts";
import { engine, init } from "../../src/runtime/engine.ts";
import { instruction, load, runOnce } from "../../src/runtime/instructions.ts";
import { named } from "../named.ts";

beforeAll(() => init());

describe("instruction", () => {
  it("puts opcode, dtype and each operand into the words that isa.ts names", () => {
    const operands = { out: 64, a: 128, n: 7, parameter: 192 };
    const words = instruction<UnaryArg>(Op.scale, "float64", named(UnaryArg, operands));
    expect([...words]).toEqual([Op.scale, 1, 64, 128, 7, 192, ...Array(10).fill(0)]);
    expect(words.byteLength).toBe(INSTRUCTION_BYTES);
  });

  it("does not care in which order the operands are given", () => {
    const operands = {
      workspaceBytes: 13,
      workspace: 12,
      output: 11,
      activation: 10,
      bias: 9,
      transposed: 8,
      c: 7,
      b: 6,
      a: 5,
      k: 4,
      n: 3,
      m: 2,
    };
    const words = instruction<MatmulArg>(Op.matmul, "float32", named(MatmulArg, operands));
    expect([...words.subarray(2, 14)]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it("holds addresses above 2 GiB, unsigned", () => {
    const operands = { out: 0xc0000000, a: 2 ** 32 - 64, n: 1, parameter: 0 };
    expect([...instruction<UnaryArg>(Op.relu, "float32", named(UnaryArg, operands)).subarray(2, 4)]).toEqual([
      0xc0000000, 0xffffffc0,
    ]);
  });

  it("fits every layout into an instruction", () => {
    for (const layout of [GatherArg, MatmulArg]) {
      const words = Object.values(layout).filter((value) => typeof value === "number");
      expect(Math.max(...words)).toBeLessThan(INSTRUCTION_BYTES / 4);
      expect(new Set(words).size).toBe(words.length);
    }
  });
});

describe("a program", () => {
  it("runs its list as often as asked, counting the steps, and gives its memory back", () => {
    const { heap } = engine();
    const before = heap.report();
    const data = heap.allocate(64, "test");
    const state = heap.allocate(RUN_BYTES, "test");
    heap.view("float64", data.address, 2).set([0, 1.5]);
    const add = instruction<AccumulateArg>(
      Op.accumulate,
      "float64",
      named(AccumulateArg, {
        out: data.address,
        a: data.address + 8,
        weight: 2,
      }),
    );
    const program = load(engine(), [add, add], state.address, "test");
    expect(program.run(5)).toBe(Status.done);
    expect(program.run(1)).toBe(Status.done);
    expect(program.run(0)).toBe(Status.done);
    expect(heap.view("float64", data.address, 1)[0]).toBe(6 * 2 * 3);
    expect(heap.view("int32", state.address, 1)[RunField.step]).toBe(6);
    program.dispose();
    heap.free(state);
    heap.free(data);
    expect(heap.report()).toEqual(before);
  });

  it("of one instruction leaves nothing behind", () => {
    const { heap } = engine();
    const data = heap.allocate(64, "test");
    const held = heap.report().held;
    heap.view("float32", data.address, 3).set([-1, 0, 2]);
    const operands = { out: data.address, a: data.address, n: 3, parameter: 0 };
    runOnce(engine(), instruction<UnaryArg>(Op.relu, "float32", named(UnaryArg, operands)));
    expect([...heap.view("float32", data.address, 3)]).toEqual([0, 0, 2]);
    expect(heap.report().held).toBe(held);
    heap.free(data);
  });
});
