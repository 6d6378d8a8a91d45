// The optimizers of chapter 6, each an `update(params, grads)`, run by the same instructions that training runs: the same bits.

import { RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { COEFFICIENTS, UpdateArg } from "../../assembly/isa/optimizer.ts";
import { atLeastZero, check, checkNamed, fraction, isObject, options, type Rule } from "../check.ts";
import { DataError, OptionError, ShapeError, StateError } from "../errors.ts";
import * as nn from "../nn/optimizers/book.ts";
import {
  checkOptimizer,
  type Optimizer,
  type Placed,
  type Update,
  updateOf,
} from "../nn/optimizers/optimizer.ts";
import { rateAt } from "../nn/rate.ts";
import { Composer } from "../runtime/composer.ts";
import { engine } from "../runtime/engine.ts";
import { roundUp } from "../runtime/heap.ts";
import {
  bytesPerElement,
  checkTensor,
  type DTypeName,
  formatShape,
  sameShape,
  type Tensor,
  tensor,
} from "../tensor.ts";
import { checkFinite } from "../train/given-inputs.ts";

/** What an optimizer can train: tensors in float32 or float64, or plain numbers. */
export type Trainable = Tensor | number;

/** One parameter of an update. */
interface Entry extends Placed {
  /** as the user holds it */
  readonly param: Trainable;
  /** over its memory, or around the number */
  readonly weights: Tensor;
}

/** Updates parameters by their gradients, and keeps for each parameter, by its name, what its rule remembers. */
export class Updates {
  readonly #call: string;
  readonly #optimizer: Optimizer;
  /** regions of state, by parameter */
  readonly #memory = new Map<string, Tensor[]>();
  /** which of the regions is the moving average, once that is known */
  #average = -1;
  /** updates that it was asked for */
  #given = 0;

  /** @internal Use `updater`, or a class of the book's. @param call how messages name it */
  constructor(call: string, optimizer: Optimizer) {
    checkOptimizer(call, optimizer);
    this.#call = call;
    this.#optimizer = optimizer;
  }

  /**
   * Moves each parameter against its gradient.
   *
   * A tensor's elements are changed in place, and the tensor is then assigned to `params` again: so a layer or a network that holds the
   * same tensor follows, and so does one whose `params` are copies (`sequential`'s). A number is replaced.
   *
   * @param params by name @param grads by the same names, each of its parameter's shape; others are not looked at
   * @throws DataError where a gradient is missing, a parameter is of integers, or the update would make one NaN or infinite: then
   *   nothing is changed; where parameters are of two types, and the optimizer does more than its rule
   * @throws ShapeError where a gradient has another shape than its parameter, or a parameter another than before
   * @throws OptionError where the optimizer's groups name what is not among the parameters
   * @throws StateError before `init()`
   */
  update(params: Record<string, Trainable>, grads: Readonly<Record<string, Trainable>>): void {
    const call = this.#call;
    checkNamed(call, params, "parameters by name, such as net.params");
    checkNamed(call, grads, "gradients by name, such as net.gradient(x, t)");
    const parts = this.#placed(params).map((entries) => {
      const update = updateOf(call, this.#optimizer, entries, entries[0]!.weights.dtype);
      const gradients = entries.map((entry) => this.#gradient(entry, grads[entry.name], update));
      return { entries, update, gradients };
    });
    const results = parts.map((part) => this.#run(part));
    for (const keep of results) keep();
    this.#given++;
    for (const { name, param, weights } of parts.flatMap(({ entries }) => entries)) {
      const value = typeof param === "number" ? weights.data[0]! : param;
      if (!Reflect.set(params, name, value) && typeof param === "number") {
        throw new DataError(`${call}: the parameter ${name} is a number that cannot be replaced in params`);
      }
    }
  }

  /**
   * The moving average of the parameters, by name, where the optimizer keeps one (`movingAverage`).
   * @throws StateError where it keeps none, or before the first update
   */
  averaged(): Record<string, Tensor> {
    if (this.#average < 0) {
      throw new StateError(
        `${this.#call}: there is no moving average; make the optimizer with: [movingAverage()], and update`,
      );
    }
    return Object.fromEntries(
      [...this.#memory].map(([name, state]) => {
        const average = state[this.#average]!;
        return [name, { ...average, data: average.data.slice() }];
      }),
    );
  }

  /** The parameters of each type, laid out one behind the other. */
  #placed(params: Record<string, unknown>): Entry[][] {
    const call = this.#call;
    const byType = new Map<DTypeName, Entry[]>();
    for (const name of Object.keys(params)) {
      const param = params[name] as Trainable;
      const weights = asTensor(`${call}: the parameter ${name}`, param);
      const { dtype, data, shape } = weights;
      if (dtype !== "float32" && dtype !== "float64") {
        throw new DataError(`${call}: the parameter ${name} is ${dtype}; parameters are float32 or float64`);
      }
      const known = this.#memory.get(name)?.[0]?.data.length ?? data.length;
      if (known !== data.length) {
        throw new ShapeError(
          call,
          `the parameter ${name} had ${known} elements in earlier updates and is ${formatShape(shape)} now; ` +
            "make a new optimizer for another network",
          shape,
        );
      }
      const before = byType.get(dtype) ?? [];
      const last = before.at(-1);
      const offset = last ? last.offset + roundUp(last.n * bytesPerElement(dtype)) : 0;
      byType.set(dtype, [...before, { name, param, weights, offset, n: data.length }]);
    }
    const extra = this.#optimizer.with?.[0];
    if (byType.size > 1 && extra) {
      throw new DataError(
        `${call}: there are parameters of float32 and of float64; for ${extra.description.kind} all must be of one type`,
      );
    }
    return [...byType.values()];
  }

  /** A parameter's gradient: of a frozen one there may be none. */
  #gradient({ name, weights }: Entry, given: unknown, update: Update): Tensor | undefined {
    const call = this.#call;
    if (given === undefined) {
      if (update.trains?.(name) === false) return undefined;
      throw new DataError(`${call}: there is no gradient for the parameter ${name}`);
    }
    const gradient = asTensor(`${call}: the gradient of ${name}`, given as Trainable);
    if (sameShape(gradient.shape, weights.shape)) return gradient;
    throw new ShapeError(
      call,
      `the parameter ${name} is ${formatShape(weights.shape)}, its gradient ${formatShape(gradient.shape)}; shapes must be equal`,
      weights.shape,
      gradient.shape,
    );
  }

  /** Updates copies in linear memory; the result takes over what they become, which is known to be finite. */
  #run({ entries, update, gradients }: Part): () => void {
    const { heap } = engine();
    const { dtype } = entries[0]!.weights;
    const last = entries.at(-1)!;
    const bytes = last.offset + roundUp(last.n * bytesPerElement(dtype));
    const program = Composer.compose({ engine: engine(), owner: this.#call }, (composer) => {
      const rows = composer.allocate(8 * COEFFICIENTS * update.rows);
      const run = { [RunField.coefficients]: rows, [RunField.rows]: update.rows };
      Object.assign(heap.view("int32", composer.run, RUN_BYTES / 4), run);
      const verdicts = composer.allocate(8 * entries.length);
      const regions = composer.allocate((2 + update.regions.length) * bytes);
      const operands = {
        [UpdateArg.w]: regions,
        [UpdateArg.g]: regions + bytes,
        [UpdateArg.n]: bytes / bytesPerElement(dtype),
        [UpdateArg.s1]: regions + 2 * bytes,
        [UpdateArg.s2]: regions + 3 * bytes,
        [UpdateArg.s3]: regions + 4 * bytes,
        [UpdateArg.state]: composer.run,
      };
      update.compose(composer, { dtype, bytes, operands });
      entries.forEach(({ offset, n }, i) => {
        composer.push(checkFinite(dtype, verdicts + 8 * i, regions + offset, n));
      });
      return { ...composer.finish(), rows, verdicts, regions };
    });
    try {
      const rows = new Float64Array(COEFFICIENTS * update.rows);
      update.coefficients(this.#given, undefined, rows, 0);
      heap.view(dtype, program.rows, rows.length).set(rows);
      const at = (region: number, { offset, n }: Entry) =>
        heap.view(dtype, program.regions + region * bytes + offset, n);
      entries.forEach((entry, i) => {
        at(0, entry).set(entry.weights.data);
        const gradient = gradients[i];
        if (gradient) at(1, entry).set(gradient.data);
        this.#memory.get(entry.name)?.forEach(({ data }, k) => {
          at(2 + k, entry).set(data);
        });
      });
      program.run(1);
      const bad = heap
        .view("float64", program.verdicts, entries.length)
        .findIndex((verdict) => Number.isNaN(verdict));
      if (bad >= 0) throw this.#notFinite(entries[bad]!, gradients[bad]);
      const made = entries.map((entry) => ({
        entry,
        weights: at(0, entry).slice(),
        state: update.regions.map((_, k) => ({ ...entry.weights, data: at(2 + k, entry).slice() })),
      }));
      return () => {
        this.#average = update.regions.indexOf("average");
        for (const { entry, weights, state } of made) {
          entry.weights.data.set(weights);
          this.#memory.set(entry.name, state);
        }
      };
    } finally {
      program.dispose();
    }
  }

  #notFinite({ name, weights }: Entry, gradient: Tensor | undefined): DataError {
    const call = this.#call;
    const isBad = (value: number) => !Number.isFinite(value);
    const [weight, slope] = [weights.data.find(isBad), gradient?.data.find(isBad)];
    if (weight !== undefined) return new DataError(`${call}: the parameter ${name} holds ${weight}`);
    const lr = rateAt(this.#optimizer.lr, this.#given, undefined);
    return new DataError(
      `${call}: this update would make the parameter ${name} NaN or infinite; nothing is changed. ` +
        (slope === undefined
          ? `The learning rate (${lr}) is the usual cause: try ${Number((lr / 10).toPrecision(3))}`
          : `Its gradient holds ${slope}`),
    );
  }
}

/** The parameters of one type. */
interface Part {
  readonly entries: readonly Entry[];
  readonly update: Update;
  readonly gradients: readonly (Tensor | undefined)[];
}

/**
 * Any optimizer as the book uses its own: with `update(params, grads)`, for loops of one's own.
 *
 * @param optimizer such as `adamw({ with: [clipByGlobalNorm(1)] })`; its steps are counted here from the first update on
 * @throws OptionError where it is none, or its rate follows evaluations (`plateau`), which only `fit` makes
 * @example
 * ```ts
 * import { adamw, clipByValue, init } from "kobai";
 * import { updater } from "kobai/book";
 * await init();
 * const optimizer = updater(adamw({ lr: 0.1, weightDecay: 0, with: [clipByValue(1)] }));
 * const at = { x: 3 };
 * optimizer.update(at, { x: 2 * at.x }); // at.x is now 2.9, nearly
 * ```
 */
export function updater(optimizer: Optimizer): Updates {
  const updates = new Updates("updater", optimizer);
  if (typeof optimizer.lr === "function" && optimizer.lr.next) {
    throw new OptionError(
      "updater: the learning rate follows evaluations, which only fit makes; give another schedule",
    );
  }
  return updates;
}

/** An optimizer of the book's: its learning rate is a number. */
class BookOptimizer extends Updates {
  readonly #call: string;
  readonly #rule: Optimizer;

  protected constructor(call: string, optimizer: Optimizer) {
    super(call, optimizer);
    this.#call = call;
    this.#rule = optimizer;
  }

  /** The learning rate: a number of at least 0. A change takes effect with the next update. @throws OptionError */
  get lr(): number {
    return this.#rule.lr as number;
  }

  set lr(lr: number) {
    this.#rule.lr = check(this.#call, "lr", lr, atLeastZero);
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
 * @example
 * ```ts
 * import { init, tensor } from "kobai";
 * import { SGD } from "kobai/book";
 * await init();
 * const params = { W: tensor([1, 2]) };
 * const optimizer = new SGD(0.5);
 * optimizer.update(params, { W: tensor([2, 4]) });
 * [...params.W.data]; // [0, 0]
 * ```
 */
export class SGD extends BookOptimizer {
  constructor(...given: [lr?: number] | [options?: { lr?: number }]) {
    super("SGD", nn.sgd(byName("SGD", { lr: atLeastZero }, given)));
  }
}

/**
 * v ← αv − lr·∂L/∂W; W ← W + v (book 6.1.4): `new Momentum(lr, momentum)`, or by an object. Defaults: lr 0.01, momentum (α) 0.9.
 * @throws OptionError for options out of range, or that there are not
 * @example
 * ```ts
 * import { init, tensor } from "kobai";
 * import { Momentum } from "kobai/book";
 * await init();
 * const params = { W: tensor([1, 2]) };
 * const optimizer = new Momentum({ lr: 0.5, momentum: 0.5 });
 * optimizer.update(params, { W: tensor([2, 4]) });
 * optimizer.update(params, { W: tensor([0, 0]) });
 * [...params.W.data]; // [-0.5, -1]
 * ```
 */
export class Momentum extends BookOptimizer {
  constructor(
    ...given: [lr?: number | undefined, momentum?: number] | [options?: { lr?: number; momentum?: number }]
  ) {
    super("Momentum", nn.momentum(byName("Momentum", { lr: atLeastZero, momentum: fraction }, given)));
  }
}

/**
 * h ← h + (∂L/∂W)²; W ← W − lr·∂L/∂W / (√h + 1e-7) (book 6.1.5): `new AdaGrad(lr)`, or by an object. Default lr 0.01.
 * @throws OptionError for an lr that is not above 0, or options that there are not
 * @example
 * ```ts
 * import { init, tensor } from "kobai";
 * import { AdaGrad } from "kobai/book";
 * await init();
 * const params = { W: tensor([1, 2]) };
 * const optimizer = new AdaGrad(0.5);
 * optimizer.update(params, { W: tensor([2, 4]) });
 * [...params.W.data]; // [0.5, 1.5]
 * ```
 */
export class AdaGrad extends BookOptimizer {
  constructor(...given: [lr?: number] | [options?: { lr?: number }]) {
    super("AdaGrad", nn.adaGrad(byName("AdaGrad", { lr: atLeastZero }, given)));
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
export class Adam extends BookOptimizer {
  constructor(
    ...given:
      | [lr?: number | undefined, beta1?: number | undefined, beta2?: number]
      | [options?: { lr?: number; beta1?: number; beta2?: number }]
  ) {
    super("Adam", nn.adam(byName("Adam", { lr: atLeastZero, beta1: fraction, beta2: fraction }, given)));
  }
}
