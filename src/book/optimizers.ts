// The optimizers of chapter 6, each an `update(params, grads)`, run by the same instructions that training runs: the same bits.

import { COEFFICIENTS, RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { ALIGNMENT } from "../../assembly/isa/index.ts";
import { UpdateArg } from "../../assembly/isa/optimizer.ts";
import { check, checkNamed, fraction, isObject, options, positive, type Rule } from "../check.ts";
import { DataError, OptionError, ShapeError } from "../errors.ts";
import * as nn from "../nn/optimizers.ts";
import { type Engine, engine } from "../runtime/engine.ts";
import { roundUp } from "../runtime/heap.ts";
import { instruction, runOnce } from "../runtime/instructions.ts";
import {
  bytesPerElement,
  checkTensor,
  formatShape,
  sameShape,
  type Tensor,
  type TypedArray,
  tensor,
} from "../tensor.ts";
import { checkFinite } from "../train/programs.ts";

/** What an optimizer can train: tensors in float32 or float64, or plain numbers. */
export type Trainable = Tensor | number;

/** One parameter of an update. */
interface Entry {
  readonly name: string;
  /** as the user holds it */
  readonly param: Trainable;
  /** over its memory, or around the number */
  readonly weights: Tensor;
  readonly gradient: Tensor;
  /** what the rule remembers of it, as long as the weights each */
  readonly state: readonly TypedArray[];
}

/** Updates parameters by their gradients, and keeps for each parameter, by its name, what its rule remembers. */
class Updates {
  readonly #rule: nn.Optimizer;
  readonly #slots: number;
  readonly #memory = new Map<string, readonly TypedArray[]>();
  #updates = 0;

  /** @param name the class's, which messages say */
  protected constructor(name: string, rule: nn.Optimizer) {
    this.#rule = { ...rule, name };
    this.#slots = nn.slotsOf(name, rule);
  }

  /** The learning rate: a number above 0. A change takes effect with the next update. @throws OptionError */
  get lr(): number {
    return this.#rule.lr;
  }

  set lr(lr: number) {
    this.#rule.lr = check(this.#rule.name, "lr", lr, positive);
  }

  /**
   * Moves each parameter against its gradient.
   *
   * A tensor's elements are changed in place, and the tensor is then assigned to `params` again: so a layer or a network that holds the
   * same tensor follows, and so does one whose `params` are copies (`sequential`'s). A number is replaced.
   *
   * @param params by name @param grads by the same names, each of its parameter's shape; others are not looked at
   * @throws DataError where a gradient is missing, a parameter is of integers, or the update would make one NaN or infinite: then
   *   nothing is changed
   * @throws ShapeError where a gradient has another shape than its parameter, or a parameter another than before
   * @throws StateError before `init()`
   */
  update(params: Record<string, Trainable>, grads: Readonly<Record<string, Trainable>>): void {
    const { name: call } = this.#rule;
    checkNamed(call, params, "parameters by name, such as net.params");
    checkNamed(call, grads, "gradients by name, such as net.gradient(x, t)");
    const entries = Object.keys(params).map((name) => this.#entry(name, params[name], grads[name]));
    this.#run(entries);
    this.#updates++;
    for (const { name, param, weights, state } of entries) {
      this.#memory.set(name, state);
      const value = typeof param === "number" ? weights.data[0]! : param;
      if (!Reflect.set(params, name, value) && typeof param === "number") {
        throw new DataError(`${call}: the parameter ${name} is a number that cannot be replaced in params`);
      }
    }
  }

  #entry(name: string, given: unknown, gradientGiven: unknown): Entry {
    const { name: call } = this.#rule;
    if (gradientGiven === undefined) {
      throw new DataError(`${call}: there is no gradient for the parameter ${name}`);
    }
    const param = given as Trainable;
    const weights = asTensor(`${call}: the parameter ${name}`, param);
    if (weights.dtype !== "float32" && weights.dtype !== "float64") {
      throw new DataError(
        `${call}: the parameter ${name} is ${weights.dtype}; parameters are float32 or float64`,
      );
    }
    const gradient = asTensor(`${call}: the gradient of ${name}`, gradientGiven as Trainable);
    if (!sameShape(gradient.shape, weights.shape)) {
      throw new ShapeError(
        call,
        `the parameter ${name} is ${formatShape(weights.shape)}, its gradient ${formatShape(gradient.shape)}; shapes must be equal`,
        weights.shape,
        gradient.shape,
      );
    }
    const state =
      this.#memory.get(name) ?? Array.from({ length: this.#slots }, () => weights.data.slice().fill(0));
    const known = state[0]?.length ?? weights.data.length;
    if (known !== weights.data.length) {
      throw new ShapeError(
        call,
        `the parameter ${name} had ${known} elements in earlier updates and is ${formatShape(weights.shape)} now; ` +
          "make a new optimizer for another network",
        weights.shape,
      );
    }
    return { name, param, weights, gradient, state };
  }

  /** Updates copies in linear memory, and takes over what they become once all are known to be finite. */
  #run(entries: readonly Entry[]): void {
    const now = engine();
    const { heap } = now;
    const head = roundUp(RUN_BYTES + 8 * COEFFICIENTS);
    const spans = entries.map(({ weights: { dtype, data } }) =>
      roundUp(data.length * bytesPerElement(dtype)),
    );
    const each = 2 + this.#slots;
    const bytes = spans.reduce((sum, span) => sum + each * span, head + 8 * entries.length + ALIGNMENT);
    const block = heap.allocate(bytes, this.#rule.name);
    try {
      this.#writeCoefficients(now, block.address);
      const verdicts = block.address + head;
      let place = roundUp(verdicts + 8 * entries.length);
      const places = spans.map((span) => {
        const first = place;
        place += each * span;
        return Array.from({ length: each }, (_, i) => first + i * span);
      });
      for (const [i, entry] of entries.entries()) {
        this.#runOne(now, entry, places[i]!, { state: block.address, verdict: verdicts + 8 * i });
      }
      const bad = heap
        .view("float64", verdicts, entries.length)
        .findIndex((verdict) => Number.isNaN(verdict));
      if (bad >= 0) throw this.#notFinite(entries[bad]!);
      for (const [i, { weights, state }] of entries.entries()) {
        const [w, , ...slots] = places[i]!;
        const { dtype, data } = weights;
        data.set(heap.view(dtype, w!, data.length));
        for (const [k, address] of slots.entries()) state[k]!.set(heap.view(dtype, address, data.length));
      }
    } finally {
      heap.free(block);
    }
  }

  #writeCoefficients({ heap }: Engine, state: number): void {
    const coefficients = new Float64Array(COEFFICIENTS);
    this.#rule.coefficients(this.#updates + 1, coefficients, 0);
    heap.view("int32", state, RUN_BYTES / 4)[RunField.coefficients] = state + RUN_BYTES;
    heap.view("float64", state + RUN_BYTES, COEFFICIENTS).set(coefficients);
  }

  /** @param places of the weights, the gradient and the rule's state */
  #runOne(
    now: Engine,
    { weights: { dtype, data }, gradient, state }: Entry,
    places: readonly number[],
    { state: run, verdict }: { state: number; verdict: number },
  ): void {
    const n = data.length;
    for (const [i, array] of [data, gradient.data, ...state].entries()) {
      now.heap.view(dtype, places[i]!, n).set(array);
    }
    const [w, g, s1, s2] = places;
    runOnce(
      now,
      instruction<UpdateArg>(this.#rule.op, dtype, {
        [UpdateArg.w]: w!,
        [UpdateArg.g]: g!,
        [UpdateArg.n]: n,
        [UpdateArg.s1]: s1 ?? 0,
        [UpdateArg.s2]: s2 ?? 0,
        [UpdateArg.state]: run,
      }),
    );
    runOnce(now, checkFinite(dtype, verdict, w!, n));
  }

  #notFinite({ name, weights, gradient }: Entry): DataError {
    const { name: call, lr } = this.#rule;
    const isBad = (value: number) => !Number.isFinite(value);
    const [weight, slope] = [weights.data.find(isBad), gradient.data.find(isBad)];
    if (weight !== undefined) return new DataError(`${call}: the parameter ${name} holds ${weight}`);
    return new DataError(
      `${call}: this update would make the parameter ${name} NaN or infinite; nothing is changed. ` +
        (slope === undefined
          ? `The learning rate (${lr}) is the usual cause: try ${Number((lr / 10).toPrecision(3))}`
          : `Its gradient holds ${slope}`),
    );
  }
}

function asTensor(name: string, value: Trainable): Tensor {
  return typeof value === "number" ? tensor(value, [], "float64") : checkTensor(name, value);
}

/**
 * What a constructor was given as options: an object, or values in the book's order.
 *
 * @throws OptionError where there are more of them than rules, or one does not fit
 */
function byName<T extends object>(
  call: string,
  rules: Readonly<Record<string, Rule>>,
  given: readonly unknown[],
): T {
  const names = Object.keys(rules);
  const isOptions = isObject(given[0]);
  const most = isOptions ? 1 : names.length;
  if (given.length > most) {
    throw new OptionError(
      `${call}: takes ${names.join(", ")}, or one object { ${names.join(", ")} }; got ${given.length} arguments`,
    );
  }
  const isNamed = isOptions || given.length === 0;
  const named = isNamed ? given[0] : Object.fromEntries(names.map((name, i) => [name, given[i]]));
  return options(call, named as object | undefined, rules) as T;
}

/**
 * W ← W − lr·∂L/∂W (book 6.1.2): `new SGD(0.1)`, or `new SGD({ lr: 0.1 })`. Default lr 0.01.
 * @throws OptionError for an lr that is not above 0, or options that there are not
 */
export class SGD extends Updates {
  constructor(...given: [lr?: number] | [options?: { lr?: number }]) {
    super("SGD", nn.sgd(byName("SGD", { lr: positive }, given)));
  }
}

/**
 * v ← αv − lr·∂L/∂W; W ← W + v (book 6.1.4): `new Momentum(lr, momentum)`, or by an object. Defaults: lr 0.01, momentum (α) 0.9.
 * @throws OptionError for options out of range, or that there are not
 */
export class Momentum extends Updates {
  constructor(
    ...given: [lr?: number | undefined, momentum?: number] | [options?: { lr?: number; momentum?: number }]
  ) {
    super("Momentum", nn.momentum(byName("Momentum", { lr: positive, momentum: fraction }, given)));
  }
}

/**
 * h ← h + (∂L/∂W)²; W ← W − lr·∂L/∂W / (√h + 1e-7) (book 6.1.5): `new AdaGrad(lr)`, or by an object. Default lr 0.01.
 * @throws OptionError for an lr that is not above 0, or options that there are not
 */
export class AdaGrad extends Updates {
  constructor(...given: [lr?: number] | [options?: { lr?: number }]) {
    super("AdaGrad", nn.adaGrad(byName("AdaGrad", { lr: positive }, given)));
  }
}

/**
 * Adam, as the book has it (6.1.6): with the bias corrections inside the learning rate, and 1e-7 beside √v: `new Adam(lr, beta1, beta2)`,
 * or by an object. Defaults: lr 0.001, beta1 0.9, beta2 0.999.
 * @throws OptionError for options out of range, or that there are not
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Adam } from "kobai/book";
 * await init();
 * const optimizer = new Adam({ lr: 0.3 });
 * const at = { x: -7, y: 2 };
 * optimizer.update(at, { x: at.x / 10, y: 2 * at.y }); // at is now { x: -6.7, y: 1.7 }, nearly
 * ```
 */
export class Adam extends Updates {
  constructor(
    ...given:
      | [lr?: number | undefined, beta1?: number | undefined, beta2?: number]
      | [options?: { lr?: number; beta1?: number; beta2?: number }]
  ) {
    super("Adam", nn.adam(byName("Adam", { lr: positive, beta1: fraction, beta2: fraction }, given)));
  }
}
