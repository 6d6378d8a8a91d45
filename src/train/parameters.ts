import { check, partName, show } from "../check.ts";
import { DataError, ShapeError, StateError } from "../errors.ts";
import type { Placement } from "../graph/plan.ts";
import { checkShape, parameter, type Shape, type Value } from "../graph/value.ts";
import { type Distribution, distributionOf, type Initializer } from "../nn/initializers.ts";
import type { Scope } from "../nn/layers/layer.ts";
import type { Engine } from "../runtime/engine.ts";
import { type Block, roundUp } from "../runtime/heap.ts";
import {
  bytesPerElement,
  checkTensor,
  type DTypeName,
  formatShape,
  sameShape,
  size,
  type Tensor,
} from "../tensor.ts";
import { InitialValues } from "./initial-values.ts";

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
        check(layer, "a parameter's name", name, partName);
        return this.#declare(`${layer}.${name}`, shape, initializer);
      },
    };
  }

  #declare(name: string, asked: Shape, initializer: Initializer): Value {
    checkShape(name, asked, "the parameter's shape");
    const shape = [...asked];
    const known = this.#byName.get(name);
    if (known) {
      if (sameShape(known.value.shape, shape)) return known.value;
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
      distribution: distributionOf(name, initializer, shape, this.#dtype),
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

  /** What draws the initial values. */
  initialValues(seed: number): InitialValues {
    const undrawn = [...this.#byName.values()].map(({ value, distribution, offset }) => ({
      address: this.address + offset,
      n: size(value.shape),
      distribution,
    }));
    return new InitialValues(this.#engine, this.#dtype, seed, undrawn);
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
    const { value } = this.#find(name);
    this.#place(name, this.#checked(name, tensor, value), region);
  }

  /**
   * Overwrites several parameters: all of them, or nothing where one does not fit.
   *
   * @param partial whether some may be missing
   * @throws DataError where tensors are missing, or are of no parameter @throws as `write` does
   */
  load(call: string, tensors: NamedTensors, partial: boolean): void {
    const given = Object.keys(tensors);
    const foreign = given.filter((name) => !this.#byName.has(name));
    const missing = partial ? [] : this.names.filter((name) => !Object.hasOwn(tensors, name));
    if (foreign.includes("tensors")) {
      throw new DataError(`${call}: takes tensors by name: of what loadSafetensors gives, give its .tensors`);
    }
    if (foreign.length + missing.length > 0) {
      const parts = [
        foreign.length > 0 && `the network has no parameter ${list(foreign)}`,
        missing.length > 0 &&
          `${list(missing)} ${missing.length > 1 ? "are" : "is"} missing (partial: true allows that)`,
      ];
      throw new DataError(`${call}: ${parts.filter(Boolean).join("; ")}; there are ${list(this.names)}`);
    }
    const checked = given.map(
      (name) => [name, this.#checked(name, tensors[name]!, this.#find(name).value)] as const,
    );
    for (const [name, tensor] of checked) this.#place(name, tensor, "values");
  }

  /** A tensor that fits a parameter. */
  #checked(name: string, given: Tensor, { shape }: Value): Tensor {
    const tensor = checkTensor(name, given);
    if (!sameShape(tensor.shape, shape)) {
      throw new ShapeError(
        name,
        `the parameter is ${formatShape(shape)}, the tensor assigned to it ${formatShape(tensor.shape)}; shapes must be equal`,
        shape,
        tensor.shape,
      );
    }
    const round = this.#dtype === "float32" ? Math.fround : (element: number) => element;
    const bad = tensor.data.findIndex((element: number) => !Number.isFinite(round(element)));
    if (bad >= 0) {
      throw new DataError(
        `${name}: element ${bad} of the tensor assigned to it is ${tensor.data[bad]}; all must be finite in ${this.#dtype}`,
      );
    }
    return tensor;
  }

  #place(name: string, { data }: Tensor, region: "values" | "gradients"): void {
    const address = this.#addressOf(region) + this.#find(name).offset;
    this.#engine.heap.view(this.#dtype, address, data.length).set(data);
  }

  dispose(): void {
    this.#engine.heap.free(this.#allocated());
    this.#block = undefined;
  }

  /** @throws StateError where the memory is gone: asked after a user's own code has run */
  alive(): void {
    this.#allocated();
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
    if (!this.#block)
      throw new StateError("the network was disposed of; its memory is gone. Make a new network");
    return this.#block;
  }
}

/** Names for a message: the first few. */
function list(names: readonly string[]): string {
  const most = 8;
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return `${names.slice(0, most).map(show).join(", ")}${more}`;
}

/**
 * Tensors that can be read and assigned by name; reading copies out, assigning copies in.
 *
 * @throws DataError, by the object that is returned, where a name is assigned or deleted that is no parameter's
 */
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
  return new Proxy(Object.preventExtensions(result), {
    set(target, name, value) {
      if (Object.hasOwn(target, name)) return Reflect.set(target, name, value);
      throw new DataError(`params: there is no parameter ${show(name)}; there are ${list(parameters.names)}`);
    },
    deleteProperty(_, name) {
      throw new DataError(
        `params: ${show(name)} cannot be deleted; a network keeps the parameters that its layers declare`,
      );
    },
  });
}
