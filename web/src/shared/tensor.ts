import type { Tensor } from "kobai";

/**
 * A tensor by hand: it is plain data, and the parts that train in the worker then load no engine of their own.
 *
 * @param shape by default one axis
 */
export function tensor(data: Float32Array | Uint8Array, shape: readonly number[] = [data.length]): Tensor {
  return { shape, dtype: data instanceof Uint8Array ? "uint8" : "float32", data };
}
