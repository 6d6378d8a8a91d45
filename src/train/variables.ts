import { show } from "../check.ts";
import { DataError, ShapeError, StateError } from "../errors.ts";
import type { Placement } from "../graph/plan.ts";
import { checkShape, parameter, type Shape, state, type Value } from "../graph/value.ts";
import { type Distribution, distributionOf, type Initializer } from "../nn/distributions.ts";
import type { Placed } from "../nn/optimizers/optimizer.ts";
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

interface Variable {
  readonly value: Value;
  readonly distribution: Distribution;
  /** byte offset in a region */
  readonly offset: number;
}

/** Tensors by name. */
export type NamedTensors = Record<string, Tensor>;

/** Their values; and in a second region of the same layout the gradients of parameters, or what state becomes next. */
export type Region = "values" | "gradients" | "next";

/** What training changes by gradients, and what it keeps besides, such as running statistics. */
export type VariableKind = "parameter" | "state";

const leaves = { parameter, state };

/**
 * The parameters of a network, or its state, contiguous in memory, with a second region of the same layout: an optimizer is one
 * instruction over all parameters and gradients, and so is the copy of all that state becomes.
 */
export class Variables {
  readonly #engine: Engine;
  readonly #dtype: DTypeName;
  readonly #kind: VariableKind;
  readonly #byName = new Map<string, Variable>();
  #bytes = 0;
  #block: Block | undefined;
  #sealed = false;

  constructor(engine: Engine, dtype: DTypeName, kind: VariableKind) {
    this.#engine = engine;
    this.#dtype = dtype;
    this.#kind = kind;
  }

  /** Makes one at the first call, and finds it again at later ones. */
  declare(name: string, asked: Shape, initializer: Initializer): Value {
    const kind = this.#kind;
    checkShape(name, asked, `the ${kind}'s shape`);
    const shape = [...asked];
    const known = this.#byName.get(name);
    if (known) {
      if (sameShape(known.value.shape, shape)) return known.value;
      throw new ShapeError(
        name,
        `the ${kind} was ${formatShape(known.value.shape)} and is now asked for as ${formatShape(shape)}; ` +
          `a ${kind}'s shape must not depend on the batch`,
        known.value.shape,
        shape,
      );
    }
    if (this.#sealed) {
      throw new StateError(
        `${name}: a layer asked for a new ${kind} after the network was made; declare all of them at every call`,
      );
    }
    const value = leaves[kind](name, shape, this.#dtype);
    this.#byName.set(name, {
      value,
      distribution: distributionOf(name, initializer, shape, this.#dtype),
      offset: this.#bytes,
    });
    this.#bytes += roundUp(size(shape) * bytesPerElement(this.#dtype));
    return value;
  }

  /** Nothing can be declared after that. */
  seal(): void {
    this.#sealed = true;
  }

  /** Allocates the two regions; a network without state holds nothing for it. @param owner whose memory it is, in reports */
  allocate(owner: string): void {
    if (this.#bytes === 0 && this.#kind === "state") return;
    this.#block = this.#engine.heap.allocate(2 * this.#bytes, owner);
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

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  get dtype(): DTypeName {
    return this.#dtype;
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

  /** Of the second region. */
  get gradientAddress(): number {
    return this.address + this.#bytes;
  }

  get values(): Value[] {
    return [...this.#byName.values()].map(({ value }) => value);
  }

  shapeOf(name: string): Shape {
    return this.#find(name).value.shape;
  }

  /** Where they lie, for a plan; or where those of the second region do. Those that are `asked` for. */
  placements(region: Region = "values", asked: (name: string) => boolean = () => true): Placement[] {
    return [...this.#byName]
      .filter(([name]) => asked(name))
      .map(([, { value, offset }]) => ({ value, address: this.#addressOf(region) + offset }));
  }

  /** Where each of them lies in a region, in order. */
  get layout(): Placed[] {
    return [...this.#byName].map(([name, { value, offset }]) => ({ name, offset, n: size(value.shape) }));
  }

  /** Where `values`, one for each variable in order, must come to lie in the second region. */
  placementsOf(values: readonly Value[], region: Exclude<Region, "values">): Placement[] {
    const places = this.placements(region);
    return values.map((value, index) => ({ value, address: places[index]!.address }));
  }

  /** A copy of one. */
  read(name: string, region: Region): Tensor {
    const { value, offset } = this.#find(name);
    const address = this.#addressOf(region) + offset;
    const view = this.#engine.heap.view(this.#dtype, address, size(value.shape));
    return { shape: [...value.shape], dtype: this.#dtype, data: view.slice() };
  }

  /** Overwrites one. @throws ShapeError @throws DataError where it is no tensor or not finite */
  write(name: string, tensor: Tensor, region: Region): void {
    this.place(name, this.checked(name, tensor), region);
  }

  /** A tensor that fits the variable of this name. @throws as `write` does */
  checked(name: string, given: Tensor): Tensor {
    const { shape } = this.#find(name).value;
    const tensor = checkTensor(name, given);
    if (!sameShape(tensor.shape, shape)) {
      throw new ShapeError(
        name,
        `the ${this.#kind} is ${formatShape(shape)}, the tensor assigned to it ${formatShape(tensor.shape)}; shapes must be equal`,
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

  /** Overwrites one by a tensor that was checked. */
  place(name: string, { data }: Tensor, region: Region): void {
    const address = this.#addressOf(region) + this.#find(name).offset;
    this.#engine.heap.view(this.#dtype, address, data.length).set(data);
  }

  dispose(): void {
    if (this.#block) this.#engine.heap.free(this.#block);
    this.#block = undefined;
  }

  /** @throws StateError where the memory is gone: asked after a user's own code has run */
  alive(): void {
    this.#allocated();
  }

  #addressOf(region: Region): number {
    return region === "values" ? this.address : this.gradientAddress;
  }

  #find(name: string): Variable {
    const found = this.#byName.get(name);
    if (found) return found;
    throw new DataError(`there is no ${this.#kind} "${name}"; there are ${list(this.names)}`);
  }

  #allocated(): Block {
    if (!this.#block)
      throw new StateError("the network was disposed of; its memory is gone. Make a new network");
    return this.#block;
  }
}

/**
 * Overwrites parameters, state, or both: all of them, or nothing where one does not fit.
 *
 * @param all those that there are
 * @param partial whether some may be missing
 * @throws DataError where tensors are missing, or are of nothing that there is @throws as `Variables.write` does
 */
export function load(call: string, all: readonly Variables[], tensors: NamedTensors, partial: boolean): void {
  const names = all.flatMap((variables) => variables.names);
  const given = Object.keys(tensors);
  const foreign = given.filter((name) => !names.includes(name));
  const missing = partial ? [] : names.filter((name) => !Object.hasOwn(tensors, name));
  if (foreign.includes("tensors")) {
    throw new DataError(`${call}: takes tensors by name: of what loadSafetensors gives, give its .tensors`);
  }
  if (foreign.length + missing.length > 0) {
    const parts = [
      foreign.length > 0 && `the network has no parameter ${list(foreign)}`,
      missing.length > 0 &&
        `${list(missing)} ${missing.length > 1 ? "are" : "is"} missing (partial: true allows that)`,
    ];
    throw new DataError(`${call}: ${parts.filter(Boolean).join("; ")}; there are ${list(names)}`);
  }
  const checked = given.map((name) => {
    const variables = all.find((each) => each.has(name))!;
    return { name, variables, tensor: variables.checked(name, tensors[name]!) };
  });
  for (const { name, variables, tensor } of checked) variables.place(name, tensor, "values");
}

/** Names for a message: the first few. */
function list(names: readonly string[]): string {
  const most = 8;
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return `${names.slice(0, most).map(show).join(", ") || "none"}${more}`;
}

/**
 * Tensors that can be read and assigned by name; reading copies out, assigning copies in.
 *
 * @param call how messages name them
 * @throws DataError, by the object that is returned, where a name is assigned or deleted that is none of them
 */
export function accessors(
  call: "params" | "state",
  variables: Variables,
  region: Region,
  alive: () => void,
): NamedTensors {
  const result: NamedTensors = {};
  const kind = call === "params" ? "parameter" : "state";
  for (const name of variables.names) {
    Object.defineProperty(result, name, {
      enumerable: true,
      get() {
        alive();
        return variables.read(name, region);
      },
      set(tensor: Tensor) {
        alive();
        variables.write(name, tensor, region);
      },
    });
  }
  return new Proxy(Object.preventExtensions(result), {
    set(target, name, value) {
      if (Object.hasOwn(target, name)) return Reflect.set(target, name, value);
      throw new DataError(`${call}: there is no ${kind} ${show(name)}; there are ${list(variables.names)}`);
    },
    deleteProperty(_, name) {
      throw new DataError(
        `${call}: ${show(name)} cannot be deleted; a network keeps the ${call === "params" ? "parameters" : call} that its layers declare`,
      );
    },
  });
}
