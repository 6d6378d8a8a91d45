import { beforeAll, describe, expect, it, test } from "vitest";
import { splitDataset } from "../../src/data/index.ts";
import {
  adam,
  binaryCrossEntropy,
  checkpoint,
  crossEntropy,
  type Dataset,
  dense,
  init,
  load,
  model,
  OptionError,
  sequential,
} from "../../src/index.ts";
import { blobs } from "./blobs.ts";
import { expectError, expectRejection, make } from "./expect-error.ts";

beforeAll(() => init());

const names = ["猫", "dog", "bird"];
const data = { ...blobs(40), classNames: names };
const options = () => ({ loss: crossEntropy(), optimizer: adam(), steps: 2 });

describe("classNames", () => {
  it("are those of the data of the last fit that names them, and of its checkpoint", async () => {
    using net = make();
    expect(net.classNames).toBeUndefined();
    await net.fit(splitDataset(data).train, options());
    expect(net.classNames).toEqual(names);
    await net.fit(blobs(40), options());
    expect(net.classNames).toEqual(names);
    using again = await load(checkpoint(net));
    expect(again.classNames).toEqual(names);
    const { data: scores } = again.predict(data.x.data.subarray(0, 2));
    expect(names).toContain(again.classNames![scores.indexOf(Math.max(...scores))]);
  });

  it("may be set, and are a copy", async () => {
    using net = make();
    const own = [...names];
    net.classNames = own;
    own[0] = "cow";
    expect(net.classNames).toEqual(names);
    expect(() => (net.classNames as string[]).push("cow")).toThrow(TypeError);
    using again = await load(checkpoint(net));
    expect(again.classNames).toEqual(names);
    net.classNames = undefined;
    expect(net.classNames).toBeUndefined();
  });

  it("of an output that says yes or no are two", async () => {
    using net = sequential([dense(1)], { input: [2] });
    const { x, scale } = blobs(20);
    const t = { shape: [20], dtype: "float32", data: new Float32Array(20) } as const;
    const set: Dataset = { x, t, scale, classNames: ["no", "yes"] };
    await net.fit(set, { ...options(), loss: binaryCrossEntropy() });
    expect(net.classNames).toEqual(["no", "yes"]);
  });

  test.each<[string, unknown, string]>([
    ["too few", ["a", "b"], 'fit: classNames must be a list of 3 names; got ["a", "b"]'],
    ["no list", "abc", 'fit: classNames must be a list of 3 names; got "abc"'],
    ["none", null, "fit: classNames must be a list of 3 names; got null"],
    ["no names", ["a", 1, "b"], 'fit: classNames must be a list of 3 names; got ["a", 1, "b"]'],
  ])("are refused where they are %s", async (_, classNames, message) => {
    using net = make();
    const set = { ...data, classNames } as Dataset;
    await expectRejection(net.fit(set, options()), OptionError, message);
    expect(net.steps).toBe(0);
    expectError(
      () => {
        net.classNames = classNames as never;
      },
      OptionError,
      message.replace("fit", "network"),
    );
    expect(net.classNames).toBeUndefined();
  });

  it("go by output where there are several", () => {
    using net = model(({ x }, apply) => ({ a: apply(dense(2), x), b: apply(dense(3), x) }), {
      inputs: { x: [2] },
    });
    net.classNames = { b: names };
    expect(net.classNames).toEqual({ a: undefined, b: names });
    expectError(
      () => {
        net.classNames = { a: names };
      },
      OptionError,
      'network: classNames must be a list of 2 names; got ["猫", "dog", "bird"]',
    );
    expectError(
      () => {
        net.classNames = { c: names } as never;
      },
      OptionError,
      'network: classNames: there is no option "c"; did you mean a?',
    );
  });
});
