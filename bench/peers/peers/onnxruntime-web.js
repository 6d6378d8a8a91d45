import * as ort from "onnxruntime-web";
import { onnx } from "./onnx.js";

export default onnx(ort, (threads) => {
  ort.env.wasm.numThreads = threads;
});
