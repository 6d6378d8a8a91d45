import { Op, Purpose, RandomArg } from "../../assembly/isa.ts";
import { check, text } from "../check.ts";
import { DataError, ShapeError, StateError } from "../errors.ts";
import type { Placement } from "../graph/plan.ts";
import { checkShape, parameter, type Shape, type Value } from "../graph/value.ts";
import { type Distribution, distributionOf, type Initializer } from "../nn/initializers.ts";
import type { Scope } from "../nn/layers.ts";
import type { Engine } from "../runtime/engine.ts";
import { type Block, roundUp } from "../runtime/heap.ts";
import { instruction, runOnce } from "../runtime/instructions.ts";
import { bytesPerElement, checkTensor, type DTypeName, formatShape, size, type Tensor } from "../tensor.ts";

interface Parameter {
  readonly value: Value;
  readonly distribution: Distribution;
  /** byte offset in the region of parameters, and in every region like it: gradients, the optimizer's state */
  readonly offset: number;
}

/** Tensors by parameter name. */
export type NamedTensors = Record<string, Tensor>;

/**
 * The parameters of a network, contiguous in memory, and their gradients in a region of the same layout: an optimizer is one
 * instruction over all of them.
 */
export class Parameters {
  readonly #engine: Engine;
  readonly #dtype: DTypeName;
  readonly #byName = new Map<string, Parameter>();
  #bytes = 0;
  #block: Block | undefined;
  #sealed = false;

  constructor(engine: Engine, dtype: DTypeName) {
    this.#engine = engine;
    this.#dtype = dtype;
  }

  /** The scope in which a layer names its parameters. */
  scope(layer: string): Scope {
    return {
      parameter: (name, shape, initializer) => {
        check(layer, "a parameter's name", name, text);
        return this.#declare(`${layer}.${name}`, shape, initializer);
      },
    };
  }

  #declare(name: string, shape: Shape, initializer: Initializer): Value {
    checkShape(name, shape, "the parameter's shape");
    const known = this.#byName.get(name);
    if (known) {
      if (formatShape(known.value.shape) === formatShape(shape)) return known.value;
      throw new ShapeError(
        name,
        `the parameter was ${formatShape(known.value.shape)} and is now asked for as ${formatShape(shape)}; ` +
          "a parameter's shape must not depend on the batch",
        known.value.shape,
        shape,
      );
    }
    if (this.#sealed) {
      throw new StateError(
        `${name}: a layer asked for a new parameter after the network was made; declare all of them at every call`,
      );
    }
    const value = parameter(name, shape, this.#dtype);
    this.#byName.set(name, {
      value,
      distribution: distributionOf(name, initializer, shape),
      offset: this.#bytes,
    });
    this.#bytes += roundUp(size(shape) * bytesPerElement(this.#dtype));
    return value;
  }

  /** No parameter can be declared after that. */
  seal(): void {
    this.#sealed = true;
  }

  /** Allocates the two regions. */
  allocate(owner: string): void {
    this.#block = this.#engine.heap.allocate(2 * this.#bytes, `${owner}: parameters and gradients`);
  }

  /** Draws the initial values. */
  initialize(seed: number): void {
    for (const [index, entry] of [...this.#byName.values()].entries()) this.#initialize(entry, index, seed);
  }

  #initialize({ value, distribution, offset }: Parameter, stream: number, seed: number): void {
    const { heap } = this.#engine;
    const n = size(value.shape);
    const out = this.address + offset;
    if (distribution.kind === "constant") {
      heap.view(this.#dtype, out, n).fill(distribution.value);
      return;
    }
    const isNormal = distribution.kind === "normal";
    const [a, b] = isNormal ? [distribution.mean, distribution.std] : [distribution.low, distribution.high];
    const cells = heap.allocate(16, "initialization");
    heap.view("float64", cells.address, 2).set([a, b]);
    const words = seedWords(seed);
    const operands = {
      [RandomArg.out]: out,
      [RandomArg.n]: n,
      [RandomArg.seedLow]: words.seedLow,
      [RandomArg.seedHigh]: words.seedHigh,
      [RandomArg.purpose]: Purpose.init,
      [RandomArg.stream]: stream,
      [RandomArg.a]: cells.address,
      [RandomArg.b]: cells.address + 8,
    };
    try {
      const op = isNormal ? Op.randomNormal : Op.randomUniform;
      runOnce(this.#engine, instruction<RandomArg>(op, this.#dtype, operands));
    } finally {
      heap.free(cells);
    }
  }

  get names(): string[] {
    return [...this.#byName.keys()];
  }

  /** Elements of the region, padding included: what an optimizer's instruction runs over. */
  get length(): number {
    return this.#bytes / bytesPerElement(this.#dtype);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get address(): number {
    return this.#allocated().address;
  }

  get gradientAddress(): number {
    return this.address + this.#bytes;
  }

  get values(): Value[] {
    return [...this.#byName.values()].map(({ value }) => value);
  }

  shapeOf(name: string): Shape {
    return this.#find(name).value.shape;
  }

  /** Where the parameters lie, for a plan; or where their gradients do. */
  placements(region: "values" | "gradients" = "values"): Placement[] {
    const start = this.#addressOf(region);
    return [...this.#byName.values()].map(({ value, offset }) => ({ value, address: start + offset }));
  }

  /** Where the gradients of `values`, in order, must come to lie. */
  gradientPlacements(gradients: readonly Value[]): Placement[] {
    const places = this.placements("gradients");
    return gradients.map((value, index) => ({ value, address: places[index]!.address }));
  }

  /** A copy of a parameter, or of its gradient. */
  read(name: string, region: "values" | "gradients"): Tensor {
    const { value, offset } = this.#find(name);
    const address = this.#addressOf(region) + offset;
    const view = this.#engine.heap.view(this.#dtype, address, size(value.shape));
    return { shape: [...value.shape], dtype: this.#dtype, data: view.slice() };
  }

  /** Overwrites a parameter, or its gradient. @throws ShapeError @throws DataError where it is no tensor or not finite */
  write(name: string, tensor: Tensor, region: "values" | "gradients"): void {
    const { value, offset } = this.#find(name);
    checkTensor(name, tensor);
    if (formatShape(tensor.shape) !== formatShape(value.shape)) {
      throw new ShapeError(
        name,
        `the parameter is ${formatShape(value.shape)}, the tensor assigned to it ${formatShape(tensor.shape)}; shapes must be equal`,
        value.shape,
        tensor.shape,
      );
    }
    const bad = tensor.data.findIndex((element: number) => !Number.isFinite(element));
    if (bad >= 0)
      throw new DataError(
        `${name}: element ${bad} of the tensor assigned to it is ${tensor.data[bad]}; all must be finite`,
      );
    const address = this.#addressOf(region) + offset;
    this.#engine.heap.view(this.#dtype, address, size(value.shape)).set(tensor.data);
  }

  dispose(): void {
    this.#engine.heap.free(this.#allocated());
  }

  #addressOf(region: "values" | "gradients"): number {
    return region === "values" ? this.address : this.gradientAddress;
  }

  #find(name: string): Parameter {
    const found = this.#byName.get(name);
    if (found) return found;
    throw new DataError(`there is no parameter "${name}"; there are ${this.names.join(", ")}`);
  }

  #allocated(): Block {
    if (!this.#block) throw new StateError("parameters: not allocated yet");
    return this.#block;
  }
}

/** A seed as the two words that the generator's key takes. */
export function seedWords(seed: number): { seedLow: number; seedHigh: number } {
  return { seedLow: seed % 2 ** 32, seedHigh: Math.floor(seed / 2 ** 32) };
}

/** Tensors that can be read and assigned by name; reading copies out, assigning copies in. */
export function accessors(
  parameters: Parameters,
  region: "values" | "gradients",
  alive: () => void,
): NamedTensors {
  const result: NamedTensors = {};
  for (const name of parameters.names) {
    Object.defineProperty(result, name, {
      enumerable: true,
      get() {
        alive();
        return parameters.read(name, region);
      },
      set(tensor: Tensor) {
        alive();
        parameters.write(name, tensor, region);
      },
    });
  }
  return Object.preventExtensions(result);
}
