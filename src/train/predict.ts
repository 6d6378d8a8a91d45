import type { Shape } from "../graph/value.ts";
import type { ProgramCache } from "../runtime/program-cache.ts";
import { size, type Tensor, type TensorLike, type TypedArray, typedArrays } from "../tensor.ts";
import { toInputs } from "./arguments.ts";
import { looksSparse } from "./compressed.ts";
import type { Core } from "./core.ts";
import { composePredict, type Given, type PredictProgram } from "./programs.ts";
import { checkFinite, readsRows } from "./store.ts";

/** Samples that are handled at once, so that memory stays small, and in the cache. */
const PART = 100;
/** The same on several threads, which between two calls fall asleep: a call must be worth waking them. */
const PART_OF_THREADS = 1000;

/** Gives a network's outputs for samples in JavaScript, large batches in parts; see Network.predict. */
export class Predictor {
  readonly #core: Core;
  readonly #programs: ProgramCache;
  readonly #outputShape: Shape;
  /** elements of one sample */
  readonly #inputs: number;
  #readsRows: boolean | undefined;

  /** @param programs keeps those of this network @param outputShape one sample's */
  constructor(core: Core, programs: ProgramCache, outputShape: Shape) {
    this.#core = core;
    this.#programs = programs;
    this.#outputShape = outputShape;
    this.#inputs = size(core.inputShape);
  }

  /** @param call how messages name the caller */
  predict(call: string, x: TensorLike): Tensor {
    const { dtype, engine } = this.#core;
    const { sample, batch, values } = toInputs(call, x, this.#core);
    this.#readsRows ??= readsRows(this.#core);
    const given = { dtype: values.dtype, sparse: this.#readsRows && looksSparse(values, 128) };
    const shape = sample ? [...this.#outputShape] : [batch, ...this.#outputShape];
    const part = engine.lanes.count > 1 ? PART_OF_THREADS : PART;
    if (batch <= part) return { shape, dtype, data: this.#outputs(call, values, 0, batch, given) };
    const data = new typedArrays[dtype](size(shape));
    for (let first = 0; first < batch; first += part) {
      const count = Math.min(part, batch - first);
      data.set(this.#outputs(call, values, first, count, given), first * size(this.#outputShape));
    }
    return { shape, dtype, data };
  }

  /** The outputs of `count` of the samples. */
  #outputs(call: string, { data, ...rest }: Tensor, first: number, count: number, given: Given): TypedArray {
    const program = this.#programs.get(`predict ${count} ${given.dtype} ${given.sparse}`, () =>
      composePredict(this.#core, count, given),
    ) as PredictProgram;
    const n = count * this.#inputs;
    program.x().set(data.length === n ? data : data.subarray(first * this.#inputs, first * this.#inputs + n));
    program.run(1);
    // Who finds out which one it is takes a hundred times as long.
    if (Number.isNaN(program.finite()[0])) checkFinite(call, "x", { data, ...rest }, this.#inputs);
    return program.output().slice();
  }
}
