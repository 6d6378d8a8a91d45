import * as ort from "onnxruntime-web";
import { onnxruntime } from "./onnxruntime.js";

export default onnxruntime(async ({ threads }) => {
  ort.env.wasm.numThreads = threads;
  return ort;
});
