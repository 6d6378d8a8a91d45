import { check, finite, having, partName } from "../check.ts";
import { OptionError, ShapeError, StateError } from "../errors.ts";
import { random } from "../graph/ops/random.ts";
import { checkValue, type Shape, type Value } from "../graph/value.ts";
import { distributionOf, type Initializer } from "../nn/distributions.ts";
import { constant } from "../nn/initializers.ts";
import type { Layer, Scope, State } from "../nn/layers/layer.ts";
import { formatShape, sameShape } from "../tensor.ts";
import type { Variables } from "./variables.ts";

/** A layer under its name in a network: "dense1". */
export interface NamedLayer {
  readonly layer: Layer;
  readonly name: string;
}

/** Is told of every layer, but for those within others, and what comes out of it. */
export type EachLayer = (layer: NamedLayer, output: Value) => void;

/** In which mode a network is described. */
export interface Mode {
  readonly training: boolean;
  readonly each?: EachLayer;
}

/** What layers name their tensors in. */
export interface Declared {
  readonly parameters: Variables;
  readonly state: Variables;
}

/** One walk through the layers of a network: gives them what they ask for, and takes down what they leave besides their outputs. */
export class Pass {
  readonly training: boolean;
  readonly #declared: Declared;
  readonly #each: EachLayer | undefined;
  readonly #names: Names;
  /** what state becomes, by its leaf */
  readonly #updates = new Map<Value, Value>();
  /** how many calls of `random` there were: each has a sequence of its own */
  #draws = 0;

  /** @param call how messages name what made the network */
  constructor(call: string, declared: Declared, { training, each }: Mode) {
    this.#declared = declared;
    this.training = training;
    this.#each = each;
    this.#names = new Names(call);
  }

  /** What all of the state becomes, in order. */
  get next(): Value[] {
    return this.#declared.state.values.map((value) => this.#updates.get(value) ?? value);
  }

  /** A layer's output; one that is applied again has the same parameters. */
  apply(layer: Layer, x: Value): Value {
    const name = this.#names.of(layer);
    const output = this.#apply(layer, name, x);
    this.#each?.({ layer, name }, output);
    return output;
  }

  /** @throws OptionError where what it gives is no symbolic value @throws ShapeError where it is not [batch, …] */
  #apply(layer: Layer, name: string, x: Value): Value {
    const output: unknown = underName(layer, name, () => layer.forward(x, this.#scope(name)));
    checkValue(`${name}: what its function returns`, output);
    if (output.shape[0] !== x.shape[0]) {
      throw new ShapeError(
        name,
        `${ShapeError.describe({ x: x.shape, "what its function returns": output.shape })}; a layer's output must begin with the batch's axis`,
        x.shape,
        output.shape,
      );
    }
    checkDtype(name, output, x);
    return output;
  }

  /** What a layer is given. */
  #scope(layer: string): Scope {
    const { parameters, state } = this.#declared;
    const updated = new Set<Value>();
    const names = new Names(layer, `${layer}.`);
    const declare = (
      of: Variables,
      other: Variables,
      own: string,
      shape: Shape,
      initializer: Initializer,
    ) => {
      const name = `${layer}.${own}`;
      if (!other.has(name)) return of.declare(name, shape, initializer);
      throw new OptionError(`${name} is the name of a parameter and of state; give one of them another name`);
    };
    return {
      training: this.training,
      apply: (inner, x) => {
        const name = names.of(inner);
        checkValue(`${name}: its input`, x);
        return this.#apply(inner, name, x);
      },
      parameter: (own, shape, initializer) => {
        check(layer, "a parameter's name", own, partName);
        return declare(parameters, state, own, shape, initializer);
      },
      state: (own, shape, initial): State => {
        check(layer, "a state's name", own, partName);
        check(layer, "a state's initial value", initial, finite);
        const leaf = declare(state, parameters, own, shape, constant(initial));
        return {
          // Where a layer is applied again, it finds what the application before has made of it.
          value: this.#updates.get(leaf) ?? leaf,
          update: (next) => {
            checkNext(`${layer}.${own}`, leaf, next);
            if (updated.has(leaf)) {
              throw new StateError(
                `${layer}.${own}: its update was given twice; a layer says once what its state becomes`,
              );
            }
            updated.add(leaf);
            if (this.training) this.#updates.set(leaf, next);
          },
        };
      },
      random: (shape, initializer = fromZeroToOne) => {
        if (!this.training) {
          throw new StateError(
            `${layer}: asks for random elements in inference; ask for them where training is true`,
          );
        }
        const { dtype } = parameters;
        const drawn = `${layer}: random elements`;
        return random(drawn, shape, dtype, distributionOf(drawn, initializer, shape, dtype), this.#draws++);
      },
    };
  }
}

/** The names of layers: dense1, relu1, dense2, numbered by kind in the order in which they come. */
class Names {
  readonly #where: string;
  readonly #prefix: string;
  readonly #known = new Map<Layer, string>();
  readonly #counts = new Map<string, number>();

  /** @param where how messages name the place @param prefix of all names */
  constructor(where: string, prefix = "") {
    this.#where = where;
    this.#prefix = prefix;
  }

  /** @throws OptionError where something is no layer, or two would have one name */
  of(layer: Layer): string {
    const known = this.#known.get(layer);
    if (known !== undefined) return known;
    check(this.#where, `layer ${this.#known.size + 1}`, layer, layerRule);
    const { name: kind } = layer;
    check(this.#where, `the name of layer ${this.#known.size + 1}`, kind, partName);
    const count = (this.#counts.get(kind) ?? 0) + 1;
    const name = `${this.#prefix}${kind}${count}`;
    if (Array.from(this.#known.values()).includes(name)) {
      throw new OptionError(
        `${this.#where}: two layers would be called ${name}; give one of them a name without digits at its end`,
      );
    }
    this.#counts.set(kind, count);
    this.#known.set(layer, name);
    return name;
  }
}

/** What random elements are where nothing else is said; `uniform` would come with its checks into every page. */
const fromZeroToOne: Initializer = () => ({ kind: "uniform", low: 0, high: 1 });

const layerRule = having("forward", "a layer, such as relu()");

/** What a layer's function does; where it fails for what it is given, by the layer's name in the network. */
function underName<T>({ name: kind }: Layer, name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const isOurs = error instanceof ShapeError || error instanceof OptionError;
    if (!isOurs || !error.message.startsWith(`${kind}: `)) throw error;
    const problem = error.message.slice(kind.length + 2);
    throw error instanceof ShapeError
      ? new ShapeError(name, problem, ...error.shapes)
      : new OptionError(`${name}: ${problem}`);
  }
}

/** @throws OptionError where what state becomes is no symbolic value, or of another dtype @throws ShapeError where it has another shape */
function checkNext(name: string, leaf: Value, next: unknown): asserts next is Value {
  checkValue(`${name}: what it becomes`, next);
  if (!sameShape(leaf.shape, next.shape)) {
    throw new ShapeError(
      name,
      `the state is ${formatShape(leaf.shape)}, what it becomes ${formatShape(next.shape)}; shapes must be equal`,
      leaf.shape,
      next.shape,
    );
  }
  checkDtype(name, next, leaf);
}

/** @throws OptionError where what a user's function makes is of another dtype than what it was given */
export function checkDtype(name: string, made: Value, given: Value): void {
  if (made.dtype === given.dtype) return;
  throw new OptionError(
    `${name}: what its function returns is ${made.dtype}, but it was given ${given.dtype}; make constants with constant(v, x.dtype)`,
  );
}
