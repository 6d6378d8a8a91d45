import type { ProgramCache } from "../runtime/program-cache.ts";
import { size, type Tensor, type TensorLike, type TypedArray, typedArrays } from "../tensor.ts";
import { toInputs } from "./arguments.ts";
import type { Core } from "./core.ts";
import { PART } from "./evaluate.ts";
import { composePredict, type Given, type PredictProgram } from "./programs.ts";
import type { Reader } from "./reader.ts";
import { checkFinite } from "./targets.ts";

/** Gives a network's outputs for samples in JavaScript, large batches in parts; see Network.predict. */
export class Predictor {
  readonly #core: Core;
  readonly #programs: ProgramCache;
  /** elements of one sample */
  readonly #inputs: number;
  readonly #reader: Reader;

  /** @param programs keeps those of this network */
  constructor(core: Core, programs: ProgramCache, reader: Reader) {
    this.#core = core;
    this.#reader = reader;
    this.#programs = programs;
    this.#inputs = size(core.inputShape);
  }

  /** @param call how messages name the caller @param scale of the data that the network was fitted with */
  predict(call: string, x: TensorLike, scale: number): Tensor {
    const { dtype, outputShape } = this.#core;
    const { sample, batch, values } = toInputs(call, x, this.#core);
    const given = this.#reader.given(values, scale);
    // No integer is infinite, but times a scale beyond all measure it can be.
    if (given.scale !== 1) checkFinite(call, "x", values, dtype, { perSample: this.#inputs, scale });
    const shape = sample ? [...outputShape] : [batch, ...outputShape];
    if (batch <= PART) return { shape, dtype, data: this.#outputs(call, values, 0, batch, given) };
    const data = new typedArrays[dtype](size(shape));
    for (let first = 0; first < batch; first += PART) {
      const count = Math.min(PART, batch - first);
      data.set(this.#outputs(call, values, first, count, given), first * size(outputShape));
    }
    return { shape, dtype, data };
  }

  /** The outputs of `count` of the samples. */
  #outputs(call: string, { data, ...rest }: Tensor, first: number, count: number, given: Given): TypedArray {
    const program = this.#programs.get(`predict ${count} ${given.dtype} ${given.scale} ${given.sparse}`, () =>
      composePredict(this.#core, count, given),
    ) as PredictProgram;
    // A user's own code, in layers or in what was given, may have disposed of the network.
    this.#core.parameters.alive();
    const n = count * this.#inputs;
    program.x().set(data.length === n ? data : data.subarray(first * this.#inputs, first * this.#inputs + n));
    program.run(1);
    // Who finds out which one it is takes a hundred times as long.
    if (Number.isNaN(program.finite()[0]))
      checkFinite(call, "x", { data, ...rest }, this.#core.dtype, { perSample: this.#inputs });
    return program.output().slice();
  }
}
