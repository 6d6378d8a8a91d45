import { beforeAll, describe, expect, it } from "vitest";
import { AdaGrad, Adam, Momentum, SGD } from "../../src/book/index.ts";
import { dense, init, sequential, type Tensor, tensor } from "../../src/index.ts";
import { numericalGradient } from "../../src/numeric/index.ts";

beforeAll(() => init());

/** The notebook's f(x, y) = x²/20 + y². */
const f = ([x, y]: readonly number[]) => (1 / 20) * x! ** 2 + y! ** 2;

function path(
  optimizer: { update(p: Record<string, number>, g: Record<string, number>): void },
  steps: number,
) {
  const at: Record<string, number> = { x: -7, y: 2 };
  return Array.from({ length: steps }, () => {
    const [x, y] = numericalGradient(f, [at.x!, at.y!]) as [number, number];
    optimizer.update(at, { x, y });
    return [at.x!, at.y!] as const;
  });
}

describe("on x²/20 + y² from (−7, 2)", () => {
  it("SGD takes the notebook's zigzag path, digit by digit", () => {
    const printed = {
      x: [
        -6.334999999999862, -5.7331749999996955, -5.188523375004966, -4.695613654381086, -4.249530357215863,
        -3.845824973281558, -3.4804716008198726, -3.1498267987425326, -2.850593252860905, -2.57978689383847,
        -2.3347071389235245, -2.112909960725267, -1.9121835144561499, -1.7305260805829468,
        -1.5661261029274252, -1.4173441231492494, -1.2826964314499805, -1.1608402704622607,
        -1.0505604447684092, -0.9507572025154459, -0.8604352682765366, -0.7786939177903135,
        -0.704717995600218, -0.6377697860182076, -0.577181656346486, -0.522349398993575, -0.47272620608918164,
        -0.42781721651071153, -0.387174580942181, -0.350392995752689,
      ],
      y: [
        -1.8000000000038003, 1.6200000000017294, -1.4579999999981847, 1.3121999999970972, -1.1809799999963362,
        1.0628819999964882, -0.9565937999966319, 0.8609344199970708, -0.7748409779966288, 0.6973568801961187,
        -0.6276211921768267, 0.5648590729591934, -0.5083731656634356, 0.45753584909703593,
        -0.41178226418699293, 0.3706040377681584, -0.3335436339912141, 0.30018927059211564,
      ],
    };
    const taken = path(new SGD({ lr: 0.95 }), 30);
    expect(taken.map(([x]) => x)).toEqual(printed.x);
    expect(taken.slice(0, 18).map(([, y]) => y)).toEqual(printed.y);
  });

  it("the others reach the middle on paths of their own", () => {
    for (const [optimizer, steps] of [
      [new Momentum({ lr: 0.1 }), 1000],
      [new AdaGrad({ lr: 1.5 }), 300],
      [new Adam({ lr: 0.3 }), 300],
    ] as const) {
      const [x, y] = path(optimizer, steps).at(-1)!;
      expect(Math.hypot(x, y)).toBeLessThan(1e-4);
    }
  });
});

/** The book's rules, written out; `r` rounds after each operation. */
function reference(
  kind: string,
  weights: number[],
  gradients: number[][],
  r: (x: number) => number,
): number[] {
  const state = weights.map(() => [0, 0] as [number, number]);
  let powers = [1, 1];
  for (const gradient of gradients) {
    powers = [powers[0]! * 0.9, powers[1]! * 0.999];
    weights = weights.map((w, i) => {
      const g = gradient[i]!;
      const s = state[i]!;
      if (kind === "SGD") return r(w - r(r(0.1) * g));
      if (kind === "Momentum") {
        s[0] = r(r(r(0.9) * s[0]) - r(r(0.1) * g));
        return r(w + s[0]);
      }
      if (kind === "AdaGrad") {
        s[0] = r(s[0] + r(g * g));
        return r(w - r(r(r(0.1) * g) / r(r(Math.sqrt(s[0])) + r(1e-7))));
      }
      const rate = (0.1 * Math.sqrt(1 - powers[1]!)) / (1 - powers[0]!);
      s[0] = r(s[0] + r(r(1 - 0.9) * r(g - s[0])));
      s[1] = r(s[1] + r(r(1 - 0.999) * r(r(g * g) - s[1])));
      return r(w - r(r(r(rate) * s[0]) / r(r(Math.sqrt(s[1])) + r(1e-7))));
    });
  }
  return weights;
}

describe("update", () => {
  const make = {
    SGD: () => new SGD({ lr: 0.1 }),
    Momentum: () => new Momentum({ lr: 0.1 }),
    AdaGrad: () => new AdaGrad({ lr: 0.1 }),
    Adam: () => new Adam({ lr: 0.1 }),
  };
  const weights = [0.5, -1.25, 3, 0.1, -0.7];
  const gradients = [
    [0.3, -0.2, 0, 1e-3, 5],
    [-0.1, 0.7, 0.01, -1e-3, 2],
  ];

  it.each(Object.entries(make))("%s has the bits of its rule, in both types", (kind, optimizer) => {
    for (const [dtype, round] of [
      ["float64", (x: number) => x],
      ["float32", Math.fround],
    ] as const) {
      const params: Record<string, Tensor> = { W: tensor(weights, [5], dtype) };
      const rule = optimizer();
      for (const gradient of gradients) rule.update(params, { W: tensor(gradient, [5], dtype) });
      const rounded = gradients.map((gradient) => gradient.map(round));
      expect([...params.W!.data]).toEqual(reference(kind, weights.map(round), rounded, round));
    }
  });

  it("changes a tensor in place and assigns it, so that both ways of holding it follow", () => {
    const W = tensor(Float64Array.of(1, 2));
    let assigned: Tensor | undefined;
    const params = Object.defineProperty({}, "W", {
      enumerable: true,
      get: () => W,
      set(value: Tensor) {
        assigned = value;
      },
    });
    new SGD({ lr: 1 }).update(params, { W: tensor(Float64Array.of(1, 1)) });
    expect(assigned).toBe(W);
    expect(W.data).toEqual(Float64Array.of(0, 1));
  });

  it("remembers each parameter by its name", () => {
    const both = new Momentum({ lr: 1 });
    const alone = new Momentum({ lr: 1 });
    const params = { a: 1, b: 1 };
    const one = { b: 1 };
    for (let i = 0; i < 3; i++) {
      both.update(params, { a: 5, b: 1 });
      alone.update(one, { b: 1 });
    }
    expect(params.b).toBe(one.b);
  });

  it("refuses gradients that are missing or of another shape, and changes nothing then", () => {
    const params = { a: tensor(Float64Array.of(1)), W: tensor(Float64Array.of(1, 2)) };
    const a = tensor(Float64Array.of(1));
    expect(() => new SGD().update(params, { a })).toThrow("SGD: there is no gradient for the parameter W");
    expect(() => new SGD().update(params, { a, W: a })).toThrow(
      "SGD: the parameter W is [2], its gradient [1]; shapes must be equal",
    );
    expect(params.a.data[0]).toBe(1);
    expect(() => new SGD().update({ n: tensor(Int32Array.of(1)) }, { n: a })).toThrow(
      "SGD: the parameter n is int32; parameters are float32 or float64",
    );
  });

  it("refuses another network's parameters under the same names", () => {
    const optimizer = new Momentum();
    optimizer.update({ W: tensor(Float64Array.of(1)) }, { W: tensor(Float64Array.of(1)) });
    const wider = tensor(Float64Array.of(1, 2));
    expect(() => optimizer.update({ W: wider }, { W: wider })).toThrow(
      "Momentum: the parameter W had 1 elements in earlier updates and is [2] now; make a new optimizer for another network",
    );
  });

  it("refuses rates out of range", () => {
    expect(() => new SGD({ lr: -0.1 })).toThrow("SGD: lr must be a number of at least 0; got -0.1");
    expect(() => new Momentum({ momentum: 1 })).toThrow(
      "Momentum: momentum must be a number from 0 to below 1",
    );
    expect(() => new AdaGrad({ lr: -1 })).toThrow("AdaGrad: lr");
    expect(() => new Adam({ beta1: 1 })).toThrow("Adam: beta1");
  });

  it("takes the book's arguments in the book's order, or an object", () => {
    expect(new SGD(0.5).lr).toBe(0.5);
    expect(new SGD().lr).toBe(0.01);
    const both = [
      [new Momentum(0.1, 0.5), new Momentum({ lr: 0.1, momentum: 0.5 })],
      [new Momentum(undefined, 0.5), new Momentum({ momentum: 0.5 })],
      [new AdaGrad(0.1), new AdaGrad({ lr: 0.1 })],
      [new Adam(0.1, 0.8, 0.9), new Adam({ lr: 0.1, beta1: 0.8, beta2: 0.9 })],
    ] as const;
    for (const [positional, named] of both) {
      expect(path(positional, 5)).toEqual(path(named, 5));
    }
  });

  it("refuses arguments that it has not", () => {
    const wrong: [new (...given: never[]) => unknown, unknown[], string][] = [
      [SGD, [0.1, 0.9], "SGD: takes lr, or one object { lr }; got 2 arguments"],
      [
        Momentum,
        [{ lr: 0.1 }, 0.5],
        "Momentum: takes lr, momentum, or one object { lr, momentum }; got 2 arguments",
      ],
      [SGD, [{ learningRate: 0.1 }], 'SGD: there is no option "learningRate"'],
      [AdaGrad, ["0.1"], 'AdaGrad: lr must be a number of at least 0; got "0.1"'],
      [Adam, [null], "Adam: lr must be a number of at least 0; got null"],
      [Adam, [0.1, Number.NaN], "Adam: beta1 must be a number from 0 to below 1; got NaN"],
      [SGD, [[0.1]], "SGD: lr must be a number of at least 0; got [0.1]"],
    ];
    for (const [Kind, given, message] of wrong) {
      expect(() => new Kind(...(given as never[]))).toThrow(message);
    }
  });

  it("follows a learning rate that is changed", () => {
    for (const optimizer of [new SGD(1), new Momentum(1), new AdaGrad(1), new Adam(1)]) {
      const moved = [1, 0.5].map((lr) => {
        optimizer.lr = lr;
        const params = { w: 0 };
        optimizer.update(params, { w: 1 });
        return params.w;
      });
      const fresh = Object.assign(Object.create(null), { w: 0 });
      expect(optimizer.lr).toBe(0.5);
      expect(moved[1]).not.toBe(moved[0]);
      expect(() => optimizer.update(fresh, { w: 1 })).not.toThrow();
      expect(() => {
        optimizer.lr = -1;
      }).toThrow("lr must be a number of at least 0; got -1");
      expect(optimizer.lr).toBe(0.5);
    }
    const optimizer = new SGD(1);
    optimizer.lr = 0.25;
    const params = { w: 1 };
    optimizer.update(params, { w: 2 });
    expect(params.w).toBe(0.5);
  });

  it("refuses tensors that are not what they say, and what is no tensor", () => {
    const W = tensor(Float64Array.of(1, 2));
    const wrong: [unknown, unknown, string][] = [
      [
        W,
        { ...W, shape: [2], data: Float64Array.of(1) },
        "SGD: the gradient of W: its shape [2] has 2 elements, but its data has 1",
      ],
      [
        { ...W, dtype: "float32" },
        W,
        'SGD: the parameter W: its dtype is "float32", but its data is a Float64Array',
      ],
      [[1, 2], W, "SGD: the parameter W: must be a tensor { shape, dtype, data }"],
      [W, "1", "SGD: the gradient of W: must be a tensor"],
      [W, null, "SGD: the gradient of W: must be a tensor"],
    ];
    for (const [param, grad, message] of wrong) {
      expect(() => new SGD(1).update({ W: param } as never, { W: grad } as never)).toThrow(message);
    }
    expect(() => new SGD(1).update([W] as never, [W] as never)).toThrow(
      "SGD: takes parameters by name, such as net.params; got an array of 1",
    );
    expect(() => new SGD(1).update({ W }, undefined as never)).toThrow("SGD: takes gradients by name");
    expect(W.data).toEqual(Float64Array.of(1, 2));
  });

  it("changes nothing where the update would not be finite, and says what was the cause", () => {
    const big = () => ({ a: tensor(Float64Array.of(1)), W: tensor(Float64Array.of(1e300, 2)) });
    const one = tensor(Float64Array.of(1));
    const cases: [Tensor, string][] = [
      [
        tensor(Float64Array.of(-1e300, 1)),
        "Momentum: this update would make the parameter W NaN or infinite; nothing is changed. The learning rate (100000000000) is the usual cause: try 10000000000",
      ],
      [tensor(Float64Array.of(1, Number.NaN)), "nothing is changed. Its gradient holds NaN"],
    ];
    for (const [W, message] of cases) {
      const params = big();
      const optimizer = new Momentum({ lr: 1e11 });
      expect(() => optimizer.update(params, { a: one, W })).toThrow(message);
      expect(params).toEqual(big());
      // What it remembers is as before, too.
      optimizer.lr = 1;
      optimizer.update(params, { a: one, W: tensor(Float64Array.of(0, 1)) });
      expect(params.a.data[0]).toBe(0);
      expect(params.W.data[1]).toBe(1);
    }
    expect(() => new SGD().update({ x: Number.NaN }, { x: 1 })).toThrow("SGD: the parameter x holds NaN");
  });

  it("trains a network of sequential, whose params are copies", () => {
    using net = sequential([dense(2)], { input: [2] });
    const before = net.params["dense1.weight"]!;
    const ones = tensor([
      [1, 1],
      [1, 1],
    ]);
    new SGD(1).update(net.params, { "dense1.weight": ones, "dense1.bias": tensor([1, 1]) });
    expect(net.params["dense1.weight"]!.data[0]).toBe(Math.fround(before.data[0]! - 1));
    expect(net.params["dense1.bias"]!.data).toEqual(Float32Array.of(-1, -1));
  });

  it("changes the elements of a frozen object's tensors, and says where a number cannot be replaced", () => {
    const W = tensor(Float64Array.of(1));
    new SGD(1).update(Object.freeze({ W }), { W });
    expect(W.data[0]).toBe(0);
    expect(() => new SGD(1).update(Object.freeze({ x: 1 }), { x: 1 })).toThrow(
      "SGD: the parameter x is a number that cannot be replaced in params",
    );
  });

  it("tells its learning rate", () => {
    expect(new SGD({ lr: 0.95 }).lr).toBe(0.95);
  });
});
