// A whole training run in plain TypeScript: initial values, draws, forward, loss, backward, update. What a network trained in wasm
// must equal, bit for bit, and what the benchmarks compare it with.

import { Purpose } from "../../assembly/isa/random.ts";
import { sampleCount } from "../../src/data/apart.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { random } from "../../src/graph/ops/random.ts";
import { input, parameter, type Shape, type Value } from "../../src/graph/value.ts";
import { uniform as uniformInitializer } from "../../src/nn/initializers.ts";
import type { Layer, Scope } from "../../src/nn/layers/layer.ts";
import type { Loss } from "../../src/nn/losses.ts";
import type { Optimizer } from "../../src/nn/optimizers/optimizer.ts";
import { size, type TypedArray } from "../../src/tensor.ts";
import type { Sampling } from "../../src/train/programs.ts";
import { scale, zerosLike } from "./elementwise.ts";
import { evaluate } from "./graph.ts";
import type { Floats } from "./matmul.ts";
import { type Trained, updater } from "./optimizer.ts";
import { draw, type Seed, sampleIndices, shuffleIndices } from "./random.ts";

/** The same network, data and options as those of `sequential` and `fit`. */
export interface TrainingOptions {
  readonly layers: readonly Layer[];
  /** one sample's shape */
  readonly input: Shape;
  readonly dtype?: "float32" | "float64";
  readonly seed?: number;
  readonly data: Dataset;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly steps: number;
  readonly sampling?: Sampling;
}

export interface TrainingResult {
  /** by name, as `Network.params` has them */
  readonly params: Record<string, Floats>;
  /** their moving averages, zeros where none are kept */
  readonly averages: Record<string, Floats>;
  /** likewise, as `Network.state` has it */
  readonly state: Record<string, Floats>;
  /** of each step, before its update */
  readonly losses: number[];
}

/** A parameter, with what training keeps of it. */
interface Parameter extends Trained {
  readonly value: Value;
}

type DType = "float32" | "float64";
type FiveFloats = [Floats, Floats, Floats, Floats, Floats];

function zeros(dtype: DType, length: number): Floats {
  return dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** Parameters by name; a number for each in the order of their first mention is its stream of random numbers. */
class Parameters {
  readonly #byName = new Map<string, Parameter>();
  readonly #dtype: DType;
  readonly #seed: Seed;

  constructor(dtype: DType, seed: Seed) {
    this.#dtype = dtype;
    this.#seed = seed;
  }

  get all(): Parameter[] {
    return [...this.#byName.values()];
  }

  readonly state = new Map<string, { readonly value: Value; data: Floats }>();
  /** what state becomes in the graph that is being built */
  readonly next = new Map<string, Value>();
  draws = 0;

  scope(layer: string): Scope {
    const counts: Record<string, number> = {};
    return {
      training: true,
      apply: (inner, x) => {
        const count = (counts[inner.name] ?? 0) + 1;
        counts[inner.name] = count;
        return inner.forward(x, this.scope(`${layer}.${inner.name}${count}`));
      },
      state: (own, shape, initial) => {
        const name = `${layer}.${own}`;
        const known = this.state.get(name) ?? {
          value: input(name, shape, this.#dtype),
          data: zeros(this.#dtype, size(shape)).fill(initial),
        };
        this.state.set(name, known);
        return { value: this.next.get(name) ?? known.value, update: (next) => this.next.set(name, next) };
      },
      random: (shape, initializer = uniformInitializer({ low: 0, high: 1 })) =>
        random(layer, shape, this.#dtype, initializer(shape), this.draws++),
      parameter: (own, shape, initializer) => {
        const name = `${layer}.${own}`;
        const known = this.#byName.get(name);
        if (known) return known.value;
        const w = zeros(this.#dtype, size(shape));
        w.set(draw(w.length, initializer(shape), this.#seed, Purpose.init, this.#byName.size));
        const value = parameter(name, shape, this.#dtype);
        const [s1, s2, s3, average, sum] = Array.from({ length: 5 }, () =>
          zerosLike(w, w.length),
        ) as FiveFloats;
        this.#byName.set(name, { name, value, w, s1, s2, s3, average, sum });
        return value;
      },
    };
  }
}

/** The graph of one batch size. */
interface Graph {
  readonly x: Value;
  readonly t: Value;
  /** the loss, then the gradient by each parameter */
  readonly results: readonly Value[];
  /** what state becomes */
  readonly next: readonly (readonly [string, Value])[];
}

/** Names layers by kind and number: dense1, relu1, dense2. */
function forward(layers: readonly Layer[], parameters: Parameters, x: Value): Value {
  const counts: Record<string, number> = {};
  return layers.reduce((value, layer) => {
    const count = (counts[layer.name] ?? 0) + 1;
    counts[layer.name] = count;
    return layer.forward(value, parameters.scope(`${layer.name}${count}`));
  }, x);
}

function build(
  { layers, input: inputShape, data, loss, dtype = "float32" }: TrainingOptions,
  parameters: Parameters,
  m: number,
): Graph {
  const x = input("x", [m, ...inputShape], dtype);
  const isLabels = loss.targets === "classes" && data.t.shape.length === 1;
  const t = input("t", [m, ...data.t.shape.slice(1)], isLabels ? "int32" : dtype);
  parameters.next.clear();
  parameters.draws = 0;
  const total = loss.forward(forward(layers, parameters, x), t);
  const values = parameters.all.map(({ value }) => value);
  return { x, t, results: [total, ...gradients(total, values)], next: [...parameters.next] };
}

/** The rows of `source` that `rows` names, as `to`'s type, times `factor`. */
function gather(to: Value, source: TypedArray, rows: readonly number[], factor: number): TypedArray {
  const width = size(to.shape) / rows.length;
  const length = rows.length * width;
  const out = to.dtype === "int32" ? new Int32Array(length) : zeros(to.dtype as DType, length);
  for (const [i, row] of rows.entries()) {
    out.set(source.subarray(row * width, (row + 1) * width), i * width);
  }
  return out instanceof Int32Array || factor === 1 ? out : scale(out, factor);
}

/** A function of the step: the rows of its batch. */
function drawing({ data, batchSize, sampling = "shuffle" }: TrainingOptions, seed: Seed) {
  const n = sampleCount(data);
  if (sampling === "replacement") return (step: number) => sampleIndices(n, batchSize, step, seed);
  const stepsPerEpoch = Math.ceil(n / batchSize);
  let order: number[] = [];
  return (step: number) => {
    const inEpoch = step % stepsPerEpoch;
    if (inEpoch === 0) order = shuffleIndices(n, step / stepsPerEpoch, seed);
    return order.slice(inEpoch * batchSize, (inEpoch + 1) * batchSize);
  };
}

/** A run that can be stepped; `step()` returns the loss before the step's update. */
export function trainer(options: TrainingOptions): {
  step(): number;
  readonly params: Record<string, Floats>;
  /** the moving averages */
  readonly averages: Record<string, Floats>;
  readonly state: Record<string, Floats>;
} {
  const { data, optimizer, dtype = "float32", seed: number = 0 } = options;
  const seed: Seed = { low: number % 2 ** 32, high: Math.floor(number / 2 ** 32) };
  const parameters = new Parameters(dtype, seed);
  const graphs = new Map<number, Graph>();
  const draw = drawing(options, seed);
  const graphOf = (m: number): Graph => {
    const graph = graphs.get(m) ?? build(options, parameters, m);
    graphs.set(m, graph);
    return graph;
  };
  graphOf(options.batchSize);
  const update = updater(optimizer, parameters.all);
  let steps = 0;
  return {
    step() {
      const rows = draw(steps);
      const { x, t, results, next } = graphOf(rows.length);
      const given = new Map<Value, TypedArray>(parameters.all.map(({ value, w }) => [value, w]));
      given.set(x, gather(x, data.x.data, rows, data.scale ?? 1));
      given.set(t, gather(t, data.t.data, rows, 1));
      for (const { value, data } of parameters.state.values()) given.set(value, data);
      const wanted = [...results, ...next.map(([, value]) => value)];
      const [loss, ...rest] = evaluate(wanted, given, { seed, step: steps }) as Floats[];
      const grads = rest.slice(0, parameters.all.length);
      for (const [i, [name]] of next.entries()) parameters.state.get(name)!.data = rest[grads.length + i]!;
      steps++;
      update.step(new Map(parameters.all.map(({ name }, index) => [name, grads[index]!])));
      return loss![0]!;
    },
    get averages() {
      return Object.fromEntries(parameters.all.map(({ name, average }) => [name, average]));
    },
    get params() {
      return Object.fromEntries(parameters.all.map(({ name, w }) => [name, w]));
    },
    get state() {
      return Object.fromEntries([...parameters.state].map(([name, { data }]) => [name, data]));
    },
  };
}

/** Trains from the start. */
export function train(options: TrainingOptions): TrainingResult {
  const run = trainer(options);
  const losses = Array.from({ length: options.steps }, () => run.step());
  return { params: run.params, averages: run.averages, state: run.state, losses };
}
