// ONNX Runtime, native or in WebAssembly: sessions of models written by onnx.js. Inference only.

import { inference, matmuls } from "./common.js";
import { matmulModel, networkModel } from "./onnx.js";

/** @param load gives the package, ready for { threads } */
export function onnxruntime(load) {
  const sessionOptions = (threads) => ({
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });

  async function predict(context) {
    const { InferenceSession, Tensor } = await load(context);
    const { images: count } = context.work;
    const model = networkModel(await context.weights(), count);
    const session = await InferenceSession.create(model, sessionOptions(context.threads));
    const { x } = await context.images("test", count);
    const call = async () =>
      (await session.run({ x: new Tensor("float32", x, [count, 784]) })).y.data;
    return inference(context, call);
  }

  async function matmul(context) {
    const { InferenceSession, Tensor } = await load(context);
    const prepare = async ({ a, b, ...shape }) => {
      const { dtype, m, n, k, transposeA, transposeB } = shape;
      const session = await InferenceSession.create(matmulModel(shape), sessionOptions(context.threads));
      const feeds = {
        a: new Tensor(dtype, a, transposeA ? [k, m] : [m, k]),
        b: new Tensor(dtype, b, transposeB ? [n, k] : [k, n]),
      };
      return { call: () => session.run(feeds), product: async () => (await session.run(feeds)).c.data };
    };
    return matmuls(context, prepare);
  }

  const no = "inference only";
  return {
    works: { matmul, image: predict, images: predict },
    cannot: { book: no, book64: no, adam: no, numerical: no, xor: no, start: no, bundle: no },
  };
}
