import type { ProgramCache } from "../runtime/program-cache.ts";
import { size, type Tensor, type TypedArray, typedArrays } from "../tensor.ts";
import { toInputs } from "./arguments.ts";
import { checkRead } from "./batch.ts";
import type { Core } from "./core.ts";
import { PART } from "./evaluate.ts";
import { keyOf } from "./given-inputs.ts";
import { composePredict, type PredictProgram } from "./programs.ts";
import type { Read, Reader } from "./reader.ts";

/** Gives a network's outputs for samples in JavaScript, large batches in parts; see Network.predict. */
export class Predictor {
  readonly #core: Core;
  readonly #programs: ProgramCache;
  readonly #reader: Reader;

  /** @param programs keeps those of this network */
  constructor(core: Core, programs: ProgramCache, reader: Reader) {
    this.#core = core;
    this.#reader = reader;
    this.#programs = programs;
  }

  /** @param call how messages name the caller @param scales of the data that the network was fitted with */
  predict(call: string, x: unknown, scales: readonly number[]): Tensor[] {
    const { dtype, outputs } = this.#core;
    const { sample, batch, values } = toInputs(call, x, this.#core);
    const read = this.#reader.read(call, values, scales);
    let made: TypedArray[] | undefined;
    for (let first = 0; first < batch; first += PART) {
      const count = Math.min(PART, batch - first);
      const part = this.#outputs(read, first, count);
      made ??=
        count === batch ? part : outputs.map(({ shape }) => new typedArrays[dtype](batch * size(shape)));
      if (count < batch)
        for (const [i, data] of part.entries()) made[i]!.set(data, first * size(outputs[i]!.shape));
    }
    return outputs.map(({ shape }, i) => ({
      shape: sample ? [...shape] : [batch, ...shape],
      dtype,
      data: made![i]!,
    }));
  }

  /** The outputs of `count` of the samples. */
  #outputs(read: readonly Read[], first: number, count: number): TypedArray[] {
    const program = this.#programs.get(`predict ${count} ${keyOf(read)}`, () =>
      composePredict(this.#core, count, read),
    ) as PredictProgram;
    // A user's own code, in layers or in what was given, may have disposed of the network.
    this.#core.parameters.alive();
    for (const [i, { data, perSample }] of read.entries()) {
      const n = count * perSample;
      program.xs[i]!().set(
        data.length === n ? data : data.subarray(first * perSample, first * perSample + n),
      );
    }
    program.run(1);
    checkRead(program.finite, read);
    return program.outputs.map((output) => output().slice());
  }
}
