import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { check, isShape, nearest, oneOf, options, positive, show, whole } from "../src/check.ts";
import { KobaiError, OptionError } from "../src/errors.ts";

describe("show", () => {
  const detached = new Float32Array(2);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  it.each<[unknown, string]>([
    [undefined, "undefined"],
    [null, "null"],
    [-0.5, "-0.5"],
    [10n, "10n"],
    ["\u001b[31mred", '"\\u001b[31mred"'],
    ["Z".repeat(1_000_000), `"${"Z".repeat(60)}…"`],
    [Symbol("s"), "Symbol(s)"],
    [() => 0, "a function"],
    [Math.max, "the function max"],
    [[1, "a", null], '[1, "a", null]'],
    [Array(9).fill(0), "an array of 9"],
    [[[1]], "an array of 1"],
    [{}, "an object"],
    [Object.create(null), "an object"],
    [new Map(), "a Map"],
    [new ArrayBuffer(3), "an ArrayBuffer"],
    [new Float32Array(2), "a Float32Array of 8 bytes"],
    [runInNewContext("new Float32Array(2)"), "a Float32Array of 8 bytes"],
    [detached, "a Float32Array of 0 bytes"],
  ])("%#", (value, words) => {
    expect(show(value)).toBe(words);
  });

  it("does not fail where reading does", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(show(proxy)).toBe("something that cannot be read");
  });
});

describe("options", () => {
  interface Some {
    lr?: number;
    batchSize?: number;
    mode?: "a" | "b";
  }
  const rules = { lr: positive, batchSize: whole(1, 10), mode: oneOf("a", "b") };
  const read = (given: unknown) => () => options("call", given as Some, rules);

  it("gives what it was given, and nothing for nothing", () => {
    const given = { lr: 1, batchSize: undefined };
    const chosen = options("call", given as unknown as Some, rules);
    expect(chosen).toEqual({ lr: 1 });
    given.lr = 2;
    expect(chosen.lr).toBe(1);
    expect(options<Some>("call", undefined, rules)).toEqual({});
    expect(options("call", Object.create(null) as Some, rules)).toEqual({});
  });

  it("may be called as what every object has, and are not taken for that", () => {
    const names = { constructor: positive, toString: positive, ["__proto__"]: positive } as never;
    for (const nothing of [undefined, {}]) {
      const chosen = options<Record<string, unknown>>("call", nothing, names);
      expect(["constructor", "toString", "__proto__"].map((name) => chosen[name])).toEqual(
        Array(3).fill(undefined),
      );
    }
    const all = '{"constructor":1,"toString":2,"__proto__":3}';
    expect(JSON.stringify(options("call", JSON.parse(all) as object, names))).toBe(all);
  });

  it.each<[unknown, string]>([
    [0.5, "call: options are an object { lr, batchSize, mode }; got 0.5"],
    [null, "call: options are an object { lr, batchSize, mode }; got null"],
    [[], "call: options are an object { lr, batchSize, mode }; got []"],
    [() => 1, "call: options are an object { lr, batchSize, mode }; got a function"],
    [{ batchsize: 3 }, 'call: there is no option "batchsize"; did you mean batchSize?'],
    [{ learningRate: 3 }, 'call: there is no option "learningRate"; there are lr, batchSize, mode'],
    [{ lr: "0.1" }, 'call: lr must be a number above 0; got "0.1"'],
    [{ lr: null }, "call: lr must be a number above 0; got null"],
    [{ lr: Number.NaN }, "call: lr must be a number above 0; got NaN"],
    [{ batchSize: 11 }, "call: batchSize must be a whole number from 1 to 10; got 11"],
    [{ mode: "c" }, 'call: mode must be "a" or "b"; got "c"'],
    [{ mode: Symbol("a") }, 'call: mode must be "a" or "b"; got Symbol(a)'],
  ])("refuses %#", (given, message) => {
    expect(read(given)).toThrow(OptionError);
    expect(read(given)).toThrow(expect.objectContaining({ message }));
  });

  it("checks one value", () => {
    expect(check("call", "units", 3, whole())).toBe(3);
    expect(() => check("call", "units", 0, whole())).toThrow(
      "call: units must be a whole number of at least 1; got 0",
    );
  });

  it("knows shapes, and the nearest name", () => {
    expect([[], [3, 4]].every((shape) => isShape(shape))).toBe(true);
    // biome-ignore lint/suspicious/noSparseArray: what is tested
    expect([[0], [1.5], [,], "3", Array(33).fill(1), null].some((shape) => isShape(shape))).toBe(false);
    expect(nearest("epoch", ["steps", "epochs"])).toBe("epochs");
    expect(nearest("x".repeat(1e6), ["steps"])).toBeUndefined();
  });
});

describe("messages", () => {
  it("are at most some 500 characters, and hold nothing that a terminal obeys", () => {
    const { message } = new KobaiError(`begin ${"Z".repeat(1_000_000)}\u001b[2J\n\u202e end`);
    expect(message.length).toBeLessThan(550);
    expect(message).toMatch(/^begin Z+ … Z+\\u\{1b\}\[2J\\u\{a\}\\u\{202e\} end$/);
  });
});
