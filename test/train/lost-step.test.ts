// Whether the step of a numerical gradient is lost beside the parameters, in a network and by itself.

import { beforeAll, describe, expect, it } from "vitest";
import { constant, dense, init, OptionError, sequential, tensor } from "../../src/index.ts";
import { checkStep } from "../../src/train/lost-step.ts";
import { coreOf } from "../../src/train/network.ts";
import { expectError } from "./expect-error.ts";

beforeAll(() => init());

describe.each(["float32", "float64"] as const)("a step beside parameters in %s", (dtype) => {
  const make = () => sequential([dense(3, { bias: constant(1) }), dense(2)], { input: [2], dtype });

  it("is taken where float64 holds it", () => {
    using net = make();
    net.params["dense1.weight"] = tensor([1e6, -1e8, 0, 0, 0, 0], [2, 3], dtype);
    checkStep("numericalGradient", coreOf(net), 1e-4);
  });

  it("is refused where it is lost, by the name of the largest", () => {
    using net = make();
    net.params["dense1.weight"] = tensor([0, 2 ** 40, 0, 0, 0, 0], [2, 3], dtype);
    net.params["dense2.bias"] = tensor([0, -(2 ** 44)], [2], dtype);
    const call = (h: number) => () => checkStep("fit", coreOf(net), h);
    expectError(
      call(1e-4),
      OptionError,
      "fit: h = 0.0001 is lost in the rounding of element 1 of the parameter dense2.bias = -17592186044416: try h = 100000000",
    );
    expect(call(1e8)).not.toThrow();
    net.params["dense2.bias"] = tensor([0, 0], [2], dtype);
    expect(call(1e-4)).toThrow("element 1 of the parameter dense1.weight = 1099511627776: try h = 7000000");
  });

  it("is refused where it is small itself", () => {
    using net = make();
    expect(() => checkStep("fit", coreOf(net), 1e-17)).toThrow(
      "of element 0 of the parameter dense1.bias = 1: ",
    );
    expect(() => checkStep("fit", coreOf(net), 1e-6)).not.toThrow();
  });
});
