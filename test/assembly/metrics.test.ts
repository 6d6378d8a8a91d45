// The kernels that metrics are made of, bit for bit beside the plain reference.

import { beforeAll, describe, expect, test } from "vitest";
import { ExtensionOp } from "../../assembly/isa/index.ts";
import { MetricArg } from "../../assembly/isa/metric.ts";
import { init } from "../../src/index.ts";
import { engine } from "../../src/runtime/engine.ts";
import { extension } from "../../src/runtime/extension.ts";
import { instruction, runOnce } from "../../src/runtime/instructions.ts";
import { dtypeOf, type TypedArray } from "../../src/tensor.ts";
import { elements } from "../graph/op-cases.ts";
import type { Floats } from "../reference/matmul.ts";
import * as reference from "../reference/metrics.ts";
import { expectSameBits } from "../same-bits.ts";

beforeAll(() => init());

interface Run {
  readonly op: ExtensionOp;
  readonly length: number;
  readonly y: Floats;
  readonly targets: TypedArray;
  readonly n: number;
  readonly threshold?: number;
}

/** What two calls of a kernel leave in its totals. */
function run({ op, length, y, targets, n, threshold }: Run): Float64Array {
  const { heap } = engine();
  const blocks = [8 * length, y.byteLength, targets.byteLength, 8].map((bytes) =>
    heap.allocate(bytes, "test"),
  );
  const [totals, outputs, labels, above] = blocks.map(({ address }) => address) as [
    number,
    number,
    number,
    number,
  ];
  try {
    heap.view("float64", totals, length).fill(0);
    heap.view(dtypeOf(y), outputs, y.length).set(y);
    heap.view(dtypeOf(targets), labels, targets.length).set(targets);
    heap.view("float64", above, 1)[0] = threshold ?? 0;
    const words = instruction<MetricArg>(extension(op), dtypeOf(y), {
      [MetricArg.totals]: totals,
      [MetricArg.outputs]: outputs,
      [MetricArg.targets]: labels,
      [MetricArg.oneHot]: dtypeOf(targets) === "int32" ? 0 : 1,
      [MetricArg.m]: y.length / n,
      [MetricArg.n]: n,
      [MetricArg.threshold]: threshold === undefined ? 0 : above,
    });
    runOnce(engine(), words);
    runOnce(engine(), words);
    return heap.view("float64", totals, length).slice();
  } finally {
    for (const block of blocks) heap.free(block);
  }
}

function twice(length: number, add: (totals: Float64Array) => void): Float64Array {
  const totals = new Float64Array(length);
  add(totals);
  add(totals);
  return totals;
}

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  describe.each([
    [1, 2],
    [5, 2],
    [7, 3],
    [4, 4],
    [9, 5],
    [33, 10],
    [3, 130],
  ])("of %i samples and %i outputs", (m, n) => {
    const options = { seed: 7, classes: n };
    // Few values, so that outputs are often equal.
    const y = elements("any", [m, n], dtype, options).map((x) => Math.round(x)) as Floats;
    const any = elements("any", [m, n], dtype, { ...options, seed: 8 }) as Floats;
    const rows = elements("oneHot", [m, n], dtype, { ...options, seed: 9 }) as Floats;
    const labels = elements("labels", [m], dtype, { ...options, seed: 10 }) as Int32Array;
    const yes = rows.map((x) => (x > 0.2 ? x : 0)) as Floats;

    test.each([
      ["labels", labels],
      ["rows", rows],
    ])("classes by %s", (_, targets) => {
      const given = { y, targets, n };
      expectSameBits(
        run({ ...given, op: ExtensionOp.countConfusion, length: n * n }),
        twice(n * n, (totals) => reference.confusion(totals, y, targets, n)),
        "confusion",
      );
      expectSameBits(
        run({ ...given, op: ExtensionOp.countRanks, length: n }),
        twice(n, (totals) => reference.ranks(totals, y, targets, n)),
        "ranks",
      );
      const length = 1 + 2 * m * (n + 1);
      expectSameBits(
        run({ ...given, y: any, op: ExtensionOp.collectScores, length }),
        twice(length, (totals) => reference.collected(totals, any, targets, n, false)),
        "scores",
      );
    });

    test.each([0, 0.5, -1])("yes or no above %s", (threshold) => {
      const given = { y, targets: yes, n, threshold };
      expectSameBits(
        run({ ...given, op: ExtensionOp.countConfusion, length: 4 * n }),
        twice(4 * n, (totals) => reference.binaryConfusion(totals, y, yes, n, threshold)),
        "confusion",
      );
      const length = 1 + 4 * m * n;
      expectSameBits(
        run({ ...given, op: ExtensionOp.collectScores, length }),
        twice(length, (totals) => reference.collected(totals, y, yes, n, true)),
        "scores",
      );
    });

    test("errors", () => {
      expectSameBits(
        run({ y: any, targets: rows, n, op: ExtensionOp.addErrors, length: 6 * n }),
        twice(6 * n, (totals) => reference.errors(totals, any, rows, n)),
        "errors",
      );
    });
  });

  test("a label whose output is NaN comes last, and another's NaN before it", () => {
    const y = elements("any", [2, 3], dtype, { seed: 1, classes: 3 }) as Floats;
    y.set([Number.NaN, 1, 2, 1, Number.NaN, 0]);
    const targets = Int32Array.of(0, 0);
    expect([...run({ y, targets, n: 3, op: ExtensionOp.countRanks, length: 3 })]).toEqual([0, 2, 2]);
  });
});
