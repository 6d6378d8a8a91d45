// The optimizers of chapter 6, each an `update(params, grads)`, run by the same instructions that training runs: the same bits.

import { COEFFICIENTS, RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { UpdateArg } from "../../assembly/isa.ts";
import { DataError, ShapeError } from "../errors.ts";
import * as nn from "../nn/optimizers.ts";
import { engine } from "../runtime/engine.ts";
import { instruction, runOnce } from "../runtime/instructions.ts";
import { bytesPerElement, formatShape, type Tensor, tensor } from "../tensor.ts";

/** What an optimizer can train: tensors in float32 or float64, or plain numbers. */
export type Trainable = Tensor | number;

/** Updates parameters by their gradients, and keeps for each parameter, by its name, what its rule remembers. */
class Updates {
  readonly #rule: nn.Optimizer;
  readonly #memory = new Map<string, Tensor["data"][]>();
  #updates = 0;

  protected constructor(rule: nn.Optimizer) {
    this.#rule = rule;
  }

  /** The learning rate. */
  get lr(): number {
    return this.#rule.lr;
  }

  /**
   * Moves each parameter against its gradient.
   *
   * A tensor's elements are changed in place, and the tensor is then assigned to `params` again: so both a layer that holds the same
   * tensor and a network whose `params` are copies follow. A number is replaced.
   *
   * @param params by name @param grads by the same names, each of its parameter's shape; others are not looked at
   * @throws DataError where a gradient is missing, or a parameter is of integers
   * @throws ShapeError where a gradient has another shape than its parameter, or a parameter another than before
   */
  update(params: Record<string, Trainable>, grads: Readonly<Record<string, Trainable>>): void {
    const checked = Object.entries(params).map(([name, param]) => ({
      name,
      param,
      ...this.#check(name, param, grads[name]),
    }));
    const coefficients = new Float64Array(COEFFICIENTS);
    this.#rule.coefficients(++this.#updates, coefficients, 0);
    for (const { name, param, weights, gradient } of checked) {
      this.#run(weights, gradient, this.#slots(name, weights), coefficients);
      params[name] = typeof param === "number" ? weights.data[0]! : param;
    }
  }

  #check(name: string, param: Trainable, grad: Trainable | undefined): { weights: Tensor; gradient: Tensor } {
    const { name: call } = this.#rule;
    if (grad === undefined) throw new DataError(`${call}: there is no gradient for the parameter ${name}`);
    const weights = asFloat(param);
    if (weights.dtype !== "float32" && weights.dtype !== "float64") {
      throw new DataError(
        `${call}: the parameter ${name} is ${weights.dtype}; parameters are float32 or float64`,
      );
    }
    const gradient = asFloat(grad);
    if (formatShape(gradient.shape) !== formatShape(weights.shape)) {
      throw new ShapeError(
        call,
        `the parameter ${name} is ${formatShape(weights.shape)}, its gradient ${formatShape(gradient.shape)}; shapes must be equal`,
        weights.shape,
        gradient.shape,
      );
    }
    const known = this.#memory.get(name)?.[0];
    if (known && known.length !== weights.data.length) {
      throw new ShapeError(
        call,
        `the parameter ${name} had ${known.length} elements in earlier updates and is ${formatShape(weights.shape)} now; ` +
          "make a new optimizer for another network",
        weights.shape,
      );
    }
    return { weights, gradient };
  }

  #slots(name: string, { data }: Tensor): Tensor["data"][] {
    let slots = this.#memory.get(name);
    if (!slots) {
      slots = Array.from({ length: nn.slotsOf(this.#rule.name, this.#rule) }, () => data.slice().fill(0));
      this.#memory.set(name, slots);
    }
    return slots;
  }

  /** One update instruction over copies in linear memory. */
  #run(
    { dtype, data }: Tensor,
    gradient: Tensor,
    slots: readonly Tensor["data"][],
    coefficients: Float64Array,
  ): void {
    const now = engine();
    const { heap } = now;
    const n = data.length;
    const block = heap.allocate(RUN_BYTES + 8 * COEFFICIENTS, this.#rule.name);
    const arrays = [data, gradient.data, ...slots];
    const places = arrays.map(() => heap.allocate(n * bytesPerElement(dtype), this.#rule.name));
    try {
      heap.view("int32", block.address, RUN_BYTES / 4)[RunField.coefficients] = block.address + RUN_BYTES;
      heap.view("float64", block.address + RUN_BYTES, COEFFICIENTS).set(coefficients);
      for (const [i, { address }] of places.entries()) heap.view(dtype, address, n).set(arrays[i]!);
      const [w, g, s1, s2] = places.map(({ address }) => address);
      const operands = {
        [UpdateArg.w]: w!,
        [UpdateArg.g]: g!,
        [UpdateArg.n]: n,
        [UpdateArg.s1]: s1 ?? 0,
        [UpdateArg.s2]: s2 ?? 0,
        [UpdateArg.state]: block.address,
      };
      runOnce(now, instruction<UpdateArg>(this.#rule.op, dtype, operands));
      for (const [i, { address }] of places.entries()) {
        if (i !== 1) arrays[i]!.set(heap.view(dtype, address, n));
      }
    } finally {
      for (const place of [block, ...places]) heap.free(place);
    }
  }
}

function asFloat(value: Trainable): Tensor {
  return typeof value === "number" ? tensor(value, [], "float64") : value;
}

/** W ← W − lr·∂L/∂W (book 6.1.2). Default lr 0.01. @throws OptionError for an lr that is not above 0 */
export class SGD extends Updates {
  constructor(options: { lr?: number } = {}) {
    super(nn.sgd(options));
  }
}

/**
 * v ← αv − lr·∂L/∂W; W ← W + v (book 6.1.4). Defaults: lr 0.01, momentum (α) 0.9.
 * @throws OptionError for options out of range
 */
export class Momentum extends Updates {
  constructor(options: { lr?: number; momentum?: number } = {}) {
    super(nn.momentum(options));
  }
}

/** h ← h + (∂L/∂W)²; W ← W − lr·∂L/∂W / (√h + 1e-7) (book 6.1.5). Default lr 0.01. @throws OptionError */
export class AdaGrad extends Updates {
  constructor(options: { lr?: number } = {}) {
    super(nn.adaGrad(options));
  }
}

/**
 * Adam, as the book has it (6.1.6): with the bias corrections inside the learning rate, and 1e-7 beside √v. Defaults: lr 0.001,
 * beta1 0.9, beta2 0.999.
 * @throws OptionError for options out of range
 * @example
 * ```ts
 * import { Adam } from "kobai/book";
 * const optimizer = new Adam({ lr: 0.3 });
 * const at = { x: -7, y: 2 };
 * optimizer.update(at, { x: at.x / 10, y: 2 * at.y }); // at is now { x: -6.7, y: 1.7 }, nearly
 * ```
 */
export class Adam extends Updates {
  constructor(options: { lr?: number; beta1?: number; beta2?: number } = {}) {
    super(nn.adam(options));
  }
}
