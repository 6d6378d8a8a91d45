import * as ort from "onnxruntime-node";
import { onnx } from "./onnx.js";

export default onnx(ort);
