import { beforeAll, describe, expect, test } from "vitest";
import { DataError, dense, init, normal, sequential } from "../../src/index.ts";
import { type DTypeName, typedArrays } from "../../src/tensor.ts";
import { precisionOf } from "../reference/elementwise.ts";
import { type Floats, matmul } from "../reference/matmul.ts";
import { expectSameBits } from "../same-bits.ts";

beforeAll(() => init());

const WIDTH = 37;
const UNITS = 5;

/** Samples of which one element in `every` is not zero; −0 is zero too. */
function samples(dtype: DTypeName, batch: number, every: number) {
  return typedArrays[dtype].from(
    Array.from({ length: batch * WIDTH }, (_, i) =>
      i % every === 0 ? ((i * 7919) % 200) + 1 : i % 2 ? 0 : -0,
    ),
  );
}

describe.each(["float32", "float64"] as const)("predict of a network in %s", (dtype) => {
  describe.each<DTypeName>(["uint8", "int32", "float32", "float64"])("given %s", (source) => {
    // Sparse and dense, one sample, some, and more than are handled at once.
    test.each([1, 5, 40].flatMap((every) => [1, 7, 230].map((batch) => [every, batch] as const)))(
      "one element in %i is not zero, %i samples: the bits of the plain product",
      (every, batch) => {
        using net = sequential([dense(UNITS, { weight: normal({ std: 1 }) })], { input: [WIDTH], dtype });
        net.params["dense1.bias"] = {
          shape: [UNITS],
          dtype,
          data: new typedArrays[dtype](UNITS).map((_: number, j: number) => j / 3),
        };
        const given = samples(source, batch, every);
        const x = typedArrays[dtype].from(given) as Floats;
        const { round } = precisionOf(x);
        const b = net.params["dense1.weight"]!.data as Floats;
        const bias = net.params["dense1.bias"]!.data;
        const expected = matmul<Floats>({ m: batch, n: UNITS, k: WIDTH, a: x, b });
        expected.forEach((sum, i) => {
          expected[i] = round(sum + bias[i % UNITS]!);
        });
        const { shape, data } = net.predict(given);
        expect(shape).toEqual(batch === 1 ? [UNITS] : [batch, UNITS]);
        expectSameBits(data as Floats, expected, "outputs");
      },
    );
  });
});

test.each([1, 40])("an element that is not finite is named, one in %i not being zero", (every) => {
  using net = sequential([dense(UNITS)], { input: [WIDTH] });
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const [sample, element] of [
      [0, 0],
      [3, 36],
      [217, 3],
      [229, 36],
    ] as const) {
      const x = samples("float32", 230, every);
      x[sample * WIDTH + element] = value;
      expect(() => net.predict(x)).toThrow(DataError);
      expect(() => net.predict(x)).toThrow(`${value} at sample ${sample}, element ${element}`);
    }
    // and what follows is not disturbed
    expect(net.predict(samples("float32", 230, every)).data.every(Number.isFinite)).toBe(true);
  }
});
