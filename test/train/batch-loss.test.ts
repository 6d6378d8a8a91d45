// The loss and the gradient of batches in JavaScript: what they are given as, and whether its zeros are skipped, changes no bit.

import { beforeAll, describe, expect, it } from "vitest";
import {
  DataError,
  dense,
  init,
  type Layer,
  layer,
  memoryReport,
  relu,
  sequential,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { scale } from "../../src/ops.ts";
import { expectError } from "./expect-error.ts";

beforeAll(() => init());

const WIDTH = 150;
const BATCH = 6;
const labels = [0, 2, 1, 1, 2, 0];

/** Reads the inputs in another way than as the rows of a product, and leaves them what they are. */
const unchanged = (): Layer => layer("unchanged", (x) => scale(x, 1));

const make = (dtype: "float32" | "float64", ...first: Layer[]) =>
  sequential([...first, dense(9), relu(), dense(3)], { input: [WIDTH], seed: 5, dtype });

/** @param zeros how many of ten elements are zero */
const inputs = (dtype: Tensor["dtype"], zeros: number): Tensor =>
  tensor(
    Array.from({ length: BATCH * WIDTH }, (_, i) => ((i * 7) % 10 < zeros ? 0 : (i * 31) % 200)),
    [BATCH, WIDTH],
    dtype,
  );

describe.each(["float32", "float64"] as const)("a network in %s", (dtype) => {
  it.each(["float32", "float64", "uint8", "int32"] as const)("given %s", (given) => {
    using skipping = make(dtype);
    using dense = make(dtype, unchanged());
    const targets = [
      labels,
      tensor(
        labels.flatMap((label) => [0, 1, 2].map((k) => Number(k === label))),
        [6, 3],
      ),
    ];
    for (const zeros of [8, 1]) {
      const x = inputs(given, zeros);
      const converted = tensor(x.data, x.shape, dtype);
      for (const t of targets) {
        const loss = skipping.loss(x, t);
        expect(loss).toBeGreaterThan(0);
        expect(skipping.gradient(x, t)).toEqual(dense.gradient(converted, t));
        expect(loss).toBe(dense.loss(converted, t));
      }
    }
  });
});

describe("a batch that is not finite", () => {
  it.each([8, 1])("is refused before any gradient is written, %d of 10 elements zero", (zeros) => {
    using net = make("float32");
    net.gradient(inputs("float32", zeros), labels);
    const before = { ...net.grads };
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = inputs("float32", zeros);
      x.data[3 * WIDTH + 4] = bad;
      for (const call of ["loss", "gradient"] as const) {
        expectError(
          () => net[call](x, labels),
          DataError,
          `${call}: x [6, 150] is ${bad} at sample 3, element 4; remove such samples or fill the gaps first`,
        );
      }
    }
    expect({ ...net.grads }).toEqual(before);
  });
});

it("gives its memory back with the network", () => {
  const { held } = memoryReport();
  const net = make("float32");
  for (const zeros of [8, 1]) {
    // More programs than are kept.
    for (let batch = 1; batch <= BATCH; batch++) {
      const x = inputs("float32", zeros).data.subarray(0, batch * WIDTH);
      net.loss(x, labels.slice(0, batch));
      net.gradient(x, labels.slice(0, batch));
    }
  }
  net.dispose();
  expect(memoryReport().held).toBe(held);
});
