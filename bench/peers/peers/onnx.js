// ONNX Runtime, in its two forms: a session over the network written as an ONNX file.

import protobuf from "protobufjs";
import { inference } from "./common.js";

// The part of onnx.proto3 that a network of dense layers takes (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Dimension { int64 dim_value = 1; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Type { TensorType tensor_type = 1; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message Node { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; }
  message Graph {
    repeated Node node = 1; string name = 2; repeated Tensor initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12;
  }
  message OperatorSet { string domain = 1; int64 version = 2; }
  message Model { int64 ir_version = 1; Graph graph = 7; repeated OperatorSet opset_import = 8; }
`,
  { keepCase: true },
);
const FLOAT = 1;

const tensor = (name, dims, data) => ({
  name,
  dims,
  data_type: FLOAT,
  raw_data: new Uint8Array(data.buffer),
});
const value = (name, ...sizes) => ({
  name,
  type: { tensor_type: { elem_type: FLOAT, shape: { dim: sizes.map((dim_value) => ({ dim_value })) } } },
});

/** The bytes of an ONNX file: Gemm, Relu, Gemm, for `n` images. */
function onnxFile(layers, n) {
  const last = layers.length - 1;
  const node = layers.flatMap((_, i) => {
    const from = i === 0 ? "x" : `z${i - 1}`;
    const to = i === last ? "y" : `s${i}`;
    const gemm = { op_type: "Gemm", name: `gemm${i}`, input: [from, `w${i}`, `b${i}`], output: [to] };
    return i === last
      ? [gemm]
      : [gemm, { op_type: "Relu", name: `relu${i}`, input: [to], output: [`z${i}`] }];
  });
  const initializer = layers.flatMap(({ w, b, inputs, outputs }, i) => [
    tensor(`w${i}`, [inputs, outputs], w),
    tensor(`b${i}`, [outputs], b),
  ]);
  const graph = {
    name: "network",
    node,
    initializer,
    input: [value("x", n, layers[0].inputs)],
    output: [value("y", n, layers[last].outputs)],
  };
  const Model = root.lookupType("Model");
  const model = { ir_version: 8, opset_import: [{ domain: "", version: 17 }], graph };
  return Model.encode(Model.fromObject(model)).finish();
}

const NO_TRAINING = "it runs networks, it does not train them";

/** @param library onnxruntime's module @param prepare sets it up for so many threads */
export function onnx(library, prepare = () => {}) {
  async function predict(context) {
    prepare(context.threads);
    const { images: n } = context.work;
    const model = onnxFile(await context.weights(), n);
    const { x } = await context.images("test", n);
    const session = await library.InferenceSession.create(model, { intraOpNumThreads: context.threads });
    return inference(context, async () => {
      const { y } = await session.run({ x: new library.Tensor("float32", x, [n, 784]) });
      return y.data;
    });
  }
  return {
    works: { image: predict, images: predict },
    cannot: {
      book: NO_TRAINING,
      book64: NO_TRAINING,
      adam: NO_TRAINING,
      xor: NO_TRAINING,
      numerical: NO_TRAINING,
      matmul: "not measured: a session of one product is no way to multiply",
    },
  };
}
