import { size, type TypedArray } from "../tensor.ts";
import { type Named, scaleOf } from "./arguments.ts";
import { looksSparse } from "./compressed.ts";
import type { Core } from "./core.ts";
import type { Given } from "./given-inputs.ts";
import { readsRows } from "./store.ts";
import { checkFinite } from "./targets.ts";

/** Samples in JavaScript for one input, and how they enter a program. */
export interface Read extends Given {
  readonly data: TypedArray;
  /** elements of a sample */
  readonly perSample: number;
  /** @throws DataError where an element is not finite, naming the first */
  check(): void;
}

/** Decides in which form samples in JavaScript enter a network's programs. */
export class Reader {
  readonly #core: Core;
  /** by input */
  #readsRows: readonly boolean[] | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** @param call how messages name the caller @param fitted the scales of the data that the network was fitted with */
  read(call: string, values: readonly Named[], fitted: readonly number[]): Read[] {
    const { inputs, dtype } = this.#core;
    this.#readsRows ??= readsRows(this.#core);
    const sparse = this.#readsRows;
    return values.map(({ label, tensor }, i) => {
      const scale = scaleOf(tensor.dtype, fitted[i]!);
      const perSample = size(inputs[i]!.shape);
      const check = () => checkFinite(call, label, tensor, dtype, { perSample, scale });
      // No integer is infinite, but times a scale beyond all measure it can be.
      if (scale !== 1) check();
      return {
        // What a float32 network is given in float64 is rounded on its way in, and must be finite after that.
        dtype: tensor.dtype === "float64" ? dtype : tensor.dtype,
        scale,
        sparse: sparse[i]! && looksSparse(tensor, 128),
        data: tensor.data,
        perSample,
        check,
      };
    });
  }
}
