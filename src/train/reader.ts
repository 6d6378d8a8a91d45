import type { Tensor } from "../tensor.ts";
import { scaleOf } from "./arguments.ts";
import { looksSparse } from "./compressed.ts";
import type { Core } from "./core.ts";
import type { Given } from "./programs.ts";
import { readsRows } from "./store.ts";

/** Decides in which form samples in JavaScript enter a network's programs. */
export class Reader {
  readonly #core: Core;
  #readsRows: boolean | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** @param fitted the scale of the data that the network was fitted with */
  given(values: Tensor, fitted: number): Given {
    this.#readsRows ??= readsRows(this.#core);
    return {
      // What a float32 network is given in float64 is rounded on its way in, and must be finite after that.
      dtype: values.dtype === "float64" ? this.#core.dtype : values.dtype,
      scale: scaleOf(values.dtype, fitted),
      sparse: this.#readsRows && looksSparse(values, 128),
    };
  }
}
