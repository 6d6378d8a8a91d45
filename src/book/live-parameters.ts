import { checkNamed, show } from "../check.ts";
import { DataError, ShapeError } from "../errors.ts";
import type { Engine } from "../runtime/engine.ts";
import { runOnce } from "../runtime/instructions.ts";
import {
  formatShape,
  sameShape,
  size,
  type Tensor,
  type TensorLike,
  type TypedArray,
  toTensor,
} from "../tensor.ts";
import { checkFinite } from "../train/given-inputs.ts";
import { coreOf, type Network } from "../train/network.ts";
import type { NamedTensors } from "../train/variables.ts";

/** A parameter by the book's name. */
export interface HeldTensor {
  readonly own: string;
  tensor: Tensor;
}

interface Held extends HeldTensor {
  /** where the network computes with it */
  readonly place: () => TypedArray;
}

/**
 * A network's parameters as plain tensors that every call looks at, so that the book's loops work, which change their elements: each call
 * begins by copying all of them to where the network computes, which takes a hundredth of a millisecond for 40,000.
 */
export class LiveParameters {
  /** By the book's names. Reading gives the tensor that calls look at, assigning puts another in its place. */
  readonly tensors: NamedTensors;
  readonly #net: Network;
  readonly #held: readonly Held[];

  /** @param names the network's names by the book's */
  constructor(net: Network, names: ReadonlyMap<string, string>) {
    this.#net = net;
    const { engine, dtype, parameters } = coreOf(net);
    const places = new Map(
      parameters.placements().map(({ value, address }, i) => [parameters.names[i]!, { value, address }]),
    );
    this.#held = [...names].map(([own, name]) => {
      const { value, address } = places.get(name)!;
      const place = engine.heap.lastingView(dtype, address, size(value.shape));
      return { own, tensor: plain(net.params[name]!), place };
    });
    this.tensors = named(this.#held);
  }

  /**
   * Puts other tensors in the place of all, or of none where one does not fit.
   *
   * @throws DataError where one is missing, or of no parameter @throws ShapeError where one is of another shape
   */
  assign(given: NamedTensors): void {
    assigned(this.#held, given);
  }

  /**
   * Makes the parameters what they are now.
   *
   * @param call how messages name the caller
   * @throws DataError where an element is NaN or infinite, or an array was given away
   * @throws StateError where the network was disposed of
   */
  flush(call: string): void {
    const { engine, dtype, parameters } = coreOf(this.#net);
    for (const { own, tensor, place } of this.#held) {
      const to = place();
      if (tensor.data.length !== to.length) {
        throw new DataError(`${call}: the memory of the parameter ${own} is gone; it was transferred`);
      }
      to.set(tensor.data);
    }
    if (allFinite(engine, { dtype, address: parameters.address, n: parameters.length })) return;
    for (const { own, tensor } of this.#held) {
      const bad = tensor.data.findIndex((element: number) => !Number.isFinite(element));
      if (bad < 0) continue;
      throw new DataError(
        `${call}: element ${bad} of the parameter ${own} is ${tensor.data[bad]}; parameters must be finite. ` +
          "Too large a learning rate is the usual cause",
      );
    }
  }
}

/**
 * Puts other tensors in the place of all, or of none where one does not fit.
 *
 * @throws DataError where one is missing, or of no parameter @throws ShapeError where one is of another shape
 */
export function assigned(held: readonly HeldTensor[], given: NamedTensors): void {
  checkNamed("params", given, "tensors by name, such as another network's params");
  const names = held.map(({ own }) => own);
  const problem =
    names.some((own) => !Object.hasOwn(given, own)) || Object.keys(given).some((own) => !names.includes(own));
  if (problem) {
    throw new DataError(
      `params: what is assigned must have the parameters ${namesOf(held)}, all of them and nothing else; ` +
        `it has ${Object.keys(given).slice(0, 8).map(show).join(", ") || "none"}`,
    );
  }
  const replaced = held.map((each) => replacement(each, given[each.own]!));
  for (const [i, each] of held.entries()) each.tensor = replaced[i]!;
}

/**
 * Tensors by name: reading gives what is held, assigning puts another in its place.
 * @throws DataError, by the object that is returned, where a name is assigned or deleted that is no parameter's
 */
export function named(held: readonly HeldTensor[]): NamedTensors {
  const result: NamedTensors = {};
  for (const each of held) {
    Object.defineProperty(result, each.own, {
      enumerable: true,
      get: () => each.tensor,
      set(given: TensorLike) {
        each.tensor = replacement(each, given);
      },
    });
  }
  return new Proxy(Object.preventExtensions(result), {
    set(target, name, value) {
      if (Object.hasOwn(target, name)) return Reflect.set(target, name, value);
      throw new DataError(`params: there is no parameter ${show(name)}; there are ${namesOf(held)}`);
    },
    deleteProperty(_, name) {
      throw new DataError(
        `params: ${show(name)} cannot be deleted; a network keeps the parameters ${namesOf(held)}`,
      );
    },
  });
}

function namesOf(held: readonly HeldTensor[]): string {
  const most = 8;
  const names = held.slice(0, most).map(({ own }) => own);
  return names.join(", ") + (held.length > most ? ` and ${held.length - most} more` : "");
}

/** @throws ShapeError where it is of another shape @throws DataError where it is no tensor */
function replacement({ own, tensor: present }: HeldTensor, given: TensorLike): Tensor {
  if (given === present) return present;
  const { dtype, shape } = present;
  const tensor = toTensor(own, given, { dtype });
  if (sameShape(tensor.shape, shape)) return plain(tensor);
  throw new ShapeError(
    own,
    `the parameter is ${formatShape(shape)}, the tensor assigned to it ${formatShape(tensor.shape)}; shapes must be equal`,
    shape,
    tensor.shape,
  );
}

/** A tensor whose elements can be changed, and nothing else of it: calls rely on its type and length. */
function plain({ shape, dtype, data }: Tensor): Tensor {
  return Object.freeze({ shape: Object.freeze([...shape]), dtype, data });
}

function allFinite(
  engine: Engine,
  { dtype, address, n }: { dtype: Tensor["dtype"]; address: number; n: number },
): boolean {
  const { heap } = engine;
  const cell = heap.allocate(8, "finite");
  try {
    runOnce(engine, checkFinite(dtype, cell.address, address, n));
    return !Number.isNaN(heap.view("float64", cell.address, 1)[0]);
  } finally {
    heap.free(cell);
  }
}
